import { Link, useParams } from 'react-router'
import { ApiProblem } from '../api/request.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { NotFound } from '../shell/not-found.tsx'
import { PageHeading } from '../shell/page-heading.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import type { Calibration, ScoreForm } from './contract.ts'
import { words } from './item-words.ts'
import { useCalibration, useScoreForm } from './use-coaching.ts'

/** How several coaches judged the same calls, and where they lie apart. */
export function Component() {
  const { id = '' } = useParams()
  const w = useWords(words)
  const calibration = useCalibration(id)
  const form = useScoreForm()
  if (calibration.error instanceof ApiProblem && calibration.error.status === 404) return <NotFound />
  return (
    <div className="wide">
      <p>
        <Link className="back" to={`/coaching/${id}`}>
          {w.back}
        </Link>
      </p>
      <PageHeading title={w.calibration.title}>{w.calibration.heading}</PageHeading>
      <p className="lead">{w.calibration.lead}</p>
      <Loaded query={calibration}>
        {(data) => (
          <Loaded query={form}>
            {(scoreForm) => <Compared id={id} calibration={data} form={scoreForm} />}
          </Loaded>
        )}
      </Loaded>
    </div>
  )
}

interface ComparedProps {
  readonly id: string
  readonly calibration: Calibration
  readonly form: ScoreForm
}

function Compared({ id, calibration, form }: ComparedProps) {
  const { calibration: w } = useWords(words)
  if (calibration.coaches.length < 2) return <p className="note">{w.alone}</p>
  if (calibration.items.length === 0) return <p className="empty">{w.none}</p>
  return calibration.items.map((item) => (
    <section key={item.n} className="panel">
      <h2>{w.call(item.n)}</h2>
      {item.complete && item.scores.length > 0 ? (
        <Scores item={item} coaches={calibration.coaches} form={form} />
      ) : (
        <p>{w.waiting(item.scored, calibration.coaches.length)}</p>
      )}
      <p>
        <Link to={`/coaching/${id}/${item.n}`}>{w.open}</Link>
      </p>
    </section>
  ))
}

interface Row {
  readonly id: string
  readonly label: string
}

interface ScoresProps extends Pick<ComparedProps, 'form'> {
  readonly item: Calibration['items'][number]
  readonly coaches: readonly string[]
}

const TOTAL = 'total'

function Scores({ item, coaches, form }: ScoresProps) {
  const { calibration: w } = useWords(words)
  const language = useLanguage()
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 })
  const shown = (value: number | null | undefined) => (value == null ? '–' : number.format(value))
  const rows: Row[] = [
    ...form.criteria.map((criterion) => ({ id: criterion.id, label: criterion[language] })),
    { id: TOTAL, label: w.total },
  ]
  const given = (coach: string, id: string) => {
    const score = item.scores.find((candidate) => candidate.coach === coach)
    return id === TOTAL ? score?.total : score?.answers[id]
  }
  const columns: Column<Row>[] = [
    { key: 'criterion', label: w.criterion, cell: ({ label }) => label },
    ...coaches.map((coach) => ({
      key: `of ${coach}`,
      label: coach,
      isNumber: true,
      cell: ({ id }: Row) => shown(given(coach, id)),
    })),
    { key: 'mean', label: w.mean, isNumber: true, cell: ({ id }) => shown(item.spread[id]?.mean) },
    {
      key: 'apart',
      label: w.apart,
      isNumber: true,
      cell: ({ id }) => {
        const spread = item.spread[id]
        return shown(spread && spread.max - spread.min)
      },
    },
  ]
  return (
    <DataTable
      caption={w.caption(item.n)}
      hideCaption
      rows={rows}
      rowKey={({ id }) => id}
      columns={columns}
    />
  )
}
