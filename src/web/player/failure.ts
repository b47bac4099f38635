import type { Playback } from '../api/contract.ts'
import { ApiProblem, request } from '../api/request.ts'

/** Why there is no sound, in the terms a listener can do something with. */
export type Failure =
  | 'signed_out'
  | 'gone'
  | 'forbidden'
  | 'expired'
  | 'unplayable'
  | 'unreachable'
  | 'unavailable'
  | 'press_again'

const BY_STATUS: Readonly<Record<number, Failure>> = {
  0: 'unreachable',
  401: 'signed_out',
  403: 'forbidden',
  404: 'gone',
  410: 'gone',
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof ApiProblem)) return 'unavailable'
  return BY_STATUS[error.status] ?? 'unavailable'
}

/** The condition that was not met, where the service says so. */
export const reasonOf = (error: unknown): string | null =>
  (error instanceof ApiProblem ? error.reason : undefined) ?? null

/** The part that was asked for is not there (any more); the whole call may well be. */
export const isNoSuchPart = (error: unknown): boolean =>
  error instanceof ApiProblem && (error.status === 400 || error.status === 404)

/**
 * A media element only says that a source failed, not why. Asking for the headers of the same address
 * tells a lost session or a destroyed recording from sound that this browser cannot play.
 */
export async function failureOfSource(playback: Playback, error: MediaError | null): Promise<Failure> {
  try {
    await request(playback.audioUrl, { method: 'HEAD' })
  } catch (cause) {
    const failure = failureOf(cause)
    return failure === 'gone' && hasExpired(playback) ? 'expired' : failure
  }
  return error?.code === MediaError.MEDIA_ERR_NETWORK ? 'unreachable' : 'unplayable'
}

const hasExpired = (playback: Playback): boolean => Date.parse(playback.expiresAt) <= Date.now()
