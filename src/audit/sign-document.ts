import { createHash, createPublicKey, type KeyObject, sign, verify, X509Certificate } from 'node:crypto'
import { z } from 'zod'

/** A public RSA key (RFC 7517) with the certificate that vCon wants beside a signature; `kid` is its thumbprint (RFC 7638). */
export const DocumentJwk = z
  .strictObject({
    kty: z.literal('RSA'),
    n: z.string().regex(/^[\w-]{342,1366}$/),
    e: z.string().regex(/^[\w-]{1,8}$/),
    kid: z.string().min(1).max(64),
    alg: z.literal('RS256'),
    use: z.literal('sig'),
    x5c: z.array(z.string()).min(1),
  })
  .meta({ id: 'DocumentKey' })

export type DocumentJwk = z.output<typeof DocumentJwk>

const SignatureEntry = z.object({
  protected: z.string().optional(),
  header: z.looseObject({}).optional(),
  signature: z.string(),
})

/** General JWS JSON serialisation (RFC 7515, 7.2.1). */
export const GeneralJws = z.object({
  payload: z.string().regex(/^[\w-]*$/),
  signatures: z.array(SignatureEntry).min(1).max(16),
})

export type GeneralJws = z.output<typeof GeneralJws>

/** As we write it: one signature, its algorithm under it, the certificate beside it. */
export interface SignedDocument extends GeneralJws {
  readonly signatures: [
    { protected: string; header: { x5c: string[]; [name: string]: unknown }; signature: string },
  ]
}

/**
 * The key with which the service signs what people take elsewhere. RS256, because that is what vCon tools read;
 * what stays here is signed with Ed25519 (sign.ts).
 */
export interface DocumentSigner {
  readonly publicJwk: DocumentJwk
  /** Signs exactly these bytes. What `header` adds stands beside the signature, and is not covered by it. */
  sign(payload: Uint8Array, header?: Readonly<Record<string, string>>): SignedDocument
}

/**
 * A signer with an RSA private key and the certificate of its public half first in a chain. Throws TypeError when
 * they do not belong together, or the key is short.
 */
export function makeDocumentSigner(privateKey: KeyObject, chain: readonly X509Certificate[]): DocumentSigner {
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0
  if (privateKey.asymmetricKeyType !== 'rsa' || bits < 2048)
    throw new TypeError('not an RSA key of at least 2048 bits')
  if (!chain[0]?.checkPrivateKey(privateKey)) throw new TypeError('the certificate is of another key')
  const { n = '', e = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  const kid = thumbprint({ n, e })
  const x5c = chain.map(({ raw }) => raw.toString('base64'))
  // RFC 7515 forbids a name in both headers, and strict libraries refuse it: what the examples repeat is here once.
  const guarded = Buffer.from(JSON.stringify({ alg: 'RS256', kid })).toString('base64url')
  return {
    publicJwk: { kty: 'RSA', n, e, kid, alg: 'RS256', use: 'sig', x5c },
    sign(bytes, header = {}) {
      const payload = Buffer.from(bytes).toString('base64url')
      const signature = sign('sha256', Buffer.from(`${guarded}.${payload}`), privateKey).toString('base64url')
      return { payload, signatures: [{ protected: guarded, header: { x5c, ...header }, signature }] }
    },
  }
}

/**
 * The bytes that one of these keys signed; undefined when none did. A certificate inside the JWS proves nothing by
 * itself: only keys that are trusted beforehand count. Takes `alg` in either header, as vCon writers differ.
 */
export function verifyDocument(
  { payload, signatures }: GeneralJws,
  keys: readonly KeyObject[],
): Buffer | undefined {
  const isGenuine = signatures.some((one) => {
    if (algorithmOf(one) !== 'RS256') return false
    const signed = Buffer.from(`${one.protected ?? ''}.${payload}`)
    const signature = Buffer.from(one.signature, 'base64url')
    // One spelling of a signature is enough: others would be changes that nobody sees.
    if (signature.toString('base64url') !== one.signature) return false
    return keys.some((key) => key.asymmetricKeyType === 'rsa' && verify('sha256', signed, key, signature))
  })
  const bytes = Buffer.from(payload, 'base64url')
  return isGenuine && bytes.toString('base64url') === payload ? bytes : undefined
}

/** Undefined also when the two headers say different things, or demand something that is not understood here. */
function algorithmOf({ protected: guarded, header }: z.output<typeof SignatureEntry>): string | undefined {
  const inside = guarded === undefined ? {} : (parseJson(guarded) ?? {})
  const found = [inside.alg, header?.alg].filter((alg) => alg !== undefined)
  if ('crit' in inside || found.some((alg) => alg !== found[0])) return undefined
  return typeof found[0] === 'string' ? found[0] : undefined
}

function parseJson(encoded: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString())
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** RFC 7638: SHA-256 over the required members in lexical order. */
const thumbprint = ({ n, e }: { readonly n: string; readonly e: string }): string =>
  createHash('sha256').update(`{"e":"${e}","kty":"RSA","n":"${n}"}`).digest('base64url')

const JwkSet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })

/**
 * The RSA keys of a PEM text (public keys or certificates) or of a JSON Web Key Set; keys of other kinds are left
 * out. Throws TypeError when there is none.
 */
export function readDocumentKeys(text: string): readonly KeyObject[] {
  const keys = text.trimStart().startsWith('{') ? keysOfSet(text) : keysOfPem(text)
  const rsa = keys.filter(({ asymmetricKeyType }) => asymmetricKeyType === 'rsa')
  if (rsa.length === 0)
    throw new TypeError('holds no RSA public key, neither in PEM nor as a JSON Web Key Set')
  return rsa
}

const keysOfSet = (text: string): KeyObject[] =>
  JwkSet.parse(JSON.parse(text))
    .keys.filter(({ kty }) => kty === 'RSA')
    .map((key) => createPublicKey({ key, format: 'jwk' }))

const BLOCK = /-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g

const keysOfPem = (text: string): KeyObject[] =>
  [...text.matchAll(BLOCK)].map(([block, label]) =>
    label === 'CERTIFICATE' ? new X509Certificate(block).publicKey : createPublicKey(block),
  )
