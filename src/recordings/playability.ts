/** Why an original that is kept cannot be played: codes that are shown. */
export const UNPLAYABLE_REASONS = [
  /** Not sound, or in no encoding that is known here. */
  'undecodable',
  /** It is in order and empty. */
  'no_audio',
  /** Decoding it would take more than a recording may take. */
  'beyond_limits',
  /** The index that says where in the file the sound lies makes no sense. */
  'damaged_index',
] as const

export type UnplayableReason = (typeof UNPLAYABLE_REASONS)[number]

export const isUnplayableReason = (code: string | null): code is UnplayableReason =>
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
