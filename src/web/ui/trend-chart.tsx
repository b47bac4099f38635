import { useWords } from '../i18n/words.ts'
import { DataTable } from './data-table.tsx'
import { words } from './words.ts'

/** A value at a place on the horizontal axis, with the name of that place. */
export interface TrendPoint {
  readonly key: string
  readonly label: string
  readonly value: number
}

interface TrendChartProps {
  readonly title: string
  /** What it shows, in a sentence: the picture for who does not see it. */
  readonly summary: string
  readonly points: readonly TrendPoint[]
  readonly as: 'bars' | 'area'
  /** Headings of the table. */
  readonly where: string
  readonly what: string
}

const HEIGHT = 40

/**
 * Values over time. The drawing stretches with its place and carries no text of its own, so that nothing is
 * distorted; the axis is told beside it, and every value is in the table.
 */
export function TrendChart({ title, summary, points, as, where, what }: TrendChartProps) {
  const w = useWords(words)
  const most = Math.max(...points.map(({ value }) => value), 0)
  const [first, last] = [points[0], points.at(-1)]
  return (
    <figure className="trend">
      <figcaption>
        <h3>{title}</h3>
        <p>{summary}</p>
      </figcaption>
      <div className="trend__plot">
        <p className="trend__most" aria-hidden="true">
          {most}
        </p>
        <svg
          viewBox={`0 0 ${Math.max(points.length, 1)} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${title}. ${summary}`}
        >
          {most > 0 &&
            (as === 'bars' ? <Bars points={points} most={most} /> : <Area points={points} most={most} />)}
        </svg>
      </div>
      <p className="trend__axis" aria-hidden="true">
        <span>{first?.label}</span>
        <span>{last !== first && last?.label}</span>
      </p>
      <details>
        <summary>{w.asTable}</summary>
        <DataTable
          caption={title}
          hideCaption
          rows={points}
          rowKey={({ key }) => key}
          columns={[
            { key: 'where', label: where, cell: ({ label }) => label },
            { key: 'what', label: what, cell: ({ value }) => value, isNumber: true },
          ]}
        />
      </details>
    </figure>
  )
}

interface Drawing {
  readonly points: readonly TrendPoint[]
  readonly most: number
}

/** A value that is there is seen, however small it is beside others. */
const heightOf = (value: number, most: number): number =>
  value === 0 ? 0 : Math.max((value / most) * HEIGHT, HEIGHT / 30)

const Bars = ({ points, most }: Drawing) =>
  points.map(({ key, value }, place) => {
    const height = heightOf(value, most)
    return (
      <rect
        key={key}
        className="chart__bar"
        x={place + 0.12}
        y={HEIGHT - height}
        width={0.76}
        height={height}
      />
    )
  })

/** Steps: what is stored changes from one day to the next and not in between. */
function Area({ points, most }: Drawing) {
  const steps = points.map(({ value }, place) => `V${HEIGHT - heightOf(value, most)}H${place + 1}`)
  return <path className="chart__area" d={`M0 ${HEIGHT}${steps.join('')}V${HEIGHT}Z`} />
}
