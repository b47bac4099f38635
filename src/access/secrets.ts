import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const SECRET = /^[\w-]{43}$/

/** 256 random bits as 43 characters that may stand in a cookie, a header or an address. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** Whether text has the form of `newSecret`: what else a browser sends never reaches the database. */
export const isSecret = (text: string | undefined): text is string => text !== undefined && SECRET.test(text)

/**
 * What is stored in place of a secret, so that whoever reads the database cannot use it. A plain hash
 * is enough: the input has 256 bits of its own.
 */
export const hashSecret = (...parts: readonly string[]): Buffer =>
  createHash('sha256').update(parts.join('.')).digest()

/** Compares in a time that does not depend on where the texts differ. */
export const equalSecrets = (a: string, b: string): boolean => timingSafeEqual(hashSecret(a), hashSecret(b))
