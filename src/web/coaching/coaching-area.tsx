import { ForRoles } from '../shell/for-roles.tsx'
import '../style/coaching.css'

/** The pages inside this one are for coaches. */
export const Component = () => <ForRoles roles={['coach']} />
