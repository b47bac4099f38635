import { ForRoles } from '../shell/for-roles.tsx'
import '../style/oversight.css'

/** The pages inside this one are for whoever keeps the service running, and for those who answer for recordings. */
export const Component = () => <ForRoles roles={['operator', 'records_manager', 'privacy_officer']} />
