import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { decodeBech32, encodeBech32 } from './bech32.ts'
import { AgeError } from './error.ts'

// RFC 8410: the fixed DER that precedes the 32 raw bytes of an X25519 key.
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex')
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex')
const WRAP_INFO = 'age-encryption.org/v1/X25519'
// The wrap key is used once, so the specification fixes the nonce.
const ZERO_NONCE = Buffer.alloc(12)
const IDENTITY_PREFIX = 'age-secret-key-'
const RECIPIENT_PREFIX = 'age'

export const KEY_BYTES = 32
export const FILE_KEY_BYTES = 16
export const TAG_BYTES = 16
const WRAPPED_BYTES = FILE_KEY_BYTES + TAG_BYTES

/** HKDF-SHA-256 to a 32-byte key (RFC 5869), the only derivation age uses. */
export function hkdf(secret: Uint8Array, salt: Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, KEY_BYTES))
}

const privateKey = (raw: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, raw]), format: 'der', type: 'pkcs8' })

const publicKey = (raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' })

const publicBytes = (key: KeyObject): Buffer =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length)

/** The public recipient (32 bytes) of an identity (32 secret bytes). */
export const recipientOf = (identity: Uint8Array): Buffer => publicBytes(privateKey(identity))

/** `AGE-SECRET-KEY-1...`, as the age tool reads it from an identity file. */
export const encodeIdentity = (identity: Uint8Array): string =>
  encodeBech32(IDENTITY_PREFIX, identity).toUpperCase()

/** `age1...`, the public text that the age tool takes after `-r`. */
export const encodeRecipient = (recipient: Uint8Array): string => encodeBech32(RECIPIENT_PREFIX, recipient)

/** The 32 bytes of an `AGE-SECRET-KEY-1...` text; throws TypeError when it is not one. */
export function decodeIdentity(text: string): Buffer {
  const raw = text === text.toUpperCase() ? decodeBech32(IDENTITY_PREFIX, text) : undefined
  if (raw?.length !== KEY_BYTES) throw new TypeError('not an age X25519 identity')
  return raw
}

/** The 32 bytes of an `age1...` text; throws TypeError when it is not one. */
export function decodeRecipient(text: string): Buffer {
  const raw = text === text.toLowerCase() ? decodeBech32(RECIPIENT_PREFIX, text) : undefined
  if (raw?.length !== KEY_BYTES) throw new TypeError('not an age X25519 recipient')
  return raw
}

export interface WrappedFileKey {
  /** The ephemeral public share, which is the argument of the stanza. */
  readonly share: Buffer
  readonly body: Buffer
}

/** Encrypts the file key to one recipient. */
export function wrapFileKey(fileKey: Uint8Array, recipient: Uint8Array): WrappedFileKey {
  const ephemeral = privateKey(randomBytes(KEY_BYTES))
  const share = publicBytes(ephemeral)
  const secret = diffieHellman({ privateKey: ephemeral, publicKey: publicKey(recipient) })
  const cipher = createCipheriv(
    'chacha20-poly1305',
    hkdf(secret, Buffer.concat([share, recipient]), WRAP_INFO),
    ZERO_NONCE,
    { authTagLength: TAG_BYTES },
  )
  const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()])
  return { share, body }
}

/**
 * The file key, or undefined when the stanza was made for somebody else.
 * Throws AgeError('header') for a stanza that nobody could have made honestly.
 */
export function unwrapFileKey(wrapped: WrappedFileKey, identity: Uint8Array): Buffer | undefined {
  // The length is checked before decrypting: it keeps an attacker from partitioning oracles.
  if (wrapped.share.length !== KEY_BYTES || wrapped.body.length !== WRAPPED_BYTES) {
    throw new AgeError('header', 'an X25519 stanza has the wrong length')
  }
  const own = privateKey(identity)
  const salt = Buffer.concat([wrapped.share, publicBytes(own)])
  const wrapKey = hkdf(agree(own, wrapped.share), salt, WRAP_INFO)
  const decipher = createDecipheriv('chacha20-poly1305', wrapKey, ZERO_NONCE, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(wrapped.body.subarray(FILE_KEY_BYTES))
  try {
    return Buffer.concat([decipher.update(wrapped.body.subarray(0, FILE_KEY_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}

/** OpenSSL refuses a low-order share, whose shared secret would be all zeros (RFC 7748, section 6.1). */
function agree(own: KeyObject, share: Uint8Array): Buffer {
  try {
    return diffieHellman({ privateKey: own, publicKey: publicKey(share) })
  } catch (cause) {
    throw new AgeError('header', 'an X25519 share is a low-order point', cause)
  }
}
