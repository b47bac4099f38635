import { createHash } from 'node:crypto'
import { addAbortSignal, type Readable } from 'node:stream'
import { MIB } from '../kernel/units.ts'

/** The smallest part S3 takes but for the last; memory per upload is one of these. */
export const PART_BYTES = 5 * MIB
const MAX_IDLE_BUFFERS = 8

/** Buffers of ended uploads, kept so that a busy hour does not leave their removal to the collector. */
const idle: Buffer[] = []

export interface Part {
  /** Valid until the next part is read. */
  readonly bytes: Buffer
  readonly sha256: string
  readonly isLast: boolean
}

/**
 * Cuts a stream into parts in one buffer. The stream is not read while a part is being sent, which
 * is the back-pressure that bounds memory. Aborting the signal destroys the stream.
 */
export class PartReader {
  readonly #source: AsyncIterator<Buffer>
  readonly #buffer: Buffer
  #pending: Buffer | undefined

  constructor(body: Readable, signal: AbortSignal) {
    this.#source = addAbortSignal(signal, body)[Symbol.asyncIterator]()
    this.#buffer = idle.pop() ?? Buffer.allocUnsafeSlow(PART_BYTES)
  }

  /** A full part, or what is left; fails with the error of the stream. */
  async read(): Promise<Part> {
    const hash = createHash('sha256')
    let filled = 0
    let isLast = false
    while (filled < PART_BYTES) {
      const data = this.#pending ?? (await this.#next())
      this.#pending = undefined
      isLast = data === undefined
      if (data === undefined) break
      const copied = data.copy(this.#buffer, filled)
      hash.update(this.#buffer.subarray(filled, filled + copied))
      filled += copied
      if (copied < data.length) this.#pending = data.subarray(copied)
    }
    return { bytes: this.#buffer.subarray(0, filled), sha256: hash.digest('hex'), isLast }
  }

  async #next(): Promise<Buffer | undefined> {
    const { value, done } = await this.#source.next()
    return done ? undefined : value
  }

  /** Gives the buffer to the next upload; only when nothing reads from it any more. */
  recycle(): void {
    if (idle.length < MAX_IDLE_BUFFERS) idle.push(this.#buffer)
  }
}
