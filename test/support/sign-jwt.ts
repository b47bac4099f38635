import { type KeyObject, sign } from 'node:crypto'

export type TokenAlgorithm = 'RS256' | 'ES256' | 'EdDSA'

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/**
 * RFC 7515 compact serialisation made by hand: tests must be able to write tokens that a library
 * would refuse to make, and jsonwebtoken does not sign Ed25519. The signature is made for the key's
 * own algorithm, whatever the header claims.
 */
export function signJwt(
  header: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>>,
  key: { algorithm: TokenAlgorithm; privateKey: KeyObject },
): string {
  const input = `${encode(header)}.${encode(claims)}`
  const digest = key.algorithm === 'EdDSA' ? null : 'sha256'
  const signature = sign(digest, Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}
