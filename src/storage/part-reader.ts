import { createHash } from 'node:crypto'
import { addAbortSignal, type Readable } from 'node:stream'
import { MIB } from '../kernel/units.ts'

/** The smallest part S3 takes but for the last; memory per upload is one or two of these. */
export const PART_BYTES = 5 * MIB
const MAX_IDLE_BUFFERS = 8

/** Buffers of ended uploads, kept so that a busy hour does not leave their removal to the collector. */
const idle: Buffer[] = []

/**
 * An upload with a second buffer reads on while a part is being sent. So many uploads may have one at
 * the same time: a few are fast, and many stay within their memory.
 */
const MAX_SECOND_BUFFERS = 4
let secondBuffers = 0

const takeBuffer = (): Buffer => idle.pop() ?? Buffer.allocUnsafeSlow(PART_BYTES)

export interface Part {
  /** Valid until the next part is read; with `readsAhead`, until the one after that. */
  readonly bytes: Buffer
  readonly sha256: string
  readonly isLast: boolean
}

/**
 * Cuts a stream into parts in one buffer, or two. The stream is not read while no buffer is free, which
 * is the back-pressure that bounds memory. Aborting the signal destroys the stream.
 */
export class PartReader {
  readonly #source: AsyncIterator<Buffer>
  readonly #buffers: Buffer[]
  #next = 0
  #pending: Buffer | undefined

  constructor(body: Readable, signal: AbortSignal) {
    this.#source = addAbortSignal(signal, body)[Symbol.asyncIterator]()
    this.#buffers = [takeBuffer()]
  }

  /** Takes a second buffer if one may be had; worth it only once there is more than one part. */
  readAhead(): boolean {
    if (secondBuffers >= MAX_SECOND_BUFFERS) return false
    secondBuffers += 1
    this.#buffers.push(takeBuffer())
    this.#next = 1
    return true
  }

  /** A full part, or what is left; fails with the error of the stream. */
  async read(): Promise<Part> {
    const buffer = this.#buffers[this.#next % this.#buffers.length] as Buffer
    this.#next += 1
    const hash = createHash('sha256')
    let filled = 0
    let isLast = false
    while (filled < PART_BYTES) {
      const data = this.#pending ?? (await this.#pull())
      this.#pending = undefined
      isLast = data === undefined
      if (data === undefined) break
      const copied = data.copy(buffer, filled)
      hash.update(buffer.subarray(filled, filled + copied))
      filled += copied
      if (copied < data.length) this.#pending = data.subarray(copied)
    }
    return { bytes: buffer.subarray(0, filled), sha256: hash.digest('hex'), isLast }
  }

  async #pull(): Promise<Buffer | undefined> {
    const { value, done } = await this.#source.next()
    return done ? undefined : value
  }

  /** Gives the second buffer's place to another upload; with `reuse`, the buffers too, once nothing reads from them. */
  end({ reuse }: { readonly reuse: boolean }): void {
    if (this.#buffers.length > 1) secondBuffers -= 1
    for (const buffer of this.#buffers.splice(0))
      if (reuse && idle.length < MAX_IDLE_BUFFERS) idle.push(buffer)
  }
}
