import { FRAME_NOISE, mergeRanges, type TimeRange } from './time-range.ts'

/** A part of a sound on one channel, counted from 1, or on all of them. */
export interface ChannelSpan extends TimeRange {
  readonly channel?: number | null | undefined
}

/**
 * Filters that follow one another; those that have nothing to do are left out, and all empty is an empty string:
 * then there is nothing to filter.
 */
export const chain = (...filters: readonly string[]): string => filters.filter(Boolean).join(',')

/** Digital silence in the ranges on all channels; every other sample keeps its value. */
export const silenceFilter = (ranges: readonly TimeRange[]): string => cutFilter(ranges)

/** Digital silence in the spans, on their channel only; what names a channel that is not there does nothing. */
export const cutFilter = (spans: readonly ChannelSpan[]): string => inSpans(spans, '0')

/** Audible, and well below a voice, so that nobody takes the headphones off. */
const BEEP_LEVEL = 0.1
const BEEP_HZ = 1000

/**
 * A tone in place of the sound in the spans. After `maskFilter`, never before it: a tone of a known frequency
 * that was moved along with a voice says how far the voice was moved.
 */
export const beepFilter = (spans: readonly ChannelSpan[]): string =>
  inSpans(spans, `${BEEP_LEVEL}*sin(2*PI*${BEEP_HZ}*t)`)

/** One channel alone, in mono; the first one of a sound with one channel is the sound itself. */
export const channelFilter = (channel: 1 | 2): string => `pan=mono|c0=c${channel - 1}`

/** Both channels of a call in mono, each at half its level, so that nothing clips. */
export const mixFilter = (): string => 'pan=mono|c0=0.5*c0+0.5*c1'

export interface VoiceMask {
  readonly channels: 1 | 2
  /** How far each channel's pitch and formants move, 0.5 to 2; 1 changes nothing. */
  readonly factors: readonly number[]
  /** Of the source, in hertz. */
  readonly sampleRate: number
}

/**
 * Moves pitch and formants of each channel together by its own factor, and keeps the tempo. The same voice read
 * faster or slower, brought back to its pace: made of filters that every build of ffmpeg has.
 * Throws RangeError for factors out of range or too few of them.
 */
export function maskFilter({ channels, factors, sampleRate }: VoiceMask): string {
  if (!Number.isInteger(sampleRate) || sampleRate < 1000 || sampleRate > 400_000)
    throw new RangeError(`not a sample rate: ${sampleRate}`)
  const moves = Array.from({ length: channels }, (_, i) => voiceMove(factors[i], sampleRate))
  // The rate is set by name below, so the sound must really have it.
  const start = `aresample=${sampleRate}`
  if (channels === 1) return chain(start, moves[0] as string)
  return [
    `${start},asplit=2[mask1][mask2]`,
    `[mask1]${channelFilter(1)},${moves[0]}[masked1]`,
    // Joining ends with the first channel and drops what the second one still holds back, so that gets more to hold.
    `[mask2]${channelFilter(2)},${moves[1]},apad=pad_dur=1[masked2]`,
    '[masked1][masked2]join=inputs=2:channel_layout=stereo:map=0.0-FL|1.0-FR',
  ].join(';')
}

function voiceMove(factor: number | undefined, sampleRate: number): string {
  if (factor === undefined || !(factor >= 0.5 && factor <= 2)) throw new RangeError(`not a factor: ${factor}`)
  const moved = Math.round(sampleRate * factor)
  // The pace is that of the rate as rounded, or the sound would grow or shrink by a little.
  return `asetrate=${moved},aresample=${sampleRate},atempo=${decimal(sampleRate / moved)}`
}

/** Never an exponent, which the parser of filters does not know. */
const decimal = (value: number): string => value.toFixed(9).replace(/\.?0+$/, '')

/** More than any call has; beyond it the search for frames to look into would make the text too long to pass on. */
const MAX_SEARCHED = 200
/** Frames of filters get this many samples, which is below a second at any rate there is. */
const CHUNK_SAMPLES = 512
const CHUNK_SECONDS = 1

/**
 * Evaluates `instead` for every sample in a span and leaves the others alone. Time is that of the source's
 * timestamps, as players show it. An expression for each sample is slow, so it is asked only near a span.
 */
function inSpans(spans: readonly ChannelSpan[], instead: string): string {
  const touched = mergeRanges(spans)
  if (touched.length === 0) return ''
  const replace = `st(0,t+${NOISE}/s);st(1,t+${FRAME}/s);if(${isInSpan(spans)},${instead},val(ch))`
  const near = touched.map(({ fromSeconds, toSeconds }) => ({
    fromSeconds: Math.max(0, fromSeconds - CHUNK_SECONDS),
    toSeconds,
  }))
  const enable = near.length > MAX_SEARCHED ? '' : `:enable='${search(near, 'lt(t,', 'lte(t,')}'`
  return `asetnsamples=n=${CHUNK_SAMPLES}:p=0,aeval=exprs='${replace}':c=same${enable}`
}

const NOISE = FRAME_NOISE.toFixed(6)
const FRAME = (1 - FRAME_NOISE).toFixed(6)

/** 1 when the frame that starts at ld(0) and ends at ld(1) touches a span of the channel `ch`. */
function isInSpan(spans: readonly ChannelSpan[]): string {
  const everywhere = spans.filter(({ channel }) => (channel ?? 0) === 0)
  const named = new Set(spans.map(({ channel }) => channel ?? 0).filter((channel) => channel > 0))
  return [...named].reduce((otherwise, channel) => {
    const here = spans.filter((span) => span.channel === channel)
    return `if(eq(ch,${channel - 1}),${searchFrame([...everywhere, ...here])},${otherwise})`
  }, searchFrame(everywhere))
}

const searchFrame = (ranges: readonly TimeRange[]): string => search(ranges, 'lte(ld(1),', 'lt(ld(0),')

/**
 * An expression that is 1 within the ranges, where `<beforeStart><seconds>)` and `<beforeEnd><seconds>)` compare
 * the time with their edges. A search by halves: a thousand ranges cost eleven comparisons.
 */
function search(ranges: readonly TimeRange[], beforeStart: string, beforeEnd: string): string {
  const edges = mergeRanges(ranges).flatMap(({ fromSeconds, toSeconds }) => [
    { isBefore: `${beforeStart}${decimal(fromSeconds)})`, value: 0 },
    { isBefore: `${beforeEnd}${decimal(toSeconds)})`, value: 1 },
  ])
  const within = (from: number, to: number): string => {
    const middle = (from + to) >> 1
    const edge = edges[middle]
    // Between two edges the answer is that of the edge to come; behind the last one, no.
    if (from === to || edge === undefined) return String(edges[from]?.value ?? 0)
    return `if(${edge.isBefore},${within(from, middle)},${within(middle + 1, to)})`
  }
  return within(0, edges.length)
}
