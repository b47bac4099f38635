import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** AES-256-GCM with a random nonce, laid out as version (1) || nonce (12) || ciphertext || tag (16). */

const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + NONCE_BYTES

// The version byte and the lengths keep the two ids from running into each other.
const boundTo = (kekId: string, recordingId: string): Buffer =>
  Buffer.from(`${VERSION}:${kekId.length}:${kekId}:${recordingId.length}:${recordingId}`)

/** Encrypts a recording's secret; it opens only with the same key, key id and recording id. */
export function wrapSecret(kek: Uint8Array, kekId: string, recordingId: string, secret: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', kek, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(boundTo(kekId, recordingId))
  const text = Buffer.concat([cipher.update(secret), cipher.final()])
  return Buffer.concat([Buffer.of(VERSION), nonce, text, cipher.getAuthTag()])
}

/** The secret, or undefined when key, key id, recording id or a bit of the wrapping differ. */
export function unwrapSecret(
  kek: Uint8Array,
  kekId: string,
  recordingId: string,
  wrapped: Uint8Array,
): Buffer | undefined {
  if (wrapped[0] !== VERSION || wrapped.length < HEAD_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv('aes-256-gcm', kek, wrapped.subarray(1, HEAD_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(boundTo(kekId, recordingId))
  decipher.setAuthTag(wrapped.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(wrapped.subarray(HEAD_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}
