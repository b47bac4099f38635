import { ForRoles } from '../shell/for-roles.tsx'
import '../style/oversight.css'

/** For officers, who account for the processing, and auditors, who look whether they do. */
export const Component = () => <ForRoles roles={['privacy_officer', 'auditor']} />
