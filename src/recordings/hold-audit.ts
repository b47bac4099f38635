/** What acts of people share stands beside the people; the older parts know it under this name. */
export { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
