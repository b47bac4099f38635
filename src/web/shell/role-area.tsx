import { Outlet } from 'react-router'
import { useMe } from '../api/queries.ts'
import { NoMember } from '../listening/member-area.tsx'

/** The pages inside this one are for people with one of these roles; others read which roles they have. */
export function RoleArea({ roles }: { readonly roles: readonly string[] }) {
  const mine = useMe().data?.roles ?? []
  return roles.some((role) => mine.includes(role)) ? <Outlet /> : <NoMember roles={mine} />
}
