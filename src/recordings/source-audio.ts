import type { Readable } from 'node:stream'
import { fastStart } from '../media/fast-start.ts'
import type { ReadPlain } from './read-plain.ts'
import type { SourceAudio } from './rendition-queries.ts'

/** Their index may lie behind the sound, where a pipe cannot go back for it. */
const WITH_INDEX: ReadonlySet<string> = new Set(['audio/mp4', 'audio/3gpp'])

/**
 * The original as a stream that can be decoded from its beginning to its end. Throws FastStartError for an
 * index that makes no sense; the stream fails as `ReadPlain` says.
 */
export async function openSource(
  readPlain: ReadPlain,
  { audio, mediaType }: Pick<SourceAudio, 'audio' | 'mediaType'>,
  signal: AbortSignal,
): Promise<Readable> {
  if (!WITH_INDEX.has(mediaType)) return readPlain.stream(audio, signal)
  return fastStart(
    (offset, length) => readPlain.part(audio, { offset, length }, signal),
    audio.bytes,
    (span) => readPlain.stream(audio, signal, span),
  )
}
