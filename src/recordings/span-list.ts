import { type FieldError, Problem } from '../kernel/problem.ts'
import { SECOND } from '../kernel/units.ts'
import { MAX_CALL_SECONDS } from './schema.ts'

/** Why a part is left out; a closed set, so that the list itself cannot tell what was said. */
export const SPAN_REASONS = ['third_party', 'name', 'number', 'address', 'health', 'other'] as const
export type SpanReason = (typeof SPAN_REASONS)[number]

/** A part of a call, in seconds from its start. */
export interface Span {
  readonly fromSeconds: number
  readonly toSeconds: number
  /** Counted from 1; absent: all channels. */
  readonly channel?: number
  readonly reason: SpanReason
}

/** In order, and those of one channel and reason apart from each other. */
export interface CallSpans {
  readonly beeps: readonly Span[]
  readonly cuts: readonly Span[]
}

/** As somebody wrote them: in any order, overlapping or not. */
export interface WantedSpans {
  readonly beeps: readonly WantedSpan[]
  readonly cuts: readonly WantedSpan[]
}

export type WantedSpan = Omit<Span, 'channel'> & { readonly channel?: number | undefined }

/** What is known of the call that spans have to lie in; decoding counts for more than what its sender said. */
export interface CallOfSpans {
  readonly seconds: number | null
  readonly channels: number | null
}

/** Somebody who writes down where they stopped listening rounds up. */
const LEEWAY_SECONDS = 1

/** The lists as they are kept. Throws Problem('invalid_spans') that names every field that is wrong. */
export function spansOf(wanted: WantedSpans, call: CallOfSpans): CallSpans {
  const errors = (['beeps', 'cuts'] as const).flatMap((list) =>
    wanted[list].flatMap((span, index) => errorsOf(span, call, `${list}[${index}]`)),
  )
  if (errors.length > 0) throw new Problem('invalid_spans', { errors })
  return { beeps: merged(wanted.beeps), cuts: merged(wanted.cuts) }
}

function errorsOf(
  { fromSeconds, toSeconds, channel }: WantedSpan,
  call: CallOfSpans,
  at: string,
): FieldError[] {
  const end = call.seconds ?? MAX_CALL_SECONDS
  return [
    ...(toSeconds > fromSeconds ? [] : [{ field: `${at}.toSeconds`, message: 'must lie after fromSeconds' }]),
    ...(toSeconds <= end + LEEWAY_SECONDS
      ? []
      : [{ field: `${at}.toSeconds`, message: `must lie within the call, which is ${end} seconds long` }]),
    ...(channel === undefined || channel <= (call.channels ?? channel)
      ? []
      : [{ field: `${at}.channel`, message: `must be one of the ${call.channels} of the call` }]),
  ]
}

/** Outward to whole milliseconds: a part that is to be left out may lose its neighbour, never the reverse. */
function merged(spans: readonly WantedSpan[]): Span[] {
  const whole = spans.map(outward).sort(inOrder)
  const result: Span[] = []
  for (const span of whole) {
    const same = result.findLastIndex((one) => one.channel === span.channel && one.reason === span.reason)
    const last = result[same]
    if (last === undefined || last.toSeconds < span.fromSeconds) result.push(span)
    else result[same] = { ...last, toSeconds: Math.max(last.toSeconds, span.toSeconds) }
  }
  return result.sort(inOrder)
}

const outward = ({ fromSeconds, toSeconds, channel, reason }: WantedSpan): Span => ({
  fromSeconds: notAfter(fromSeconds),
  toSeconds: notBefore(toSeconds),
  ...(channel === undefined ? {} : { channel }),
  reason,
})

/** The last whole millisecond not after; compared, because 1.005 * 1000 is a little less than 1005. */
function notAfter(seconds: number): number {
  const nearest = Math.round(seconds * SECOND)
  return (nearest / SECOND <= seconds ? nearest : nearest - 1) / SECOND
}

function notBefore(seconds: number): number {
  const nearest = Math.round(seconds * SECOND)
  return (nearest / SECOND >= seconds ? nearest : nearest + 1) / SECOND
}

const inOrder = (a: Span, b: Span): number =>
  a.fromSeconds - b.fromSeconds ||
  a.toSeconds - b.toSeconds ||
  (a.channel ?? 0) - (b.channel ?? 0) ||
  Number(a.reason > b.reason) - Number(a.reason < b.reason)

/** Spans for the sound as it is: where channels cannot be told apart, all of them are left out. */
export const onChannels = (
  spans: readonly Span[],
  channels: number | null,
): readonly Omit<Span, 'reason'>[] =>
  spans.map(({ fromSeconds, toSeconds, channel }) => ({
    fromSeconds,
    toSeconds,
    ...(channels === 2 && channel !== undefined ? { channel } : {}),
  }))

export const sameSpans = (one: readonly Span[], other: readonly Span[]): boolean =>
  one.length === other.length &&
  one.every((span, index) => {
    const twin = other[index]
    return twin !== undefined && inOrder(span, twin) === 0
  })
