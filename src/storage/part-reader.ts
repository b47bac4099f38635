import { createHash } from 'node:crypto'
import { addAbortSignal, type Readable } from 'node:stream'
import { MIB, SECOND } from '../kernel/units.ts'
import { softSlots } from './soft-slots.ts'

/** The smallest part S3 takes but for the last. */
export const PART_BYTES = 5 * MIB

/**
 * Parts that are being filled or sent at the same time in this process. An upload holds no buffer between
 * its parts, so many fast uploads take turns; slow ones cannot keep the others waiting for long.
 */
const slots = softSlots({ places: 14, longestWaitMs: 2 * SECOND })
const MAX_IDLE_BUFFERS = 14

/** Buffers between two uses, kept so that a busy hour does not leave their removal to the collector. */
const idle: Buffer[] = []

export interface Part {
  readonly bytes: Buffer
  readonly sha256: string
  readonly isLast: boolean
  /** Gives the buffer back; only when nothing reads from it any more. */
  release(): void
}

/**
 * Cuts a stream into parts, each in a buffer of its own. The stream is not read while no part is asked
 * for, which is the back-pressure that bounds memory. Aborting the signal destroys the stream.
 */
export class PartReader {
  readonly #source: AsyncIterator<Buffer>
  #pending: Buffer | undefined

  constructor(body: Readable, signal: AbortSignal) {
    this.#source = addAbortSignal(signal, body)[Symbol.asyncIterator]()
  }

  /** A full part, or what is left; fails with the error of the stream. */
  async read(): Promise<Part> {
    return this.#fill(await slots.take())
  }

  /** Begins to read the next part if there is memory to spare; undefined when there is none. */
  readAhead(): Promise<Part> | undefined {
    const slot = slots.tryTake()
    return slot && this.#fill(slot)
  }

  async #fill(slot: Disposable): Promise<Part> {
    const buffer = idle.pop() ?? Buffer.allocUnsafeSlow(PART_BYTES)
    const release = (): void => {
      slot[Symbol.dispose]()
      if (idle.length < MAX_IDLE_BUFFERS) idle.push(buffer)
    }
    try {
      return { ...(await this.#copyInto(buffer)), release }
    } catch (error) {
      release()
      throw error
    }
  }

  async #copyInto(buffer: Buffer): Promise<Omit<Part, 'release'>> {
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
}
