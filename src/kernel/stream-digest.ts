import { createHash } from 'node:crypto'
import { Transform } from 'node:stream'

export interface CountingStream {
  readonly stream: Transform
  /** Bytes that have passed so far. */
  bytes(): number
}

export interface DigestStream extends CountingStream {
  /** SHA-256 of everything that passed; call once, after the stream has ended. */
  sha256(): Buffer
}

/**
 * Counts bytes on their way. It works inside the pipeline: a `data` listener on the side would start
 * the flow too early and see bytes that the real consumer misses.
 */
export const countingStream = (): CountingStream => counting(() => {})

/** Counts and hashes bytes on their way. */
export function digestStream(): DigestStream {
  const hash = createHash('sha256')
  return { ...counting((chunk) => hash.update(chunk)), sha256: () => hash.digest() }
}

function counting(look: (chunk: Buffer) => void): CountingStream {
  let bytes = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      look(chunk)
      done(null, chunk)
    },
  })
  return { stream, bytes: () => bytes }
}
