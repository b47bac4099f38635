import { useMe } from '../api/queries.ts'
import { type Page, useGet } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { News, useNews } from '../ui/news.tsx'
import type { Emergency } from './contract.ts'
import { OpenEmergency } from './open-emergency.tsx'
import { OpeningSection } from './opening-section.tsx'
import { OverviewSection } from './overview-section.tsx'
import { MAY_READ, MAY_USE } from './who.ts'
import { words } from './words.ts'

/** Opening one recording in an emergency, hearing it for as long as that lasts, and looking at it afterwards. */
export function Component() {
  const w = useWords(words)
  const roles = useMe().data?.roles ?? []
  const has = (wanted: readonly string[]) => wanted.some((role) => roles.includes(role))
  const [told, tell] = useNews()
  return (
    <div className="wide">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <News told={told} />
      {has(MAY_USE) && <OwnSection />}
      {has(MAY_USE) && <OpeningSection onOpened={() => tell(w.opened)} />}
      {has(MAY_READ) && <OverviewSection onReviewed={() => tell(w.reviewed)} />}
    </div>
  )
}

/** What this visitor has open now, with its sound. */
function OwnSection() {
  const me = useMe().data
  const newest = useGet<Page<Emergency>>('/v1/break-glass?limit=50')
  return (
    <Loaded query={newest}>
      {({ items }) =>
        items
          .filter(({ live, openedBy }) => live && openedBy === me?.sub)
          .map((emergency) => (
            <OpenEmergency key={emergency.id} emergency={emergency} onEnded={() => void newest.refetch()} />
          ))
      }
    </Loaded>
  )
}
