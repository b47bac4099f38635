import { useWords } from '../i18n/words.ts'
import { DataTable } from './data-table.tsx'
import { words } from './words.ts'

export interface Bar {
  readonly label: string
  readonly value: number
}

interface BarChartProps {
  readonly title: string
  /** What the chart shows, in one sentence, for who does not see it and who does. */
  readonly summary: string
  readonly bars: readonly Bar[]
  readonly valueLabel: string
  readonly labelLabel: string
}

const WIDTH = 600
const HEIGHT = 160
const GAP = 0.25

/** Amounts side by side; the same numbers stand in a table below it. */
export function BarChart({ title, summary, bars, valueLabel, labelLabel }: BarChartProps) {
  const w = useWords(words)
  const highest = Math.max(1, ...bars.map(({ value }) => value))
  const step = WIDTH / Math.max(1, bars.length)
  return (
    <figure className="chart">
      <figcaption>
        <strong>{title}</strong> {summary}
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${title} ${summary}`}
        preserveAspectRatio="none"
      >
        {bars.map(({ label, value }, i) => (
          <rect
            key={label}
            className="chart__bar"
            x={(i + GAP / 2) * step}
            width={step * (1 - GAP)}
            y={HEIGHT - (value / highest) * HEIGHT}
            height={(value / highest) * HEIGHT}
          >
            <title>{`${label}: ${value}`}</title>
          </rect>
        ))}
      </svg>
      <details>
        <summary>{w.asTable}</summary>
        <DataTable
          caption={title}
          hideCaption
          rows={bars}
          rowKey={({ label }) => label}
          columns={[
            { key: 'label', label: labelLabel, cell: ({ label }) => label },
            { key: 'value', label: valueLabel, cell: ({ value }) => value, isNumber: true },
          ]}
        />
      </details>
    </figure>
  )
}
