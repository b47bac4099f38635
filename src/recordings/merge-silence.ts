import type { SilencedRange } from '../db/schema.ts'

/**
 * Pure: the same seconds, in order and without overlap. What is silent for two reasons is silent because of
 * the payment.
 */
export function mergeSilence(ranges: readonly SilencedRange[]): SilencedRange[] {
  const payments = united(ranges.filter(({ reason }) => reason === 'payment'))
  const holds = united(ranges.filter(({ reason }) => reason === 'hold'))
  return [...payments, ...holds.flatMap((hold) => without(hold, payments))].sort(byStart)
}

const byStart = (a: SilencedRange, b: SilencedRange): number => a.fromSeconds - b.fromSeconds

/** Ranges of one reason; those that touch become one. */
function united(ranges: readonly SilencedRange[]): SilencedRange[] {
  const merged: SilencedRange[] = []
  for (const range of ranges.toSorted(byStart)) {
    const last = merged.at(-1)
    if (!last || range.fromSeconds > last.toSeconds) merged.push(range)
    else merged[merged.length - 1] = { ...last, toSeconds: Math.max(last.toSeconds, range.toSeconds) }
  }
  return merged
}

/** What is left of a range; `taken` is in order and without overlap. */
function without(range: SilencedRange, taken: readonly SilencedRange[]): SilencedRange[] {
  const left: SilencedRange[] = []
  let { fromSeconds } = range
  for (const one of taken) {
    if (one.toSeconds <= fromSeconds || one.fromSeconds >= range.toSeconds) continue
    if (one.fromSeconds > fromSeconds) left.push({ ...range, fromSeconds, toSeconds: one.fromSeconds })
    fromSeconds = one.toSeconds
  }
  return fromSeconds < range.toSeconds ? [...left, { ...range, fromSeconds }] : left
}
