import type { KeyObject } from 'node:crypto'
import { GeneralJws, verifyDocument } from '../audit/sign-document.ts'
import { fieldErrors } from '../kernel/field-errors.ts'
import { Problem } from '../kernel/problem.ts'
import { type Vcon, VconSchema } from './vcon.ts'

/** What a vCon may demand to be understood. */
const UNDERSTOOD: readonly string[] = ['CC', 'lawful_basis']

type Fields = Record<string, unknown>

/**
 * A vCon that somebody sends: plain, or signed by one of these keys. Liberal in how it is written (names of older
 * drafts, no `created_at`, either place of the algorithm) and strict in what it says. Throws Problem
 * `invalid_request` when it is no JSON object, `invalid_metadata` with every field that is wrong.
 */
export function readVcon(text: string, keys: readonly KeyObject[], now: Date): Vcon {
  const sent = objectOf(text)
  if ('ciphertext' in sent) throw wrong('ciphertext', 'is encrypted; send the vCon in the clear over TLS')
  const plain = 'signatures' in sent ? objectOf(signedText(sent, keys)) : sent
  const result = VconSchema.safeParse(inTodaysWords(plain, now))
  if (!result.success) throw new Problem('invalid_metadata', { errors: fieldErrors(result.error) })
  const unknown = (result.data.critical ?? []).find((name) => !UNDERSTOOD.includes(name))
  if (unknown !== undefined) throw wrong('critical', 'demands an extension that is not understood here')
  return result.data
}

function objectOf(text: string): Fields {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new Problem('invalid_request', { detail: 'The vCon is not JSON.', cause })
  }
  if (isFields(value)) return value
  throw new Problem('invalid_request', { detail: 'The vCon is not a JSON object.' })
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A signature that nobody here can check is worse than none: it would look as if it had been. */
function signedText(sent: Fields, keys: readonly KeyObject[]): string {
  const jws = GeneralJws.safeParse(sent)
  if (!jws.success) throw wrong('signatures', 'is no General JWS')
  const bytes = verifyDocument(jws.data, keys)
  if (!bytes) throw wrong('signatures', 'has no RS256 signature by a key that is trusted here')
  return bytes.toString('utf8')
}

export const wrong = (field: string, message: string): Problem =>
  new Problem('invalid_metadata', { errors: [{ field, message }] })

/** Names that drafts before core -03 had. */
const RENAMED: Readonly<Record<string, string>> = {
  appended: 'amended',
  must_support: 'critical',
  mimetype: 'mediatype',
  'transfer-target': 'transfer_target',
}

const CC_ROLES = ['agent', 'customer', 'supervisor', 'sme', 'thirdparty']

function inTodaysWords(sent: Fields, now: Date): Fields {
  const { vcon: _version, ...vcon } = renamed(sent)
  const dialog = listOf(vcon.dialog).map(content)
  return {
    created_at: now.toISOString(),
    ...vcon,
    ...(vcon.dialog === undefined ? {} : { dialog }),
    ...(vcon.parties === undefined ? {} : { parties: listOf(vcon.parties).map(party) }),
    ...(vcon.attachments === undefined ? {} : { attachments: listOf(vcon.attachments).map(content) }),
  }
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])

const renamed = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [RENAMED[name] ?? name, value]))

/** base64url is written without padding, and often with it. */
function content(value: unknown): unknown {
  if (!isFields(value)) return value
  const fields = renamed(value)
  const { body, encoding } = fields
  return encoding === 'base64url' && typeof body === 'string'
    ? { ...fields, body: body.replace(/=+$/, '') }
    : fields
}

/** A role that the extension does not have says nothing that could be relied on. */
function party(value: unknown): unknown {
  if (!isFields(value)) return value
  const { role, ...rest } = value
  const known = typeof role === 'string' ? role.toLowerCase() : undefined
  return known !== undefined && CC_ROLES.includes(known) ? { ...rest, role: known } : rest
}
