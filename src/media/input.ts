import { fillPauses } from './amr-frames.ts'
import type { TranscodeRequest } from './engine.ts'
import { SNIFF_BYTES } from './sniff.ts'

/** A source of which the beginning has been looked at. */
export interface Input {
  readonly head: Buffer
  /** All of it, from the beginning, as the decoder is to get it; read once, and not necessarily to its end. */
  readonly pieces: AsyncIterable<Buffer>
  /** Lets go of the source, also while it is being waited for. */
  close(): void
}

/** Waits for the first bytes of a source; rejects with what failed it. Aborting closes it, with the signal's reason. */
export async function openInput(
  { source, mediaType }: Pick<TranscodeRequest, 'source' | 'mediaType'>,
  signal: AbortSignal,
): Promise<Input> {
  const close = () => void source.destroy()
  signal.addEventListener('abort', close, { once: true })
  if (signal.aborted) close()
  try {
    const rest = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    const head = await takeHead(rest)
    return { head, pieces: fillPauses(mediaType, whole(head, rest)), close }
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', close)
  }
}

async function takeHead(rest: AsyncIterator<Buffer>): Promise<Buffer> {
  const taken: Buffer[] = []
  let bytes = 0
  while (bytes < SNIFF_BYTES) {
    const { done, value } = await rest.next()
    if (done) break
    taken.push(value)
    bytes += value.length
  }
  return Buffer.concat(taken)
}

async function* whole(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head
  yield* { [Symbol.asyncIterator]: () => rest }
}
