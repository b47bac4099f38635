import type { KeyObject } from 'node:crypto'
import { Problem } from '../../kernel/problem.ts'
import type { ByteSpan } from '../object-store.ts'
import { NONCE_BYTES, openHeader, parseHeader } from './header.ts'
import { CHUNK_BYTES, openChunk, payloadKey, SEALED_CHUNK_BYTES } from './payload.ts'
import { TAG_BYTES } from './x25519.ts'

export interface AgePayload {
  /** Which bytes of the object must be fetched to read these bytes of the plain file. */
  cipherSpan(plainSpan: ByteSpan, plainBytes: number): ByteSpan
  /** Reads exactly the bytes of `cipherSpan` as exactly the bytes asked for. */
  decryptSpan(plainSpan: ByteSpan, plainBytes: number): SpanDecryption
}

/**
 * Opens an age file for reading at any place. `header` is the age header with the payload nonce behind
 * it, as `newAgeFile` gave it; `plainBytes` is always the length of the whole plain file.
 * Throws Problem('damaged_recording') when header and identity do not belong together.
 */
export function openAgePayload(file: { header: Uint8Array; identity: Uint8Array }): AgePayload {
  const header = Buffer.from(file.header.buffer, file.header.byteOffset, file.header.byteLength)
  const key = readKey(header, file.identity)
  return {
    cipherSpan: (plainSpan, plainBytes) => {
      const { first, last, lastOfFile } = chunksOf(plainSpan, plainBytes)
      const offset = first * SEALED_CHUNK_BYTES
      const sealedEnd = (lastOfFile + 1) * TAG_BYTES + plainBytes
      const end = Math.min((last + 1) * SEALED_CHUNK_BYTES, sealedEnd)
      return { offset: header.length + offset, length: end - offset }
    },
    decryptSpan: (plainSpan, plainBytes) => new SpanDecryption(key, plainSpan, plainBytes),
  }
}

function readKey(header: Buffer, identity: Uint8Array): KeyObject {
  try {
    const nonceAt = header.length - NONCE_BYTES
    const fileKey = openHeader(parseHeader(header.subarray(0, nonceAt)), [identity])
    return payloadKey(fileKey, header.subarray(nonceAt))
  } catch (cause) {
    throw new Problem('damaged_recording', { cause })
  }
}

function chunksOf({ offset, length }: ByteSpan, plainBytes: number) {
  const inside = offset >= 0 && length >= 0 && offset + length <= plainBytes
  if (!inside || (length === 0 && plainBytes > 0)) throw new RangeError('the span is not inside the file')
  const lastOfFile = Math.max(0, Math.ceil(plainBytes / CHUNK_BYTES) - 1)
  const first = Math.floor(offset / CHUNK_BYTES)
  const last = length === 0 ? first : Math.floor((offset + length - 1) / CHUNK_BYTES)
  return { first, last, lastOfFile }
}

/**
 * Decrypts one span, piece by piece. A chunk leaves only after its tag held; otherwise, or when bytes
 * are missing or too many, both methods throw Problem('damaged_recording').
 */
export class SpanDecryption {
  readonly #key: KeyObject
  readonly #plainBytes: number
  readonly #from: number
  readonly #to: number
  readonly #last: number
  readonly #lastOfFile: number
  #buffer: Buffer | undefined
  #filled = 0
  #index: number

  constructor(key: KeyObject, span: ByteSpan, plainBytes: number) {
    const { first, last, lastOfFile } = chunksOf(span, plainBytes)
    this.#key = key
    this.#plainBytes = plainBytes
    this.#from = span.offset
    this.#to = span.offset + span.length
    this.#last = last
    this.#lastOfFile = lastOfFile
    this.#index = first
  }

  /** The next stored bytes in; the plain bytes they complete out, none empty. */
  push(data: Buffer): Buffer[] {
    const opened: Buffer[] = []
    let at = 0
    while (at < data.length) {
      if (this.#index > this.#last) throw damaged('the store sent more bytes than were asked for')
      const size = this.#sealedSize()
      if (this.#filled === 0 && data.length - at >= size) {
        this.#open(data.subarray(at, at + size), opened)
        at += size
      } else {
        this.#buffer ??= Buffer.allocUnsafeSlow(SEALED_CHUNK_BYTES)
        const copied = data.copy(this.#buffer, this.#filled, at, at + size - this.#filled)
        this.#filled += copied
        at += copied
        if (this.#filled === size) this.#open(this.#buffer.subarray(0, size), opened)
      }
    }
    return opened
  }

  /** After the last stored byte. */
  end(): void {
    if (this.#index <= this.#last) throw damaged('the stored object ends too early')
  }

  #sealedSize(): number {
    const start = this.#index * CHUNK_BYTES
    return Math.min(CHUNK_BYTES, this.#plainBytes - start) + TAG_BYTES
  }

  #open(sealed: Buffer, into: Buffer[]): void {
    const plain = openChunk(this.#key, this.#index, this.#index === this.#lastOfFile, sealed)
    if (plain === undefined) throw damaged(`chunk ${this.#index} failed its integrity check`)
    const start = this.#index * CHUNK_BYTES
    const wanted = plain.subarray(Math.max(0, this.#from - start), this.#to - start)
    this.#filled = 0
    this.#index += 1
    if (wanted.length > 0) into.push(wanted)
  }
}

/** The reason stays in the cause: which chunk broke helps the operator, not the listener. */
const damaged = (why: string): Problem => new Problem('damaged_recording', { cause: new Error(why) })
