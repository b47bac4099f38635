import type { Stream } from 'node:stream'
import { KIB } from './units.ts'

/** Below this the collector is cheaper, and node cuts such pieces out of memory that they share. */
const SMALLEST = 16 * KIB

/**
 * Frees the memory of bytes that nobody reads any more, at once; they are empty from then on. V8 counts what
 * buffers hold outside its heap and goes through the whole heap for every few dozen MiB of it, which costs
 * more than everything else that is done with audio. Bytes that share their memory are left to the collector.
 */
export function giveBack(bytes: Buffer): void {
  const { buffer } = bytes
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength
  if (isWhole && buffer.byteLength >= SMALLEST) buffer.transfer(0)
}

/** Such bytes look empty, and must not be taken for nothing. */
export const wasGivenBack = ({ buffer }: Buffer): boolean => buffer instanceof ArrayBuffer && buffer.detached

const handedOver = new WeakSet<Stream>()

/** Marks a stream whose pieces nobody else holds: whoever takes the last look at them gives them back. */
export function handOver<S extends Stream>(stream: S): S {
  handedOver.add(stream)
  return stream
}

export const isHandedOver = (stream: Stream): boolean => handedOver.has(stream)

/**
 * For who takes the last look at the pieces of a stream: told of each, gives it back when the next one is
 * there, because whoever emits a piece may look at it once more. Only when the stream was handed over.
 */
export function giveBackBehind(stream: Stream): (piece: Buffer) => void {
  let previous: Buffer | undefined
  return (piece) => {
    if (previous && isHandedOver(stream)) giveBack(previous)
    previous = piece
  }
}
