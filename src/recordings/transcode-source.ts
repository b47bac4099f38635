import { type AudioEngine, EngineError, type OutputSpec, type Transcoded } from '../media/engine.ts'
import { FastStartError } from '../media/fast-start.ts'
import type { ReadPlain } from './read-plain.ts'
import type { SourceAudio } from './rendition-queries.ts'
import { openSource } from './source-audio.ts'

export interface TranscodePorts {
  readonly engine: Pick<AudioEngine, 'transcode'>
  readonly readPlain: ReadPlain
}

/**
 * Makes files of an original, or says why nothing ever comes of it. The files are the caller's to dispose of.
 * Rejects with what may pass: the store, the key service, an engine that broke down.
 */
export async function transcodeSource(
  { engine, readPlain }: TranscodePorts,
  source: SourceAudio,
  outputs: readonly OutputSpec[],
  signal: AbortSignal,
): Promise<Transcoded | { readonly park: string }> {
  try {
    const audio = await openSource(readPlain, source, signal)
    return await engine.transcode({ source: audio, mediaType: source.mediaType, outputs }, signal)
  } catch (error) {
    if (error instanceof FastStartError) return { park: 'damaged_index' }
    if (error instanceof EngineError && error.kind === 'undecodable') return { park: 'undecodable' }
    if (error instanceof EngineError && error.kind === 'limits') return { park: 'beyond_limits' }
    throw error
  }
}
