/** It is in order and empty. */
export const NO_AUDIO = 'no_audio'

/**
 * Why an original that is kept cannot be played; shown as these codes. It is not sound, or in no encoding that
 * is known here; it is empty; decoding it would take more than one recording may take; or the index that says
 * where in the file the sound lies makes no sense.
 */
const UNPLAYABLE_REASONS = ['undecodable', NO_AUDIO, 'beyond_limits', 'damaged_index'] as const

export const isUnplayableReason = (code: string | null): boolean =>
  UNPLAYABLE_REASONS.some((reason) => reason === code)

/** A call may begin to ring, and end, a little outside its recording. */
const TOLERATED_SECONDS = 2
const TOLERATED_SHARE = 0.05

/** Whether the sound is clearly shorter than the call was, as a code of what is wrong with it. */
export function shortfallOf(seconds: number, callSeconds: number | null): 'shorter_than_call' | null {
  if (callSeconds === null) return null
  const missing = callSeconds - seconds
  return missing > TOLERATED_SECONDS && missing > TOLERATED_SHARE * callSeconds ? 'shorter_than_call' : null
}
