import { ForRoles } from '../shell/for-roles.tsx'
import '../style/oversight.css'
import { MAY_READ, MAY_USE } from './who.ts'

/** For staff who may hear one recording in an emergency, and for those who look at it afterwards. */
export const Component = () => <ForRoles roles={[...MAY_USE, ...MAY_READ]} />
