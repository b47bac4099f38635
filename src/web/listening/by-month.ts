import type { CallSummary } from '../api/contract.ts'
import { monthOf } from '../i18n/dates.ts'

export interface Month {
  /** `YYYY-MM` in Europe/Amsterdam. */
  readonly month: string
  readonly calls: readonly CallSummary[]
}

/** The calls by month, in the order in which they came; each month appears once. */
export function byMonth(calls: readonly CallSummary[]): Month[] {
  const months = Map.groupBy(calls, (call) => monthOf(call.startedAt))
  return [...months].map(([month, ofMonth]) => ({ month, calls: ofMonth }))
}
