import { useGet } from '../api/use-api.ts'
import type { ScoreForm } from '../coaching/contract.ts'
import { useScoreForm } from '../coaching/use-coaching.ts'
import { fullDay, monthName } from '../i18n/dates.ts'
import { useLanguage, useNames } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { clockTime } from '../player/time.ts'
import { PageHeading } from '../shell/page-heading.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { words } from './words.ts'

interface FeedbackItem {
  readonly sampleId: string
  readonly n: number
  readonly drawnAt: string
  readonly product: string | null
  readonly month: string | null
  readonly state: 'used' | 'released' | 'withdrawn'
  readonly releasedAt: string | null
  readonly notes: readonly { readonly atSeconds: number; readonly text: string }[]
  readonly scores: readonly ReleasedScore[]
}

interface ReleasedScore {
  readonly formVersion: string
  readonly answers: Readonly<Record<string, number>>
  readonly total: number | null
}

/** Which of an agent's calls were drawn, and what coaches released of them. */
export function Component() {
  const w = useWords(words)
  const feedback = useGet<{ items: readonly FeedbackItem[] }>('/v1/feedback')
  const form = useScoreForm()
  return (
    <>
      <PageHeading title={w.title}>{w.title}</PageHeading>
      <p className="lead">{w.lead}</p>
      <div className="notice masked-note">
        <p>
          <strong>{w.purpose}</strong>
        </p>
        <p>{w.lot}</p>
      </div>
      <Loaded query={feedback}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="empty">{w.empty}</p>
          ) : (
            <Loaded query={form}>
              {(scoreForm) =>
                items.map((item) => (
                  <Feedback key={`${item.sampleId} ${item.n}`} item={item} form={scoreForm} />
                ))
              }
            </Loaded>
          )
        }
      </Loaded>
    </>
  )
}

interface FeedbackProps {
  readonly item: FeedbackItem
  readonly form: ScoreForm
}

function Feedback({ item, form }: FeedbackProps) {
  const w = useWords(words)
  const language = useLanguage()
  const name = useNames()
  const { product, month, drawnAt, releasedAt, state } = item
  const known = product !== null && month !== null
  return (
    <section className="section">
      <h2>{known ? w.heading(name('product', product), monthName(month, language)) : w.unknown}</h2>
      <p className="quiet">
        {w.drawn(fullDay(drawnAt, language))}
        {releasedAt !== null && `, ${w.released(fullDay(releasedAt, language))}`}
      </p>
      {state === 'released' ? <Released item={item} form={form} /> : <p>{w[state]}</p>}
    </section>
  )
}

function Released({ item, form }: FeedbackProps) {
  const w = useWords(words)
  return (
    <>
      <h3>{w.notes}</h3>
      {item.notes.length === 0 ? <p>{w.noNotes}</p> : <Notes notes={item.notes} />}
      {item.scores.map((score, i) => (
        <ScoreTable
          // biome-ignore lint/suspicious/noArrayIndexKey: released scores never change, and have no names.
          key={i}
          caption={w.caption(i + 1, item.scores.length)}
          score={score}
          form={form}
        />
      ))}
    </>
  )
}

function Notes({ notes }: Pick<FeedbackItem, 'notes'>) {
  const w = useWords(words)
  return (
    <ul className="notes">
      {notes.map(({ atSeconds, text }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: released notes never change, and may be alike.
        <li key={i} className="coach-note">
          <p className="quiet">{w.at(clockTime(atSeconds))}</p>
          <p className="coach-note__text">{text}</p>
        </li>
      ))}
    </ul>
  )
}

interface ScoreTableProps extends Pick<FeedbackProps, 'form'> {
  readonly caption: string
  readonly score: ReleasedScore
}

/** A score of an earlier form is shown by its numbers; its words may have changed. */
function ScoreTable({ caption, score, form }: ScoreTableProps) {
  const w = useWords(words)
  const language = useLanguage()
  const isOld = score.formVersion !== `${form.id}@${form.version}`
  // In the order of the form; what the form has no more comes last.
  const order = form.criteria.map(({ id }) => id)
  const answers = Object.entries(score.answers).toSorted(
    ([one], [other]) => (order.indexOf(one) + 1 || Infinity) - (order.indexOf(other) + 1 || Infinity),
  )
  const rows = answers.map(([id, value]) => {
    const criterion = form.criteria.find((candidate) => candidate.id === id)
    const step = isOld ? undefined : form.scale.find((candidate) => candidate.value === value)
    return { id, label: criterion?.[language] ?? id, answer: step?.[language] ?? String(value) }
  })
  return (
    <>
      <DataTable
        caption={caption}
        rows={rows}
        rowKey={({ id }) => id}
        columns={[
          { key: 'criterion', label: w.criterion, cell: ({ label }) => label },
          { key: 'answer', label: w.answer, cell: ({ answer }) => answer },
        ]}
      />
      {isOld && <p className="note">{w.oldForm}</p>}
      {score.total !== null && (
        <p>
          {w.total}: <strong>{new Intl.NumberFormat(language).format(score.total)}</strong>
        </p>
      )}
    </>
  )
}
