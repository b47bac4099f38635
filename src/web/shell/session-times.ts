import type { SessionTimes } from '../api/contract.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

/** So long before its end, in milliseconds, people are warned: time enough to finish a sentence. */
export const WARNING_MS = 5 * MINUTE

/** What is left of a login that counts as confirmed has to be enough to fill in a short form. */
const CONFIRMED_FOR_MS = 2 * MINUTE

export interface TimeLeft {
  /** Milliseconds until the session ends; zero or less when it has. */
  readonly ms: number
  /** `idle`: a sign of life makes it longer; `limit`: only a new login does. */
  readonly because: 'idle' | 'limit'
}

/** Milliseconds by which the clock of the service is ahead of this one, which may be set to anything. */
const ahead = ({ now }: SessionTimes, receivedAt: number): number => Date.parse(now) - receivedAt

/** Pure: what the clock of the service says when this one says `at`. */
export const serviceTime = (times: SessionTimes, receivedAt: number, at: number): number =>
  at + ahead(times, receivedAt)

/**
 * Pure: what is left of a session. `receivedAt` and `at` are readings of this browser's clock: when the times
 * came, and the moment that is asked about.
 */
export function timeLeft(times: SessionTimes, receivedAt: number, at: number): TimeLeft {
  const [idle, limit] = [Date.parse(times.idleEndsAt), Date.parse(times.endsAt)]
  const now = serviceTime(times, receivedAt, at)
  return idle < limit ? { ms: idle - now, because: 'idle' } : { ms: limit - now, because: 'limit' }
}

/** Pure: whether the next act that cannot be taken back needs a new login. */
export function needsConfirming(times: SessionTimes | null, receivedAt: number, at: number): boolean {
  if (!times?.confirmBy) return true
  return Date.parse(times.confirmBy) - serviceTime(times, receivedAt, at) < CONFIRMED_FOR_MS
}

/** `4:05`, for the eye. */
export function clockOf(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / SECOND))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

const SPOKEN = [5 * MINUTE, 2 * MINUTE, MINUTE, 30 * SECOND, 10 * SECOND]

/** The last of a few marks that has passed, for the ear: a clock read out every second is noise. */
export const spokenMark = (ms: number): number => SPOKEN.filter((mark) => mark >= ms).at(-1) ?? WARNING_MS
