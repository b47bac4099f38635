import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import { KIB } from '../../kernel/units.ts'
import { AgeError } from './error.ts'
import { hkdf, TAG_BYTES } from './x25519.ts'

/**
 * The age payload: STREAM over ChaCha20-Poly1305 with 64 KiB chunks. The nonce of a chunk is its
 * number (11 bytes, big endian) and a byte that is 1 for the last chunk only, so chunks can neither
 * be moved nor cut off unseen.
 */

export const CHUNK_BYTES = 64 * KIB
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
const ALGORITHM = 'chacha20-poly1305'
const OPTIONS = { authTagLength: TAG_BYTES }

export type Emit = (bytes: Buffer) => void

/** A KeyObject, because node examines a key given as bytes anew for every chunk, which costs as much as the chunk. */
export const payloadKey = (fileKey: Uint8Array, nonce: Uint8Array): KeyObject =>
  createSecretKey(hkdf(fileKey, nonce, 'payload'))

function chunkNonce(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  // 2^32 chunks are 256 TiB: the counter never needs its upper seven bytes.
  nonce.writeUInt32BE(index, 7)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

/** Encrypts one chunk; the tag follows as a second buffer, so that nothing is copied. */
export function sealChunk(key: KeyObject, index: number, isLast: boolean, plain: Buffer, emit: Emit): void {
  const cipher = createCipheriv(ALGORITHM, key, chunkNonce(index, isLast), OPTIONS)
  const sealed = cipher.update(plain)
  cipher.final()
  if (sealed.length > 0) emit(sealed)
  emit(cipher.getAuthTag())
}

/** The plain bytes of one chunk, or undefined when its tag does not hold: then nothing is released. */
export function openChunk(
  key: KeyObject,
  index: number,
  isLast: boolean,
  sealed: Buffer,
): Buffer | undefined {
  const textEnd = sealed.length - TAG_BYTES
  if (textEnd < 0) return undefined
  const decipher = createDecipheriv(ALGORITHM, key, chunkNonce(index, isLast), OPTIONS)
  decipher.setAuthTag(sealed.subarray(textEnd))
  const plain = decipher.update(sealed.subarray(0, textEnd))
  try {
    decipher.final()
  } catch {
    return undefined
  }
  return plain
}

/**
 * Cuts a byte stream into pieces of a fixed size without knowing its length. A full piece is held
 * back until more arrives, because only then is it known not to be the last one. Whole pieces inside
 * an input buffer are passed on uncopied; the receiver must be done with a piece when it returns.
 */
export class Chunker {
  readonly #buffer: Buffer
  readonly #onPiece: (piece: Buffer, isLast: boolean) => void
  #filled = 0

  constructor(size: number, onPiece: (piece: Buffer, isLast: boolean) => void) {
    this.#buffer = Buffer.allocUnsafeSlow(size)
    this.#onPiece = onPiece
  }

  push(data: Buffer): void {
    const size = this.#buffer.length
    let at = 0
    while (at < data.length) {
      if (this.#filled === size) {
        this.#filled = 0
        this.#onPiece(this.#buffer, false)
      }
      if (this.#filled === 0 && data.length - at > size) {
        this.#onPiece(data.subarray(at, at + size), false)
        at += size
      } else {
        const copied = data.copy(this.#buffer, this.#filled, at)
        this.#filled += copied
        at += copied
      }
    }
  }

  end(): void {
    this.#onPiece(this.#buffer.subarray(0, this.#filled), true)
  }
}

/** Encrypts a payload of unknown length from its first byte to its last. */
export class PayloadSealer {
  readonly #chunker: Chunker

  constructor(key: KeyObject, emit: Emit) {
    let index = 0
    this.#chunker = new Chunker(CHUNK_BYTES, (plain, isLast) => sealChunk(key, index++, isLast, plain, emit))
  }

  push(plain: Buffer): void {
    this.#chunker.push(plain)
  }

  end(): void {
    this.#chunker.end()
  }
}

/** Decrypts a payload of unknown length from its first byte to its last; throws AgeError('payload'). */
export class PayloadOpener {
  readonly #key: KeyObject
  readonly #emit: Emit
  readonly #chunker: Chunker
  #index = 0

  constructor(key: KeyObject, emit: Emit) {
    this.#key = key
    this.#emit = emit
    this.#chunker = new Chunker(SEALED_CHUNK_BYTES, (sealed, isLast) => this.#open(sealed, isLast))
  }

  push(sealed: Buffer): void {
    this.#chunker.push(sealed)
  }

  end(): void {
    this.#chunker.end()
  }

  #open(sealed: Buffer, isLast: boolean): void {
    const index = this.#index++
    const plain = openChunk(this.#key, index, isLast, sealed)
    if (plain !== undefined) {
      if (plain.length === 0 && index > 0) throw new AgeError('payload', 'the last chunk is empty')
      this.#emit(plain)
      return
    }
    // A full chunk with the other mark is genuine, only its place is not: release it, then refuse.
    const misplaced = sealed.length === SEALED_CHUNK_BYTES && openChunk(this.#key, index, !isLast, sealed)
    if (misplaced) this.#emit(misplaced)
    throw new AgeError('payload', `chunk ${index} was altered or moved, or is not where the file ends`)
  }
}
