import type { CallSummary, Purpose } from '../api/contract.ts'
import { TIME_ZONE } from '../i18n/dates.ts'

/** Today in the Netherlands, `YYYY-MM-DD`. */
export const todayOf = (now: number): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: TIME_ZONE, dateStyle: 'short' }).format(new Date(now))

const IN_USE: readonly string[] = ['active', 'pending_trigger', 'suspended']

/** Whether the recording may still be kept for the purpose; its last day counts. */
export const stillCounts = ({ state, retainUntil }: Purpose, today: string): boolean =>
  IN_USE.includes(state) && (retainUntil === null || today <= retainUntil)

/**
 * Until when a recording is kept: `until` its day, for a time that is `unknown` because something is awaited,
 * or `not` at all any more.
 */
export function keptFor({
  keepUntil,
  purposes,
}: Pick<CallSummary, 'keepUntil' | 'purposes'>): 'until' | 'unknown' | 'not' {
  if (keepUntil !== null) return 'until'
  const isAwaited = purposes.some(({ state, retainUntil }) => IN_USE.includes(state) && retainUntil === null)
  return isAwaited ? 'unknown' : 'not'
}

/** The one purpose that a member may refuse without asking anybody. */
export const TRAINING = 'training_coaching'
