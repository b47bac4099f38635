import { ForRoles } from '../shell/for-roles.tsx'
import '../style/oversight.css'

/** The register of suppliers is for whoever keeps it or checks it. */
export const Component = () => <ForRoles roles={['privacy_officer', 'records_manager', 'auditor']} />
