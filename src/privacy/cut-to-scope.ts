import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { Problem } from '../kernel/problem.ts'
import type { AudioEngine } from '../media/engine.ts'
import { cutFilter } from '../media/filters.ts'
import type { TimeRange } from '../media/time-range.ts'
import type { ReadPlain } from '../recordings/read-plain.ts'
import type { SourceAudio } from '../recordings/rendition-queries.ts'
import { transcodeSource } from '../recordings/transcode-source.ts'

export interface CutPorts {
  /** Absent where nothing can be decoded: then only whole recordings can be given. */
  readonly engine: Pick<AudioEngine, 'transcode'> | undefined
  readonly readPlain: ReadPlain
}

/** What the recipient is to have, ready to be sent. */
export interface PreparedFile extends AsyncDisposable {
  readonly bytes: number
  readonly mediaType: string
  open(): Readable
}

/** Beyond the end of any call. */
const END = 864_000

/** Pure: everything that is not in the parts. */
export function outside(ranges: readonly TimeRange[]): TimeRange[] {
  const edges = [0, ...ranges.flatMap(({ fromSeconds, toSeconds }) => [fromSeconds, toSeconds]), END]
  return edges
    .flatMap((edge, i) => (i % 2 === 0 ? [{ fromSeconds: edge, toSeconds: edges[i + 1] ?? END }] : []))
    .filter(({ fromSeconds, toSeconds }) => toSeconds > fromSeconds)
}

/**
 * The recording as it is, or, where only parts of it are given, a copy in which everything else is silence: the
 * times in it stay those of the call. Throws Problem `unavailable` where audio cannot be decoded.
 */
export async function cutToScope(
  { engine, readPlain }: CutPorts,
  source: SourceAudio,
  ranges: readonly TimeRange[] | null,
  signal: AbortSignal,
): Promise<PreparedFile> {
  if (ranges === null) {
    const { audio, mediaType } = source
    return {
      bytes: audio.bytes,
      mediaType,
      open: () => readPlain.stream(audio, signal),
      ...NOTHING_TO_REMOVE,
    }
  }
  if (!engine) throw new Problem('unavailable')
  const filter = cutFilter(outside(ranges))
  const made = await transcodeSource({ engine, readPlain }, source, [{ kind: 'flac', filter }], signal)
  const [file] = 'park' in made ? [] : made.files
  if (!file) throw new Problem('unavailable', { cause: made })
  return file
}

const NOTHING_TO_REMOVE = { [Symbol.asyncDispose]: async () => {} }

/** Passes the pieces on and counts them; `stop` is asked every so often and ends the delivery when it throws. */
export async function* counted(
  pieces: AsyncIterable<Buffer>,
  done: { sha256: Buffer; bytes: number },
  stop: () => Promise<void>,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for await (const piece of pieces) {
    await stop()
    hash.update(piece)
    done.bytes += piece.length
    yield piece
  }
  done.sha256 = hash.digest()
}
