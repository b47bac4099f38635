import { useState } from 'react'
import { usePages } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { MoreRows } from '../ui/more-rows.tsx'
import { News, useNews } from '../ui/news.tsx'
import type { NameRequest } from './contract.ts'
import { DecideName, JudgeName } from './name-dialogs.tsx'
import { NameTable } from './name-table.tsx'
import { words } from './name-words.ts'

/** Members who ask who listened: decided by one officer, and a name only together with a second. */
export function Component() {
  const w = useWords(words)
  const requests = usePages<NameRequest>('/v1/name-requests?limit=50')
  const [asked, setAsked] = useState<NameRequest | null>(null)
  const [told, tell] = useNews()
  const dialog = {
    onClose: () => setAsked(null),
    onDone: (text: string) => {
      setAsked(null)
      tell(text)
    },
  }
  return (
    <div className="wide">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <p>{w.rule}</p>
      <News told={told} />
      <Loaded query={requests}>
        {({ pages }) => (
          <>
            <NameTable requests={pages.flatMap(({ items }) => items)} onAct={setAsked} />
            <MoreRows list={requests} />
          </>
        )}
      </Loaded>
      {asked?.state === 'open' && <DecideName request={asked} {...dialog} />}
      {asked?.state === 'proposed' && <JudgeName request={asked} {...dialog} />}
    </div>
  )
}
