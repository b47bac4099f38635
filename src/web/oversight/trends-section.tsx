import { useGet } from '../api/use-api.ts'
import { calendarDay, monthName } from '../i18n/dates.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { Loaded } from '../ui/loaded.tsx'
import { TrendChart, type TrendPoint } from '../ui/trend-chart.tsx'
import { byMonths } from './by-months.ts'
import type { Trends } from './contract.ts'
import { words } from './overview-words.ts'

const DAYS = 90
const MONTHS = 12

/** What comes, what went, and how much there is. */
export function TrendsSection() {
  const { trends: w } = useWords(words)
  const trends = useGet<Trends>('/v1/overview/trends')
  return (
    <section className="section">
      <h2>{w.heading}</h2>
      <Loaded query={trends}>{(found) => <Charts trends={found} />}</Loaded>
    </section>
  )
}

const sum = (points: readonly TrendPoint[]): number => points.reduce((all, { value }) => all + value, 0)

function Charts({ trends: { coming, past } }: { readonly trends: Trends }) {
  const { trends: w } = useWords(words)
  const language = useLanguage()
  const ofDay = (day: string, value: number): TrendPoint => ({
    ...{ key: day, value },
    label: calendarDay(day, language),
  })
  const due = coming.map(({ day, due: value }) => ofDay(day, value))
  const destroyed = past.slice(-DAYS).map((one) => ofDay(one.day, one.destroyed))
  const stored = past.map((one) => ofDay(one.day, one.stored))
  const months = byMonths(past)
    .slice(-MONTHS)
    .map(({ month, destroyed: value }) => ({ key: month, label: monthName(month, language), value }))
  const day = { where: w.day, what: w.what }
  return (
    <div className="trends">
      <TrendChart title={w.due} summary={w.dueSum(sum(due))} points={due} as="bars" {...day} />
      <TrendChart
        title={w.stored}
        summary={w.storedSum(stored.at(-1)?.value ?? 0, stored[0]?.label ?? '')}
        points={stored}
        as="area"
        {...day}
      />
      <TrendChart
        title={w.destroyed}
        summary={w.destroyedSum(sum(destroyed))}
        points={destroyed}
        as="bars"
        {...day}
      />
      <TrendChart
        title={w.months}
        summary={w.monthsSum(sum(months))}
        points={months}
        as="bars"
        where={w.month}
        what={w.what}
      />
    </div>
  )
}
