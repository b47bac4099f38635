import type { CallFilter } from '../api/contract.ts'

export const PERIODS = ['days30', 'months6', 'months12'] as const
export type Period = (typeof PERIODS)[number]

const DAY_MS = 86_400_000
const DAYS: Readonly<Record<Period, number>> = { days30: 30, months6: 183, months12: 365 }

/**
 * The filter that the address of the page stands for (`?periode=days30&onderwerp=car`), so that a choice
 * survives a reload and the back button. What the address says that we do not know means all.
 */
export function filterOf(address: URLSearchParams, now: number): CallFilter & { readonly period: string } {
  const period = PERIODS.find((known) => known === address.get('periode'))
  return {
    period: period ?? '',
    product: address.get('onderwerp') ?? '',
    from: period ? startOfPeriod(period, now) : '',
  }
}

/** Whole days, so that the same choice is the same question to the API all day long. */
function startOfPeriod(period: Period, now: number): string {
  const today = Math.floor(now / DAY_MS) * DAY_MS
  return new Date(today - DAYS[period] * DAY_MS).toISOString()
}
