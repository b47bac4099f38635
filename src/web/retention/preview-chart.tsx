import { useId } from 'react'
import { capitalised, monthName } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { DataTable } from '../ui/data-table.tsx'
import { words as uiWords } from '../ui/words.ts'
import type { MonthCount } from './contract.ts'
import { words } from './rules-words.ts'

/** Units of the drawing; a phone shows one as about a pixel, so that its letters stay readable. */
const WIDTH = 340
const LABEL = 92
const FIGURE = 62
const BAR = 9

interface PreviewChartProps {
  readonly months: readonly MonthCount[]
  /** Whether two versions are set side by side. */
  readonly isCompared: boolean
}

/** What is over in each month, as lying bars; the same figures are in a table below. */
export function PreviewChart({ months, isCompared }: PreviewChartProps) {
  const { preview: w } = useWords(words)
  const ui = useWords(uiWords)
  const id = useId()
  return (
    <figure className="chart">
      <figcaption>
        <h3>{w.chart}</h3>
        {isCompared && (
          <ul className="chart__legend">
            <li className="chart__key chart__key--now">{w.asNow}</li>
            <li className="chart__key chart__key--then">{w.asThen}</li>
          </ul>
        )}
      </figcaption>
      <Bars months={months} isCompared={isCompared} titleId={id} />
      <details>
        <summary>{ui.asTable}</summary>
        <Figures months={months} isCompared={isCompared} />
      </details>
    </figure>
  )
}

function Bars({ months, isCompared, titleId }: PreviewChartProps & { readonly titleId: string }) {
  const { preview: w } = useWords(words)
  const most = Math.max(1, ...months.flatMap((one) => [one.asThingsAre, one.underThisVersion]))
  const row = isCompared ? 2 * BAR + 8 : BAR + 9
  const totals = sumsOf(months)
  return (
    <svg
      className="chart__drawing"
      viewBox={`0 0 ${WIDTH} ${months.length * row}`}
      role="img"
      aria-labelledby={titleId}
    >
      <title id={titleId}>{w.chartSummary(months.length, totals.now, totals.proposed)}</title>
      {months.map((month, index) => (
        <Month key={month.month} month={month} top={index * row} most={most} isCompared={isCompared} />
      ))}
    </svg>
  )
}

interface MonthProps {
  readonly month: MonthCount
  readonly top: number
  readonly most: number
  readonly isCompared: boolean
}

function Month({ month: { month, asThingsAre, underThisVersion }, top, most, isCompared }: MonthProps) {
  const language = useLanguage()
  const width = (count: number) => (count / most) * (WIDTH - LABEL - FIGURE)
  const middle = top + (isCompared ? BAR + 5 : BAR)
  const figure =
    isCompared && asThingsAre !== underThisVersion
      ? `${asThingsAre} → ${underThisVersion}`
      : String(underThisVersion)
  const longest = Math.max(width(underThisVersion), isCompared ? width(asThingsAre) : 0)
  return (
    <g>
      <text className="chart__label" x={LABEL - 6} y={middle} textAnchor="end">
        {shortMonth(month, language)}
      </text>
      {isCompared && (
        <rect className="chart__now" x={LABEL} y={top + 2} width={width(asThingsAre)} height={BAR} rx="1.5" />
      )}
      <rect
        className="chart__bar"
        x={LABEL}
        y={top + 2 + (isCompared ? BAR + 1 : 0)}
        width={width(underThisVersion)}
        height={BAR}
        rx="1.5"
      />
      <text className="chart__figure" x={LABEL + longest + 5} y={middle}>
        {figure}
      </text>
    </g>
  )
}

function Figures({ months, isCompared }: PreviewChartProps) {
  const { preview: w } = useWords(words)
  const language = useLanguage()
  const then = {
    key: 'then',
    label: isCompared ? w.asThen : w.asNow,
    cell: (one: MonthCount) => one.underThisVersion,
    isNumber: true,
  }
  const now = { key: 'now', label: w.asNow, cell: (one: MonthCount) => one.asThingsAre, isNumber: true }
  const columns = [
    {
      key: 'month',
      label: w.month,
      cell: ({ month }: MonthCount) =>
        capitalised(monthName(month.slice(0, 7), language)) +
        (month === months[0]?.month ? ` (${w.first})` : ''),
    },
    ...(isCompared ? [now, then] : [then]),
  ]
  return (
    <DataTable caption={w.chart} hideCaption columns={columns} rows={months} rowKey={({ month }) => month} />
  )
}

const sumsOf = (months: readonly MonthCount[]) => ({
  now: months.reduce((sum, { asThingsAre }) => sum + asThingsAre, 0),
  proposed: months.reduce((sum, { underThisVersion }) => sum + underThisVersion, 0),
})

/** `mrt 2027` */
const shortMonth = (day: string, language: 'nl' | 'en'): string =>
  new Intl.DateTimeFormat(language === 'nl' ? 'nl-NL' : 'en-GB', {
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00:00Z`))
