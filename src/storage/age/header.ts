import { createHmac, timingSafeEqual } from 'node:crypto'
import { AgeError } from './error.ts'
import { FILE_KEY_BYTES, hkdf, unwrapFileKey, wrapFileKey } from './x25519.ts'

const VERSION = 'age-encryption.org/v1'
const BODY_COLUMNS = 64
const NO_SALT = Buffer.alloc(0)
/** Random bytes between header and first chunk, from which the payload key is derived. */
export const NONCE_BYTES = 16

export interface Stanza {
  readonly type: string
  readonly args: readonly string[]
  readonly body: Buffer
}

export interface AgeHeader {
  readonly stanzas: readonly Stanza[]
  readonly mac: Buffer
  /** The bytes the MAC covers: everything up to and including `---`. */
  readonly signed: Buffer
}

const malformed = (why: string): AgeError => new AgeError('header', `the age header is malformed: ${why}`)

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '')

/** RFC 4648 base64 without padding, and only in its canonical spelling. */
function decode(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (encode(bytes) !== text) throw malformed('base64 is not canonical')
  return bytes
}

function formatStanza(stanza: Stanza): string {
  const body = encode(stanza.body)
  const lines: string[] = []
  // A body line shorter than 64 columns ends the stanza, so a full last line is followed by an empty one.
  for (let at = 0; at <= body.length; at += BODY_COLUMNS) lines.push(body.slice(at, at + BODY_COLUMNS))
  return `-> ${[stanza.type, ...stanza.args].join(' ')}\n${lines.join('\n')}\n`
}

const macOf = (fileKey: Uint8Array, signed: Uint8Array): Buffer =>
  createHmac('sha256', hkdf(fileKey, NO_SALT, 'header'))
    .update(signed)
    .digest()

/** A complete header that lets each of these recipients (32 bytes each) open the file. */
export function formatHeader(fileKey: Uint8Array, recipients: readonly Uint8Array[]): Buffer {
  const stanzas = recipients.map((recipient) => {
    const { share, body } = wrapFileKey(fileKey, recipient)
    return formatStanza({ type: 'X25519', args: [encode(share)], body })
  })
  const signed = `${VERSION}\n${stanzas.join('')}---`
  return Buffer.from(`${signed} ${encode(macOf(fileKey, Buffer.from(signed)))}\n`)
}

/** Where the header ends (the byte after its last newline), or undefined while more bytes are needed. */
export function headerLength(bytes: Buffer): number | undefined {
  const footer = bytes.indexOf('\n---')
  const end = footer < 0 ? -1 : bytes.indexOf('\n', footer + 1)
  return end < 0 ? undefined : end + 1
}

/** Parses a whole header strictly (C2SP age, "Header"); throws AgeError('header') on any deviation. */
export function parseHeader(bytes: Buffer): AgeHeader {
  const lines = bytes.toString('latin1').split('\n')
  // The text ends in a newline, so the last element is the empty string after it.
  if (lines.pop() !== '') throw malformed('the last line is not complete')
  if (lines.shift() !== VERSION) throw malformed('unknown version')
  const footer = lines.pop() ?? ''
  if (!footer.startsWith('--- ')) throw malformed('no MAC line')
  const mac = decode(footer.slice(4))
  if (mac.length !== 32) throw malformed('the MAC has the wrong length')
  const stanzas = parseStanzas(lines)
  if (stanzas.length === 0) throw malformed('no recipient')
  if (stanzas.length > 1 && stanzas.some((stanza) => stanza.type === 'scrypt')) {
    throw malformed('a passphrase must be the only recipient')
  }
  return { stanzas, mac, signed: bytes.subarray(0, bytes.length - footer.length - 1 + 3) }
}

function parseStanzas(lines: readonly string[]): Stanza[] {
  const stanzas: Stanza[] = []
  let at = 0
  while (at < lines.length) {
    const [arrow, type, ...args] = (lines[at] ?? '').split(' ')
    if (arrow !== '->' || type === undefined) throw malformed('a stanza does not start with an arrow')
    if (![type, ...args].every((arg) => /^[\x21-\x7e]+$/.test(arg))) throw malformed('a stanza argument')
    const body = bodyLines(lines, at + 1)
    stanzas.push({ type, args, body: decode(body.join('')) })
    at += 1 + body.length
  }
  return stanzas
}

function bodyLines(lines: readonly string[], start: number): string[] {
  const last = lines.findIndex((line, i) => i >= start && line.length < BODY_COLUMNS)
  const body = last < 0 ? [] : lines.slice(start, last + 1)
  if (body.length === 0 || body.some((line) => line.length > BODY_COLUMNS)) throw malformed('a stanza body')
  return body
}

/**
 * The file key, once a stanza opens with one of the identities and the MAC of the header holds.
 * Stanza types we do not know are left to those who do, as the specification asks.
 */
export function openHeader(header: AgeHeader, identities: readonly Uint8Array[]): Buffer {
  const fileKey = findFileKey(header, identities)
  if (fileKey === undefined) throw new AgeError('no_match', 'no recipient of this file matches the identity')
  if (fileKey.length !== FILE_KEY_BYTES) throw malformed('the file key has the wrong length')
  if (!timingSafeEqual(macOf(fileKey, header.signed), header.mac)) {
    throw new AgeError('mac', 'the MAC of the age header does not hold')
  }
  return fileKey
}

function findFileKey(header: AgeHeader, identities: readonly Uint8Array[]): Buffer | undefined {
  let found: Buffer | undefined
  for (const stanza of header.stanzas) {
    if (stanza.type !== 'X25519') continue
    const [share] = stanza.args
    if (stanza.args.length !== 1 || share === undefined) throw malformed('X25519 takes one argument')
    const wrapped = { share: decode(share), body: stanza.body }
    for (const identity of identities) found ??= unwrapFileKey(wrapped, identity)
  }
  return found
}
