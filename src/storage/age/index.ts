/** age v1 files (https://c2sp.org/age) with node:crypto: written as a stream, read at any place. */
export { AgeError } from './error.ts'
export { ageFileFor, decryptAgeFile, encryptForRecipients, type NewAgeFile, newAgeFile } from './file.ts'
export { type AgePayload, openAgePayload, type SpanDecryption } from './span.ts'
export { decodeIdentity, decodeRecipient, encodeIdentity, encodeRecipient, recipientOf } from './x25519.ts'
