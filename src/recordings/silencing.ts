import { pipeline, type Readable } from 'node:stream'
import type { SilencedRange } from '../db/schema.ts'
import { type AudioEngine, EngineError } from '../media/engine.ts'
import { silenceFilter } from '../media/filters.ts'
import { canSilence, silenceWav } from '../media/silence-wav.ts'
import { SNIFF_BYTES } from '../media/sniff.ts'

/** A way to take ranges out of one audio file while it streams by; nothing of it is ever on a disk. */
export interface Silencing {
  /** Of what comes out. */
  readonly mediaType: string
  /** The same audio with silence in the ranges; fails with what failed the source, or with EngineError. */
  run(source: Readable, signal: AbortSignal): Readable
}

export type Converter = Pick<AudioEngine, 'convert'>

/** How many of the first bytes `silencingOf` wants to see. */
export const SILENCING_HEAD_BYTES = SNIFF_BYTES

/**
 * Samples of a plain WAV file are overwritten where they lie, so that everything else stays byte for byte.
 * Anything else is decoded and kept as FLAC: what a codec spreads over neighbouring frames cannot be cut out
 * of its packets. Undefined when neither is possible here.
 */
export function silencingOf(
  head: Buffer,
  mediaType: string,
  ranges: readonly SilencedRange[],
  engine: Converter | undefined,
): Silencing | undefined {
  if (mediaType === 'audio/wav' && canSilence(head)) return inPlace(ranges)
  const convert = engine?.convert?.bind(engine)
  if (!convert) return undefined
  const filter = inBothTimes(silenceFilter(ranges))
  return {
    mediaType: 'audio/flac',
    run: (source, signal) => convert({ source, mediaType, filter }, signal),
  }
}

const inPlace = (ranges: readonly SilencedRange[]): Silencing => ({
  mediaType: 'audio/wav',
  // Whoever reads the result hears of every failure, so there is nothing left to be told here.
  run: (source) => pipeline(source, silenceWav(ranges), () => {}),
})

/**
 * A file with gaps has two times: the one that its packets claim and a player shows, and the one that its
 * samples make. Whoever named a part may have meant either, so it is silent in both.
 */
const inBothTimes = (filter: string): string => `${filter},asetpts=N/SR/TB,${filter}`

/** Whether trying again would not help: the audio itself cannot be decoded, or not within the limits. */
export const isHopeless = (error: unknown): error is EngineError =>
  error instanceof EngineError && (error.kind === 'undecodable' || error.kind === 'limits')
