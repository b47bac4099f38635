import { Transform } from 'node:stream'

/**
 * Holds back the start of a stream until `headBytes` have arrived (or the stream ended before), and
 * lets nothing pass until `judge` has seen it; what `judge` throws becomes the error of the stream.
 */
export function headGate(headBytes: number, judge: (head: Buffer) => void): Transform {
  let held: Buffer[] | undefined = []
  let bytes = 0

  function release(into: Transform): Error | null {
    const head = Buffer.concat(held ?? [])
    try {
      judge(head)
    } catch (error) {
      return error as Error
    }
    held = undefined
    if (head.length > 0) into.push(head)
    return null
  }

  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (held === undefined) return done(null, chunk)
      held.push(chunk)
      bytes += chunk.length
      done(bytes < headBytes ? null : release(this))
    },
    flush(done) {
      done(held === undefined ? null : release(this))
    },
  })
}
