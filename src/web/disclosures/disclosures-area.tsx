import { ForRoles } from '../shell/for-roles.tsx'
import '../style/oversight.css'

/** The pages inside this one are for whoever asks for disclosures, approves them or looks after the register. */
export const Component = () => (
  <ForRoles roles={['privacy_officer', 'fraud_analyst', 'records_manager', 'auditor']} />
)
