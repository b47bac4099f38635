import { useState } from 'react'
import { ForRoles } from '../shell/for-roles.tsx'
import '../style/oversight.css'
import { NO_SEARCH, SearchProvider } from './search-state.ts'

/** The pages inside this one are for those who answer for recordings; what they looked for stays while they are here. */
export function Component() {
  const [search, setSearch] = useState(NO_SEARCH)
  return (
    <SearchProvider value={{ search, setSearch }}>
      <ForRoles roles={['privacy_officer', 'records_manager']} />
    </SearchProvider>
  )
}
