import { Link, useSearchParams } from 'react-router'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { words } from './recordings-words.ts'
import { SearchForm } from './search-form.tsx'
import { SearchResults } from './search-results.tsx'
import { useSearchState } from './search-state.ts'
import { SelectedList } from './selected-list.tsx'

/** Recordings looked up by reference, or those behind a number of the overview. */
export function Component() {
  const w = useWords(words)
  const [address] = useSearchParams()
  const { search } = useSearchState()
  const shown = address.get('toon') ?? ''
  const list = w.lists[shown]
  if (list !== undefined)
    return (
      <div className="wide">
        <PageHeading key={shown} title={list}>
          {list}
        </PageHeading>
        <p>
          <Link className="back" to="/opnamen">
            {w.backToSearch}
          </Link>
        </p>
        <SelectedList key={shown} shown={shown} />
      </div>
    )
  return (
    <div className="wide">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <SearchForm />
      {search.isAsked && <SearchResults search={search} />}
    </div>
  )
}
