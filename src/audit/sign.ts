import { createHash, createHmac, createPublicKey, hkdfSync, type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'

/** A public Ed25519 key as RFC 8037 writes it; `kid` is its thumbprint (RFC 7638). */
export const PublicJwk = z
  .strictObject({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: z.string().regex(/^[\w-]{43}$/),
    kid: z.string().min(1).max(64),
    alg: z.literal('EdDSA'),
    use: z.literal('sig'),
  })
  .meta({ id: 'SigningKey' })

export type PublicJwk = z.output<typeof PublicJwk>

/** The key with which the service vouches for what it did. */
export interface Signer {
  readonly publicJwk: PublicJwk
  /** A compact JWS (RFC 7515, EdDSA) over exactly these bytes; Ed25519 needs no randomness. */
  sign(payload: string): string
  /** The bare signature, 64 bytes, over exactly these bytes. */
  signBytes(bytes: Uint8Array): Buffer
  /**
   * A name for a person that always is the same and tells nobody without the key who it is.
   * 16 bytes in hex.
   */
  pseudonym(person: string): string
}

/** A signer with this Ed25519 private key. Throws TypeError for a key of another kind. */
export function makeSigner(privateKey: KeyObject): Signer {
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new TypeError('not an Ed25519 key')
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  const kid = thumbprint(x)
  const header = encode(JSON.stringify({ alg: 'EdDSA', kid, typ: 'JWS' }))
  const secret = privateKey.export({ format: 'der', type: 'pkcs8' })
  const pseudonymKey = Buffer.from(hkdfSync('sha256', secret, '', 'listenback pseudonym', 32))
  return {
    publicJwk: { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' },
    sign(payload) {
      const signed = `${header}.${encode(payload)}`
      return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`
    },
    signBytes: (bytes) => sign(null, bytes, privateKey),
    pseudonym: (person) => createHmac('sha256', pseudonymKey).update(person).digest('hex').slice(0, 32),
  }
}

const Header = z.strictObject({ alg: z.literal('EdDSA'), kid: z.string(), typ: z.literal('JWS') })

/**
 * The payload of a compact JWS that one of these keys signed; undefined when it is not one, when its key
 * is not among them, or when the signature does not fit. Needs nothing but its arguments.
 */
export function verifySigned(jws: string, keys: readonly PublicJwk[]): string | undefined {
  const [header = '', payload = '', signature = '', ...more] = jws.split('.')
  const parsed = Header.safeParse(parseJson(decode(header)))
  const key = parsed.success && keys.find(({ kid }) => kid === parsed.data.kid)
  // A key that calls itself by another key's name is not that key.
  if (!key || more.length > 0 || thumbprint(key.x) !== key.kid) return undefined
  const publicKey = createPublicKey({ key: { kty: key.kty, crv: key.crv, x: key.x }, format: 'jwk' })
  const fits = verify(
    null,
    Buffer.from(`${header}.${payload}`),
    publicKey,
    Buffer.from(signature, 'base64url'),
  )
  return fits ? decode(payload) : undefined
}

/** The payload of a compact JWS that we signed ourselves, unverified. */
export const payloadOf = (jws: string): string => decode(jws.split('.')[1] ?? '')

/** RFC 7638: SHA-256 over the required members in lexical order. */
const thumbprint = (x: string): string =>
  createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url')

const encode = (text: string): string => Buffer.from(text).toString('base64url')
const decode = (text: string): string => Buffer.from(text, 'base64url').toString()

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
