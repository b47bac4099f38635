/** A part of a sound, in seconds from its start. */
export interface TimeRange {
  readonly fromSeconds: number
  readonly toSeconds: number
}

/** Frames from `from` up to and without `to`; a frame is one sample of every channel. */
export interface FrameRange {
  readonly from: number
  readonly to: number
}

/** Differences below this share of a frame are noise of floating-point arithmetic: 1.1 s x 8000 Hz is not 8801 frames. */
export const FRAME_NOISE = 1e-4

/** Ten days: beyond any call, and far from numbers that would lose precision or need an exponent. */
const MAX_SECONDS = 864_000

/**
 * The same time in as few ranges as it takes: in order, apart from each other, none of them empty.
 * Throws RangeError for times that are negative, no number, beyond ten days, or the wrong way round.
 */
export function mergeRanges(ranges: readonly TimeRange[]): TimeRange[] {
  const sorted = ranges.map(check).toSorted((a, b) => a.fromSeconds - b.fromSeconds)
  const merged: TimeRange[] = []
  for (const range of sorted) {
    const last = merged.at(-1)
    if (last === undefined || range.fromSeconds > last.toSeconds) {
      if (range.toSeconds > range.fromSeconds) merged.push(range)
    } else if (range.toSeconds > last.toSeconds) {
      merged[merged.length - 1] = { fromSeconds: last.fromSeconds, toSeconds: range.toSeconds }
    }
  }
  return merged
}

function check({ fromSeconds, toSeconds }: TimeRange): TimeRange {
  if (fromSeconds >= 0 && toSeconds >= fromSeconds && toSeconds <= MAX_SECONDS)
    return { fromSeconds, toSeconds }
  throw new RangeError(`not a range of seconds: ${fromSeconds} to ${toSeconds}`)
}

/** Every frame that the ranges touch, also in part: what must not be heard is rounded outward. */
export function framesOf(ranges: readonly TimeRange[], sampleRate: number): FrameRange[] {
  return mergeRanges(ranges).map(({ fromSeconds, toSeconds }) => ({
    from: Math.floor(fromSeconds * sampleRate + FRAME_NOISE),
    to: Math.ceil(toSeconds * sampleRate - FRAME_NOISE),
  }))
}
