import { createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'

export type SigningAlgorithm = 'RS256' | 'ES256' | 'EdDSA'

export interface VerificationKey {
  readonly alg: SigningAlgorithm
  /** Parsed once: verifying with a KeyObject is five times as fast as with PEM text. */
  readonly key: KeyObject
}

/** Keys by `keyName`: a key is found only under the algorithm it is made for. */
export type KeySet = ReadonlyMap<string, VerificationKey>

export const MAX_KID_LENGTH = 200
const MAX_KEYS = 100
const MIN_RSA_BITS = 2048
/** Larger keys only make every request slower. */
const MAX_RSA_BITS = 8192

const JwkSet = z.object({ keys: z.array(z.unknown()).max(MAX_KEYS) })

const Jwk = z.object({
  kid: z.string().min(1).max(MAX_KID_LENGTH),
  kty: z.enum(['RSA', 'EC', 'OKP']),
  n: z.string().optional(),
  e: z.string().optional(),
  crv: z.string().optional(),
  x: z.string().optional(),
  y: z.string().optional(),
  use: z.literal('sig').optional(),
  key_ops: z
    .array(z.string())
    .refine((operations) => operations.includes('verify'))
    .optional(),
  // RFC 9864 renamed the Ed25519 form of EdDSA.
  alg: z
    .enum(['RS256', 'ES256', 'EdDSA', 'Ed25519'])
    .transform((alg) => (alg === 'Ed25519' ? 'EdDSA' : alg))
    .optional(),
  // A private key that somebody published is nobody's proof of anything.
  d: z.undefined().optional(),
})

export const keyName = (kid: string, alg: SigningAlgorithm): string => `${alg}:${kid}`

/**
 * The signing keys of a JWK set (RFC 7517) that this service trusts: RSA of 2048 bits and more,
 * P-256 and Ed25519. Others are passed over, as RFC 7517 section 5 asks. Throws when none is left:
 * an issuer without keys is a broken answer, not an issuer.
 */
export function parseKeySet(text: string): KeySet {
  const keys = new Map<string, VerificationKey>()
  for (const jwk of JwkSet.parse(JSON.parse(text)).keys) {
    const named = verificationKey(jwk)
    if (named && !keys.has(named.name)) keys.set(named.name, named.key)
  }
  if (keys.size === 0) throw new Error('the JWK set has no usable signing key')
  return keys
}

function verificationKey(candidate: unknown): { name: string; key: VerificationKey } | undefined {
  const { data } = Jwk.safeParse(candidate)
  if (!data) return undefined
  const { kid, use, key_ops, alg: declared, d, ...material } = data
  const key = publicKey(material)
  const alg = key && algorithmOf(key)
  if (!alg || (declared && declared !== alg)) return undefined
  return { name: keyName(kid, alg), key: { alg, key } }
}

function publicKey(material: object): KeyObject | undefined {
  try {
    return createPublicKey({ key: { ...material }, format: 'jwk' })
  } catch {
    return undefined
  }
}

function algorithmOf(key: KeyObject): SigningAlgorithm | undefined {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA'
  if (key.asymmetricKeyType === 'ec') return namedCurve === 'prime256v1' ? 'ES256' : undefined
  if (key.asymmetricKeyType !== 'rsa') return undefined
  return modulusLength >= MIN_RSA_BITS && modulusLength <= MAX_RSA_BITS ? 'RS256' : undefined
}
