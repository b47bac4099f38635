import type { Trends } from './contract.ts'

export interface DestroyedInMonth {
  /** `YYYY-MM` */
  readonly month: string
  readonly destroyed: number
}

/** The days added up by month, in their order. */
export function byMonths(days: Trends['past']): readonly DestroyedInMonth[] {
  const months = new Map<string, number>()
  for (const { day, destroyed } of days) {
    const month = day.slice(0, 'YYYY-MM'.length)
    months.set(month, (months.get(month) ?? 0) + destroyed)
  }
  return [...months].map(([month, destroyed]) => ({ month, destroyed }))
}
