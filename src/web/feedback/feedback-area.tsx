import { ForRoles } from '../shell/for-roles.tsx'
import '../style/coaching.css'

/** The pages inside this one are for agents. */
export const Component = () => <ForRoles roles={['agent']} />
