import { ForRoles } from '../shell/for-roles.tsx'

/** The pages inside this one are for whoever answers requests or files them for members. */
export const Component = () => <ForRoles roles={['privacy_officer', 'agent']} />
