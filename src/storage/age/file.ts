import { randomBytes } from 'node:crypto'
import { Transform } from 'node:stream'
import { giveBackBehind, wasGivenBack } from '../../kernel/give-back.ts'
import { KIB } from '../../kernel/units.ts'
import { AgeError } from './error.ts'
import { formatHeader, headerLength, NONCE_BYTES, openHeader, parseHeader } from './header.ts'
import { CHUNK_BYTES, PayloadOpener, PayloadSealer, payloadKey } from './payload.ts'
import { FILE_KEY_BYTES, KEY_BYTES, recipientOf } from './x25519.ts'

/** Enough for hundreds of recipients; a "header" beyond this is not read into memory. */
const MAX_HEADER_BYTES = 64 * KIB

export interface NewAgeFile {
  /** The secret that opens the file: wrap it, store it, and destroy it to shred the file. */
  readonly identity: Uint8Array
  /** The age header with the payload nonce behind it, which `openAgePayload` needs. */
  readonly header: Buffer
  /**
   * Plain bytes in; the complete age file (header included) out, in pieces that nobody else holds. Plain
   * pieces are given back when this was marked with `handOver`.
   */
  readonly encrypt: Transform
}

/** A fresh age file (C2SP age v1) for one X25519 identity of its own. */
export function newAgeFile(): NewAgeFile {
  const identity = randomBytes(KEY_BYTES)
  return { identity, ...seal([recipientOf(identity)]) }
}

/** An age file, with a file key of its own, that opens with an identity (32 bytes) that is there already. */
export const ageFileFor = (identity: Uint8Array): Omit<NewAgeFile, 'identity'> =>
  seal([recipientOf(identity)])

/** Plain bytes in, an age file that any of these recipients (32 bytes each) can open out. */
export const encryptForRecipients = (recipients: readonly Uint8Array[]): Transform => seal(recipients).encrypt

function seal(recipients: readonly Uint8Array[]): { header: Buffer; encrypt: Transform } {
  const fileKey = randomBytes(FILE_KEY_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const header = Buffer.concat([formatHeader(fileKey, recipients), nonce])
  const encrypt = new Transform({
    readableHighWaterMark: 2 * CHUNK_BYTES,
    writableHighWaterMark: CHUNK_BYTES,
    transform(data: Buffer, _encoding, done) {
      if (wasGivenBack(data)) return done(new TypeError('a piece was given back before it was encrypted'))
      sealer.push(data)
      taken(data)
      done()
    },
    flush(done) {
      sealer.end()
      done()
    },
  })
  const sealer = new PayloadSealer(payloadKey(fileKey, nonce), (bytes) => encrypt.push(bytes))
  const taken = giveBackBehind(encrypt)
  // What comes out may be given back; the header is kept.
  encrypt.push(Buffer.from(header))
  return { header, encrypt }
}

/**
 * A complete age file in, its plain bytes out, for files with any number of X25519 recipients.
 * Fails with AgeError; bytes that came out before a failure in the payload were genuine.
 */
export function decryptAgeFile(identities: readonly Uint8Array[]): Transform {
  const opener = new AgeFileOpener(identities, (plain) => decryption.push(plain))
  const attempt = (done: (error?: Error | null) => void, act: () => void): void => {
    try {
      act()
    } catch (error) {
      done(error as Error)
      return
    }
    done()
  }
  const decryption = new Transform({
    readableHighWaterMark: CHUNK_BYTES,
    transform: (data: Buffer, _encoding, done) => attempt(done, () => opener.push(data)),
    flush: (done) => attempt(done, () => opener.end()),
  })
  return decryption
}

/** The synchronous core of `decryptAgeFile`: collects the header, then hands over to the payload. */
export class AgeFileOpener {
  readonly #identities: readonly Uint8Array[]
  readonly #emit: (plain: Buffer) => void
  #head = Buffer.alloc(0)
  #payload: PayloadOpener | undefined

  constructor(identities: readonly Uint8Array[], emit: (plain: Buffer) => void) {
    this.#identities = identities
    this.#emit = emit
  }

  push(data: Buffer): void {
    if (this.#payload) {
      this.#payload.push(data)
      return
    }
    this.#head = Buffer.concat([this.#head, data])
    const length = headerLength(this.#head)
    if (length === undefined && this.#head.length > MAX_HEADER_BYTES) throw tooShortOrLong('is too long')
    if (length === undefined || this.#head.length < length + NONCE_BYTES) return
    const fileKey = openHeader(parseHeader(this.#head.subarray(0, length)), this.#identities)
    const nonce = this.#head.subarray(length, length + NONCE_BYTES)
    const rest = this.#head.subarray(length + NONCE_BYTES)
    this.#payload = new PayloadOpener(payloadKey(fileKey, nonce), this.#emit)
    this.#payload.push(rest)
  }

  end(): void {
    if (this.#payload) {
      this.#payload.end()
      return
    }
    const length = headerLength(this.#head)
    // A whole header in front of a missing nonce is still checked, to report its own fault first.
    if (length !== undefined) openHeader(parseHeader(this.#head.subarray(0, length)), this.#identities)
    throw tooShortOrLong('ends too early')
  }
}

const tooShortOrLong = (how: string): AgeError => new AgeError('header', `the age header ${how}`)
