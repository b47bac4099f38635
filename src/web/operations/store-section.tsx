import { useWords } from '../i18n/words.ts'
import { DataTable } from '../ui/data-table.tsx'
import type { Operations } from './contract.ts'
import { useMoment } from './use-moment.ts'
import { words } from './words.ts'

/** What the store was found to do, and whether its own rules are in step. */
export function StoreSection({ store }: { readonly store: Operations['store'] }) {
  const w = useWords(words)
  const moment = useMoment()
  const { kind, findings, lifecycle } = store
  return (
    <section className="section">
      <h2>{w.store}</h2>
      {kind === 'files' ? (
        <p>{w.files}</p>
      ) : (
        <>
          <DataTable
            caption={w.findings}
            rows={findings}
            rowKey={({ check }) => check}
            empty={w.noFindings}
            columns={[
              { key: 'check', label: w.check, cell: ({ check }) => <code>{check}</code> },
              {
                key: 'state',
                label: w.state,
                cell: ({ state }) => (
                  <span className={state === 'fail' ? 'state state--alert' : 'state'}>
                    {w.findingStates[state]}
                  </span>
                ),
              },
              { key: 'detail', label: w.detail, cell: ({ detail }) => <span lang="en">{detail}</span> },
            ]}
          />
          <p>{lifecycle ? w.lifecycle(moment(lifecycle.keptAt), lifecycle.outcome) : w.noLifecycle}</p>
        </>
      )}
    </section>
  )
}
