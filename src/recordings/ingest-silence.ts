import { pipeline, Readable } from 'node:stream'
import type { SilencedRange } from '../db/schema.ts'
import { Problem } from '../kernel/problem.ts'
import { type DigestStream, digestStream } from '../kernel/stream-digest.ts'
import { EngineError } from '../media/engine.ts'
import { type Converter, isHopeless, type Silencing, silencingOf } from './silencing.ts'

const RETRY_AFTER_SECONDS = 30

/** Takes what was never to be kept out of a delivery, before anything of it is encrypted or stored. */
export interface IngestSilence {
  /**
   * Chooses the way, and tells the media type of what will be stored. Throws Problem('cannot_silence') when
   * there is none: then nothing may be stored.
   */
  choose(head: Buffer, mediaType: string): string
  /** Stage of a pipeline behind the gate that calls `choose`. The signal ends everything it started. */
  stage(signal: AbortSignal): (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>
  /** Of what comes out of the stage. */
  readonly kept: DigestStream
}

export function makeIngestSilence(
  ranges: readonly SilencedRange[],
  engine: Converter | undefined,
): IngestSilence {
  let silencing: Silencing | undefined
  const kept = digestStream()
  return {
    kept,
    choose(head, mediaType) {
      silencing = silencingOf(head, mediaType, ranges, engine)
      if (!silencing) throw new Problem('cannot_silence')
      return silencing.mediaType
    },
    stage: (signal) =>
      async function* (source) {
        const pieces = source[Symbol.asyncIterator]()
        // Nothing comes before the gate has seen the head, so the way is chosen once this is here.
        const first = await pieces.next()
        if (first.done || !silencing) return
        const delivery = remembering(first.value, pieces)
        try {
          const silent = silencing.run(Readable.from(delivery.pieces, { objectMode: false }), signal)
          // Its failures end the digest too, which is read here.
          yield* pipeline(silent, kept.stream, () => {})
        } catch (error) {
          throw delivery.failure() ?? translated(error)
        }
      },
  }
}

/** A stream whose first piece was taken already, and what failed it, which an engine would only echo. */
function remembering(first: Buffer, rest: AsyncIterator<Buffer>) {
  let failure: unknown
  async function* pieces(): AsyncGenerator<Buffer> {
    yield first
    try {
      yield* { [Symbol.asyncIterator]: () => rest }
    } catch (error) {
      failure = error
      throw error
    }
  }
  return { pieces: pieces(), failure: () => failure }
}

function translated(error: unknown): unknown {
  if (isHopeless(error)) return new Problem('cannot_silence', { cause: error })
  // An engine that was killed says nothing of the audio; the sender may try again.
  if (error instanceof EngineError && error.kind === 'failed')
    return new Problem('unavailable', { cause: error, retryAfterSeconds: RETRY_AFTER_SECONDS })
  return error
}
