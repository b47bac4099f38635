const MINUTE_MS = 60_000

/** Minutes at which what is left is said aloud: a clock read out every second is noise. */
const SPOKEN = [45, 30, 15, 10, 5, 2, 1]

/** Pure: the last of these marks that has passed, in minutes; null before the first. */
export const spokenMinutes = (ms: number): number | null =>
  SPOKEN.filter((minutes) => minutes * MINUTE_MS >= ms).at(-1) ?? null
