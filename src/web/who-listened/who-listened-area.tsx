import { ForRoles } from '../shell/for-roles.tsx'
import '../style/oversight.css'

/** For officers, who decide what members may know, and auditors, who look at how they did. */
export const Component = () => <ForRoles roles={['privacy_officer', 'auditor']} />
