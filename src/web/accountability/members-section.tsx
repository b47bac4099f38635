import { useState } from 'react'
import { useSend } from '../api/use-api.ts'
import { useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { useStepUp } from '../shell/step-up.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { words as uiWords } from '../ui/words.ts'
import { csvOf } from './breach-scope.ts'
import { words } from './breach-words.ts'
import type { AffectedMember, BreachScope } from './contract.ts'
import { saveFile } from './save-file.ts'
import { useSensitivity } from './sensitivity.ts'
import { useMoment } from './use-moment.ts'

interface MembersPage {
  readonly items: readonly AffectedMember[]
  readonly nextCursor: string | null
}

/** Whom to write to (Art. 34 GDPR): asked for apart, after a fresh login, a page at a time. */
export function MembersSection({ scope }: { readonly scope: BreachScope }) {
  const { members: w } = useWords(words)
  const ui = useWords(uiWords)
  const stepUp = useStepUp()
  const send = useSend<MembersPage, object>([])
  const [pages, setPages] = useState<readonly MembersPage[]>([])
  const cursor = pages.at(-1)?.nextCursor
  const more = () => {
    if (stepUp.isNeeded()) return stepUp.ask()
    if (send.isPending) return
    const body = { ...scope, ...(cursor && { cursor }) }
    send.mutate(
      { path: '/v1/breach-reports/members', body },
      { onSuccess: (page) => setPages([...pages, page]) },
    )
  }
  const found = pages.flatMap(({ items }) => items)
  const isComplete = pages.length > 0 && !cursor
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <p>{w.text}</p>
      <p role="status">{pages.length > 0 && w.shown(found.length, !isComplete)}</p>
      {pages.length > 0 && <Members members={found} />}
      <ProblemNote error={send.error} />
      <p className="acts">
        {!isComplete && (
          <button className="button" type="button" aria-disabled={send.isPending} onClick={more}>
            {send.isPending ? ui.sending : pages.length > 0 ? ui.more : w.show}
          </button>
        )}
        {isComplete && found.length > 0 && (
          <button
            className="button"
            type="button"
            onClick={() => saveFile(`breach-members-${scope.from}.csv`, 'text/csv', csvOf(found))}
          >
            {w.keep}
          </button>
        )}
      </p>
    </section>
  )
}

function Members({ members }: { readonly members: readonly AffectedMember[] }) {
  const { members: w } = useWords(words)
  const name = useNames()
  const nameOf = useSensitivity()
  const when = useMoment()
  return (
    <DataTable
      caption={w.heading}
      hideCaption
      rows={members}
      rowKey={({ memberRef }) => memberRef}
      empty={w.none}
      columns={[
        { key: 'member', label: w.member, cell: ({ memberRef }) => memberRef },
        {
          key: 'entities',
          label: w.companies,
          cell: ({ entities }) => entities.map((entity) => name('entity', entity)).join(', '),
        },
        { key: 'recordings', label: w.recordings, cell: ({ recordings }) => recordings, isNumber: true },
        {
          key: 'what',
          label: w.what,
          cell: ({ heard, copied }) => w.touched[`${heard}-${copied}`],
        },
        {
          key: 'sensitive',
          label: w.sensitivity,
          cell: ({ sensitivities }) => sensitivities.map(nameOf).join(', '),
        },
        { key: 'last', label: w.last, cell: ({ lastAt }) => when(lastAt) },
      ]}
    />
  )
}
