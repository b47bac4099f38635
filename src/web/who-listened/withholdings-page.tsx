import { useState } from 'react'
import { useMe } from '../api/queries.ts'
import { usePages } from '../api/use-api.ts'
import { useWords } from '../i18n/words.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { MoreRows } from '../ui/more-rows.tsx'
import { News, useNews } from '../ui/news.tsx'
import { AskWithholding } from './ask-withholding.tsx'
import type { Withholding } from './contract.ts'
import { ActOnWithholding, type WithholdingAct } from './withholding-dialogs.tsx'
import { WithholdingTable } from './withholding-table.tsx'
import { words } from './withholding-words.ts'

interface Asked {
  readonly act: WithholdingAct
  readonly withholding: Withholding
}

/** What members do not see yet of who listened: proposed, agreed to, looked at again, ended. */
export function Component() {
  const w = useWords(words)
  const mayAct = useMe().data?.roles.includes('privacy_officer') ?? false
  const withholdings = usePages<Withholding>('/v1/withheld-accesses?limit=50')
  const [asked, setAsked] = useState<'new' | Asked | null>(null)
  const [told, tell] = useNews()
  const close = () => setAsked(null)
  const done = (text: string) => {
    close()
    tell(text)
  }
  return (
    <div className="wide">
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <p>{w.after}</p>
      <News told={told} />
      {mayAct && (
        <p className="acts">
          <button className="button button--main" type="button" onClick={() => setAsked('new')}>
            {w.ask}
          </button>
        </p>
      )}
      <Loaded query={withholdings}>
        {({ pages }) => (
          <>
            <WithholdingTable
              withholdings={pages.flatMap(({ items }) => items)}
              onAct={(act, withholding) => setAsked({ act, withholding })}
            />
            <MoreRows list={withholdings} />
          </>
        )}
      </Loaded>
      {asked === 'new' && <AskWithholding onDone={() => done(w.asked)} onClose={close} />}
      {asked !== null && asked !== 'new' && <ActOnWithholding {...asked} onDone={done} onClose={close} />}
    </div>
  )
}
