import { useState } from 'react'
import { useMe } from '../api/queries.ts'
import { useGet } from '../api/use-api.ts'
import { clock, fullDay } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { ActDialog } from '../ui/act-dialog.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { TextArea } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { News, useNews } from '../ui/news.tsx'
import { words } from './anomalies-words.ts'

interface Anomaly {
  readonly id: string
  readonly kind: string
  readonly actor: string
  readonly count: number
  readonly threshold: number
  readonly blocks: boolean
  readonly lastAt: string
}

/** What was noticed of staff and nobody has settled; for those whom the service shows it to. */
export function AnomaliesSection() {
  const w = useWords(words)
  const roles = useMe().data?.roles ?? []
  const mayRead = roles.includes('privacy_officer') || roles.includes('auditor')
  const anomalies = useGet<{ items: readonly Anomaly[] }>(
    mayRead ? '/v1/staff-anomalies?open=true&limit=100' : null,
  )
  const [asked, setAsked] = useState<Anomaly | null>(null)
  const [told, tell] = useNews()
  if (!mayRead) return null
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <p>{w.text}</p>
      <News told={told} />
      <Loaded query={anomalies}>
        {({ items }) => (
          <AnomalyTable
            anomalies={items}
            {...(roles.includes('privacy_officer') ? { onSettle: setAsked } : {})}
          />
        )}
      </Loaded>
      {asked !== null && (
        <SettleDialog
          anomaly={asked}
          onClose={() => setAsked(null)}
          onDone={() => {
            setAsked(null)
            tell(w.done)
          }}
        />
      )}
    </section>
  )
}

interface AnomalyTableProps {
  readonly anomalies: readonly Anomaly[]
  /** Absent for those who only read. */
  readonly onSettle?: (anomaly: Anomaly) => void
}

function AnomalyTable({ anomalies, onSettle }: AnomalyTableProps) {
  const w = useWords(words)
  const language = useLanguage()
  const columns: Column<Anomaly>[] = [
    { key: 'who', label: w.who, cell: ({ actor }) => actor },
    {
      key: 'what',
      label: w.what,
      cell: ({ kind, blocks }) => (
        <>
          {w.kinds[kind] ?? kind} {blocks && <span className="state state--alert">{w.blocks}</span>}
        </>
      ),
    },
    {
      key: 'count',
      label: w.count,
      cell: ({ count, threshold }) => `${count} (${threshold})`,
      isNumber: true,
    },
    {
      key: 'when',
      label: w.when,
      cell: ({ lastAt }) => `${fullDay(lastAt, language)}, ${clock(lastAt, language)}`,
    },
    ...(onSettle
      ? [
          {
            key: 'acts',
            label: w.acts,
            cell: (anomaly: Anomaly) => (
              <button
                className="button button--quiet"
                type="button"
                aria-label={w.openOf(anomaly.actor)}
                onClick={() => onSettle(anomaly)}
              >
                {w.open}
              </button>
            ),
          },
        ]
      : []),
  ]
  return (
    <DataTable
      caption={w.heading}
      hideCaption
      rows={anomalies}
      rowKey={({ id }) => id}
      empty={w.empty}
      columns={columns}
    />
  )
}

interface SettleDialogProps {
  readonly anomaly: Anomaly
  readonly onDone: () => void
  readonly onClose: () => void
}

function SettleDialog({ anomaly: { id }, onDone, onClose }: SettleDialogProps) {
  const w = useWords(words)
  const [note, setNote] = useState('')
  return (
    <ActDialog
      title={w.title}
      effect={<p>{w.effect}</p>}
      act={w.act}
      sending={() => ({ path: `/v1/staff-anomalies/${id}/acknowledgement`, body: { note } })}
      refreshed={['/v1/staff-anomalies']}
      onDone={onDone}
      onClose={onClose}
    >
      <div className="form__whole">
        <TextArea label={w.note} required maxLength={2000} value={note} onValue={setNote} />
      </div>
    </ActDialog>
  )
}
