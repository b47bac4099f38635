import type { Certificate, ProvenCertificate, SigningKey } from './certificate.ts'

/**
 * What came of checking a certificate. `unreadable`: it is none. `unknown_key`: signed with a key that is not
 * published here. `forged`: the signature does not fit. `differs`: the signature is genuine, and what
 * stands beside it says something else. `unsupported`: this browser cannot check Ed25519 signatures.
 */
export type Checked =
  | { readonly verdict: 'genuine'; readonly certificate: Certificate; readonly signed: string }
  | { readonly verdict: 'unreadable' | 'unknown_key' | 'forged' | 'differs' | 'unsupported' }

/** How a certificate follows the one before it. */
export type Link = 'first' | 'follows' | 'broken'

interface Submitted {
  readonly jws: string
  /** What a reader sees beside the signature; absent in a bare JWS. */
  readonly shown: unknown
}

/**
 * Checks a certificate, as the API answers it or as a bare JWS (RFC 7515, compact), against public keys, in
 * this browser: the service that made it is not asked. Never throws.
 */
export async function checkCertificate(text: string, keys: readonly SigningKey[]): Promise<Checked> {
  const submitted = readSubmitted(text)
  const [header = '', payload = '', signature = '', ...more] = submitted?.jws.split('.') ?? []
  const { alg, kid, typ } = (parse(textOf(header)) ?? {}) as Record<string, unknown>
  const signed = textOf(payload)
  const certificate = parse(signed)
  if (!submitted || more.length > 0 || alg !== 'EdDSA' || typ !== 'JWS' || !isCertificate(certificate))
    return { verdict: 'unreadable' }
  const key = keys.find((one) => one.kid === kid)
  // A key that calls itself by another key's name is not that key.
  if (!key || (await thumbprint(key)) !== key.kid) return { verdict: 'unknown_key' }
  const fits = await verify(key, `${header}.${payload}`, bytesOf(signature))
  if (fits === undefined) return { verdict: 'unsupported' }
  if (!fits) return { verdict: 'forged' }
  if (submitted.shown !== undefined && canonical(submitted.shown) !== canonical(certificate))
    return { verdict: 'differs' }
  return { verdict: 'genuine', certificate, signed }
}

/** Whether a genuine certificate names the hash of the signed text of the one before, which is genuine too. */
export async function linkOf(one: Certificate, before: Checked | undefined): Promise<Link> {
  if (one.no === 1) return /^0{64}$/.test(one.previousSha256) ? 'first' : 'broken'
  if (before?.verdict !== 'genuine' || before.certificate.no !== one.no - 1) return 'broken'
  return (await sha256(before.signed)) === one.previousSha256 ? 'follows' : 'broken'
}

export const textToCheck = (proven: ProvenCertificate): string => JSON.stringify(proven)

function readSubmitted(text: string): Submitted | undefined {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{')) return { jws: trimmed, shown: undefined }
  const file = parse(trimmed) as Partial<ProvenCertificate> | undefined
  if (typeof file?.jws !== 'string' || typeof file.certificate !== 'object') return undefined
  return { jws: file.jws.trim(), shown: file.certificate }
}

const isCertificate = (value: unknown): value is Certificate => {
  const one = value as Partial<Certificate> | null | undefined
  return (
    typeof one?.no === 'number' &&
    typeof one.recordingId === 'string' &&
    typeof one.previousSha256 === 'string' &&
    Array.isArray(one.purposes)
  )
}

/** Undefined where the browser does not know Ed25519. */
async function verify(
  { kty, crv, x }: SigningKey,
  signed: string,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean | undefined> {
  try {
    const key = await crypto.subtle.importKey('jwk', { kty, crv, x }, 'Ed25519', false, ['verify'])
    return await crypto.subtle.verify('Ed25519', key, signature, new TextEncoder().encode(signed))
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotSupportedError') return undefined
    // Without a secure context there is no `subtle` at all.
    if (error instanceof TypeError) return undefined
    return false
  }
}

/** RFC 7638: SHA-256 over the required members in lexical order. */
async function thumbprint({ crv, kty, x }: SigningKey): Promise<string> {
  const digest = await digestOf(JSON.stringify({ crv, kty, x }))
  return btoa(String.fromCharCode(...digest))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

const sha256 = async (text: string): Promise<string> =>
  Array.from(await digestOf(text), (byte) => byte.toString(16).padStart(2, '0')).join('')

const digestOf = async (text: string): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))

/** The same text for equal values, whatever the order of their members. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join()}}`
}

/** Empty for what is not base64url: no signature is that short, and no JSON. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (character) => character.charCodeAt(0))
  } catch {
    return new Uint8Array()
  }
}

const textOf = (encoded: string): string => new TextDecoder().decode(bytesOf(encoded))

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
