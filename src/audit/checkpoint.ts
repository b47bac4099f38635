import { createPublicKey, hash, verify } from 'node:crypto'
import type { PublicJwk, Signer } from './sign.ts'

/** What a log said at some moment: how many entries it has and the root over them. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Buffer
  /** Further lines that are signed with it; they mean nothing to other verifiers. */
  readonly extensions: readonly string[]
}

/** Algorithm byte of Ed25519 in a signed note (C2SP signed-note). */
const ED25519 = Buffer.from([1])
const KEY_ID_BYTES = 4

/** The body of a checkpoint (C2SP tlog-checkpoint). */
const bodyOf = ({ origin, size, root, extensions }: Checkpoint): string =>
  [origin, size, root.toString('base64'), ...extensions].map((line) => `${line}\n`).join('')

/** A checkpoint as a signed note (C2SP signed-note), under the name of the log. */
export function signCheckpoint(checkpoint: Checkpoint, signer: Signer): string {
  const body = bodyOf(checkpoint)
  const key = rawKey(signer.publicJwk)
  const signature = Buffer.concat([keyId(checkpoint.origin, key), signer.signBytes(Buffer.from(body))])
  return `${body}\n— ${checkpoint.origin} ${signature.toString('base64')}\n`
}

/** The public key as verifiers of signed notes take it: name, key id and key. */
export function verifierKey(origin: string, jwk: PublicJwk): string {
  const key = rawKey(jwk)
  return `${origin}+${keyId(origin, key).toString('hex')}+${Buffer.concat([ED25519, key]).toString('base64')}`
}

/** A key for verifying the notes of one log. */
export interface NoteKey {
  readonly origin: string
  readonly key: Buffer
}

/** Reads a verifier key. Throws TypeError when it is none, or its id is not that of its key. */
export function readVerifierKey(text: string): NoteKey {
  const [, origin = '', id = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? []
  const bytes = Buffer.from(encoded, 'base64')
  const key = bytes.subarray(1)
  if (bytes[0] !== 1 || key.length !== 32 || keyId(origin, key).toString('hex') !== id)
    throw new TypeError('this is no Ed25519 key for signed notes')
  return { origin, key }
}

/**
 * The checkpoint in a signed note, if this key signed it. Throws TypeError when the note is malformed, of
 * another log, or not signed by the key.
 */
export function openCheckpoint(note: string, { origin, key }: NoteKey): Checkpoint {
  const end = note.lastIndexOf('\n\n')
  const body = note.slice(0, end + 1)
  const checkpoint = end < 0 ? undefined : parseBody(body)
  if (!checkpoint || checkpoint.origin !== origin) throw new TypeError(`this is no checkpoint of ${origin}`)
  const id = keyId(origin, key)
  const isSigned = signaturesOf(note.slice(end + 2)).some(
    ({ name, bytes }) =>
      name === origin &&
      bytes.subarray(0, KEY_ID_BYTES).equals(id) &&
      verify(null, Buffer.from(body), keyObject(key), bytes.subarray(KEY_ID_BYTES)),
  )
  if (!isSigned) throw new TypeError(`the checkpoint of ${checkpoint.size} entries is not signed by this key`)
  return checkpoint
}

function parseBody(body: string): Checkpoint | undefined {
  const [origin, size = '', root = '', ...rest] = body.split('\n')
  const hash = Buffer.from(root, 'base64')
  const isSound = /^(0|[1-9]\d{0,15})$/.test(size) && hash.length === 32 && hash.toString('base64') === root
  if (!origin || !isSound || rest.pop() !== '') return undefined
  return { origin, size: Number(size), root: hash, extensions: rest }
}

const signaturesOf = (text: string): { name: string; bytes: Buffer }[] =>
  [...text.matchAll(/^— (\S+) (\S+)$/gm)].map(([, name = '', encoded = '']) => ({
    name,
    bytes: Buffer.from(encoded, 'base64'),
  }))

const keyId = (origin: string, key: Buffer): Buffer =>
  hash('sha256', Buffer.concat([Buffer.from(`${origin}\n`), ED25519, key]), 'buffer').subarray(
    0,
    KEY_ID_BYTES,
  )

const rawKey = ({ x }: PublicJwk): Buffer => Buffer.from(x, 'base64url')

const keyObject = (key: Buffer) =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.toString('base64url') }, format: 'jwk' })
