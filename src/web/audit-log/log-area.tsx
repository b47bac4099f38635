import { ForRoles } from '../shell/for-roles.tsx'
import '../style/oversight.css'

/** For auditors, who see all of the log, and officers, who see what is about their companies. */
export const Component = () => <ForRoles roles={['privacy_officer', 'auditor']} />
