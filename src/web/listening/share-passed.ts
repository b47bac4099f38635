const DAY_MS = 86_400_000

/**
 * How much of the time from the call to the end of its last day has passed, from 0 to 1. It draws a
 * bar, so the hour or two by which a day in UTC differs from one in Amsterdam does not matter.
 */
export function sharePassed(startedAt: string, lastDay: string, now: number): number {
  const start = Date.parse(startedAt)
  const whole = Date.parse(`${lastDay}T00:00:00Z`) + DAY_MS - start
  return whole > 0 ? Math.min(1, Math.max(0, (now - start) / whole)) : 1
}
