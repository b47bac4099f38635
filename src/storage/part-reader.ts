import { createHash, type Hash } from 'node:crypto'
import { addAbortSignal, type Readable } from 'node:stream'
import { giveBackBehind } from '../kernel/give-back.ts'
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

/** A part on its way to be full. */
interface Filling extends Pick<PromiseWithResolvers<Filled>, 'resolve' | 'reject'> {
  readonly buffer: Buffer
  readonly hash: Hash
  filled: number
}

type Filled = Omit<Part, 'release'>

/**
 * Cuts a stream into parts, each in a buffer of its own. The stream is not read while no part is asked
 * for, which is the back-pressure that bounds memory. Aborting the signal destroys the stream.
 */
export class PartReader {
  readonly #body: Readable
  readonly #taken: (piece: Buffer) => void
  #filling: Filling | undefined
  /** What did not fit into the part before. */
  #pending: Buffer | undefined
  #failure: unknown

  constructor(body: Readable, signal: AbortSignal) {
    this.#body = body.pause()
    this.#taken = giveBackBehind(body)
    // Not an async iterator: it joins the pieces that wait, which copies all of them once more.
    body.on('data', (piece: Buffer) => this.#take(piece))
    body.once('end', () => this.#finish(true))
    body.once('error', (error) => this.#fail(error))
    body.once('close', () => {
      if (!body.readableEnded) this.#fail(new Error('the stream closed before its end'))
    })
    if (body.destroyed) this.#fail(body.errored ?? new Error('the stream closed before it was read'))
    addAbortSignal(signal, body)
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
      return { ...(await this.#readInto(buffer)), release }
    } catch (error) {
      release()
      throw error
    }
  }

  #readInto(buffer: Buffer): Promise<Filled> {
    const { promise, resolve, reject } = Promise.withResolvers<Filled>()
    this.#filling = { buffer, hash: createHash('sha256'), filled: 0, resolve, reject }
    const pending = this.#pending
    this.#pending = undefined
    if (this.#failure) this.#fail(this.#failure)
    else if (pending) this.#take(pending)
    if (this.#body.readableEnded) this.#finish(true)
    if (this.#filling) this.#body.resume()
    return promise
  }

  #take(piece: Buffer): void {
    const part = this.#filling
    if (!part) throw new TypeError('a piece came while no part was asked for')
    const copied = piece.copy(part.buffer, part.filled)
    part.hash.update(part.buffer.subarray(part.filled, part.filled + copied))
    part.filled += copied
    if (copied < piece.length) this.#pending = piece.subarray(copied)
    else this.#taken(piece)
    if (part.filled < PART_BYTES) return
    this.#body.pause()
    this.#finish(false)
  }

  #finish(isLast: boolean): void {
    const part = this.#filling
    this.#filling = undefined
    part?.resolve({ bytes: part.buffer.subarray(0, part.filled), sha256: part.hash.digest('hex'), isLast })
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    this.#filling?.reject(this.#failure)
    this.#filling = undefined
  }
}
