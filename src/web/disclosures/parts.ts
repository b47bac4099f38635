import type { Range } from './contract.ts'

const TIME = String.raw`(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)`
const PART = new RegExp(String.raw`^${TIME}\s*[-–]\s*${TIME}$`)

/**
 * Parts of a call as people write them, `0:30-1:15, 12:00-13:00`, in seconds. null: nothing was written, so all of
 * it is meant; undefined: it cannot be read, or a part ends before it begins.
 */
export function partsOf(text: string): Range[] | null | undefined {
  const written = text
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter(Boolean)
  if (written.length === 0) return text.trim() === '' ? null : undefined
  const parts = written.map((part) => {
    const found = PART.exec(part)
    return found && { fromSeconds: seconds(found.slice(1, 4)), toSeconds: seconds(found.slice(4, 7)) }
  })
  const whole = parts.filter((part) => part !== null && part.fromSeconds < part.toSeconds) as Range[]
  return whole.length === parts.length ? whole : undefined
}

const seconds = (clock: readonly (string | undefined)[]): number =>
  clock.reduce((sum, digits) => sum * 60 + Number(digits ?? 0), 0)

/** As `partsOf` reads them, to the second. */
export const textOf = (ranges: readonly Range[]): string =>
  ranges.map(({ fromSeconds, toSeconds }) => `${clockOf(fromSeconds)}–${clockOf(toSeconds)}`).join(', ')

const two = (value: number): string => String(value).padStart(2, '0')

function clockOf(time: number): string {
  const whole = Math.round(time)
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}
