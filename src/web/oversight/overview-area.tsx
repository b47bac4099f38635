import { ForRoles } from '../shell/for-roles.tsx'
import '../style/oversight.css'

/** Numbers only: for officers, and for auditors too. */
export const Component = () => <ForRoles roles={['privacy_officer', 'records_manager', 'auditor']} />
