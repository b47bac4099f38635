/** Playback time as people read and hear it; all arguments are seconds. */

const MINUTE = 60
const HOUR = 3600

/** `1:20`, `1:02:05`; what cannot be known is shown as `–:––`. */
export function clockTime(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return '–:––'
  const { hours, minutes, rest } = parts(seconds)
  const tail = `${hours ? pad(minutes) : minutes}:${pad(rest)}`
  return hours ? `${hours}:${tail}` : tail
}

export type TimeUnit = 'hour' | 'minute' | 'second'

/**
 * The time as a voice says it: `1 minuut 20`, `10 minuten`, `20 seconden`. Seconds after minutes carry
 * no unit, because a screen reader speaks this at every step of the slider and short is kind.
 */
export function spokenTime(seconds: number, name: (unit: TimeUnit, count: number) => string): string {
  const { hours, minutes, rest } = parts(seconds)
  const words: string[] = []
  if (hours) words.push(name('hour', hours))
  if (minutes) words.push(name('minute', minutes))
  if (rest && words.length > 0) words.push(String(rest))
  return words.length > 0 ? words.join(' ') : name('second', rest)
}

function parts(seconds: number) {
  const whole = Math.max(0, Math.floor(seconds))
  return {
    hours: Math.floor(whole / HOUR),
    minutes: Math.floor((whole % HOUR) / MINUTE),
    rest: whole % MINUTE,
  }
}

const pad = (value: number): string => String(value).padStart(2, '0')
