import type { Readable } from 'node:stream'
import { giveBackBehind } from './give-back.ts'

/**
 * Gives every piece of a stream to `take`, in order, and reads no further while the promise that `take`
 * may return is pending. Of a stream that was handed over `take` keeps nothing: a piece is gone when the
 * next one comes. Resolves when the last one is taken; rejects with what the stream or `take` failed with,
 * and has then destroyed the stream. `pipeline` and async iteration cost more than a short answer itself.
 */
export function readPieces(
  source: Readable,
  take: (piece: Buffer) => Promise<void> | undefined,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const taken = giveBackBehind(source)
  let pending: Promise<void> | undefined

  function fail(error: unknown): void {
    reject(error)
    source.destroy()
  }

  source.on('data', (piece: Buffer) => {
    taken(piece)
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
  // It may have failed before anybody listened.
  if (source.destroyed) reject(source.errored ?? new Error('the stream closed before it was read'))
  // Also a stream that was paused on its way here.
  source.resume()
  return promise
}
