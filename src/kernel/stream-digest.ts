import { createHash } from 'node:crypto'
import { Transform } from 'node:stream'

export interface DigestStream {
  readonly stream: Transform
  /** Bytes that have passed so far. */
  bytes(): number
  /** SHA-256 of everything that passed; call once, after the stream has ended. */
  sha256(): Buffer
}

/**
 * Counts and hashes bytes on their way. It works inside the pipeline: a `data` listener on the side would start
 * the flow too early and see bytes that the real consumer misses.
 */
export function digestStream(): DigestStream {
  const hash = createHash('sha256')
  let bytes = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      hash.update(chunk)
      done(null, chunk)
    },
  })
  return { stream, bytes: () => bytes, sha256: () => hash.digest() }
}
