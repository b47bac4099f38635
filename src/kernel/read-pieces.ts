import type { Readable } from 'node:stream'

/**
 * Gives every piece of a stream to `take`, in order, and reads no further while the promise that `take`
 * may return is pending. Resolves when the last one is taken; rejects with what the stream or `take`
 * failed with, and has then destroyed the stream. `pipeline` and async iteration cost more than a short
 * answer itself.
 */
export function readPieces(
  source: Readable,
  take: (piece: Buffer) => Promise<void> | undefined,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let pending: Promise<void> | undefined

  function fail(error: unknown): void {
    reject(error)
    source.destroy()
  }

  source.on('data', (piece: Buffer) => {
    try {
      pending = take(piece)
    } catch (error) {
      fail(error)
      return
    }
    if (pending === undefined) return
    source.pause()
    pending.then(() => source.resume(), fail)
  })
  // The end may come while the last piece is still being taken.
  source.once('end', () => resolve(pending))
  source.once('error', fail)
  source.once('close', () => reject(new Error('the stream closed before its end')))
  // Also a stream that was paused on its way here.
  source.resume()
  return promise
}
