import { ForRoles } from '../shell/for-roles.tsx'

/** The pages inside this one are for staff who listen for a case. */
export const Component = () => <ForRoles roles={['agent', 'fraud_analyst', 'medical_adviser']} />
