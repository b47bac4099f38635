import { z } from 'zod'

/**
 * vCon, the JSON container for conversations: draft-ietf-vcon-vcon-core-03 (2026-07-01), with the contact centre
 * extension (`CC`) and draft-howe-vcon-lawful-basis-00. Not an RFC yet: this file says which version we write.
 * Objects are open, because extensions add to them; what the drafts say of their own fields is checked.
 */
export const VCON_VERSION = '0.4.0'

const Index = z.int().min(0)
const Time = z.iso.datetime({ offset: true })
/** `sha512-` and the hash in base64url without padding. */
const Hash = z.string().regex(/^sha512-[\w-]{86}$/, 'is not a SHA-512 as vCon writes it')
const Hashes = z.union([Hash, z.array(Hash).min(1)])
const HttpsUrl = z.url({ protocol: /^https$/ })

/** Where something was, or is: in place, or behind an address together with its hash. */
const content = {
  mediatype: z.string().optional(),
  filename: z.string().optional(),
  body: z.unknown().optional(),
  encoding: z.enum(['base64url', 'json', 'none']).optional(),
  url: HttpsUrl.optional(),
  content_hash: Hashes.optional(),
}

const Party = z.looseObject({
  tel: z.string().optional(),
  sip: z.string().optional(),
  mailto: z.string().optional(),
  name: z.string().optional(),
  validation: z.string().optional(),
  uuid: z.string().optional(),
  type: z.string().optional(),
  org: z.string().optional(),
  dept: z.string().optional(),
  role: z.enum(['agent', 'customer', 'supervisor', 'sme', 'thirdparty']).optional(),
})

const History = z.looseObject({
  party: Index,
  time: Time,
  event: z.enum(['join', 'drop', 'hold', 'unhold', 'mute', 'unmute', 'keydown', 'keyup']),
  button: z.string().optional(),
})

const Dialog = z.looseObject({
  type: z.enum(['recording', 'text', 'transfer', 'incomplete', 'recording-set']),
  start: Time,
  duration: z.number().min(0).optional(),
  /** One entry for each channel: a party, several, or nobody. A flat list also stands for a mix. */
  parties: z.union([Index, z.array(z.union([Index, z.array(Index), z.null()]))]).optional(),
  originator: Index.optional(),
  ...content,
  disposition: z
    .enum(['no-answer', 'congestion', 'failed', 'busy', 'hung-up', 'voicemail-no-message'])
    .optional(),
  party_history: z.array(History).optional(),
})

/** draft-howe-vcon-lawful-basis: for which purposes, on which ground and until when. */
export const LawfulBasis = z.looseObject({
  lawful_basis: z.enum([
    'consent',
    'contract',
    'legal_obligation',
    'vital_interests',
    'public_task',
    'legitimate_interests',
  ]),
  expiration: Time.nullable(),
  purpose_grants: z
    .array(
      z.looseObject({
        purpose: z.string().min(1),
        granted: z.boolean(),
        granted_at: Time,
        conditions: z.array(z.string()).optional(),
      }),
    )
    .min(1),
})
export type LawfulBasis = z.output<typeof LawfulBasis>

const Attachment = z.looseObject({
  /** Of the extension; the core speaks of `purpose`. */
  type: z.string().optional(),
  purpose: z.string().optional(),
  start: Time,
  party: Index,
  dialog: Index,
  ...content,
})

const Reference = z.looseObject({
  uuid: z.uuid().optional(),
  url: HttpsUrl.optional(),
  content_hash: Hashes.optional(),
})

const Shape = z.looseObject({
  vcon: z.literal(VCON_VERSION).optional(),
  uuid: z.uuid(),
  created_at: Time,
  updated_at: Time.optional(),
  subject: z.string().optional(),
  extensions: z.array(z.string()).optional(),
  critical: z.array(z.string()).optional(),
  redacted: Reference.extend({ type: z.string().min(1) }).optional(),
  amended: Reference.optional(),
  parties: z.array(Party).optional(),
  dialog: z.array(Dialog).optional(),
  analysis: z.array(z.looseObject({ type: z.string(), vendor: z.string(), ...content })).optional(),
  attachments: z.array(Attachment).optional(),
})

type Shape = z.output<typeof Shape>
type Fault = { readonly path: readonly PropertyKey[]; readonly message: string }

/** A whole vCon by the rules of core -03: the shapes, and what must fit together. */
export const VconSchema = Shape.superRefine((vcon, context) => {
  for (const { path, message } of faultsOf(vcon))
    context.addIssue({ code: 'custom', path: [...path], message })
})
export type Vcon = z.output<typeof VconSchema>
export type VconDialog = z.output<typeof Dialog>
export type VconParty = z.output<typeof Party>

function faultsOf(vcon: Shape): Fault[] {
  const parties = vcon.parties?.length ?? 0
  const dialogs = vcon.dialog?.length ?? 0
  return [
    ...(vcon.redacted && vcon.amended ? [fault(['amended'], 'cannot be beside redacted')] : []),
    ...(vcon.critical ?? [])
      .filter((name) => !vcon.extensions?.includes(name))
      .map(() => fault(['critical'], 'names what extensions does not')),
    ...(vcon.dialog ?? []).flatMap((one, i) => dialogFaults(one, ['dialog', i], parties)),
    ...(vcon.attachments ?? []).flatMap((one, i) =>
      attachmentFaults(one, ['attachments', i], { parties, dialogs }),
    ),
    ...(vcon.analysis ?? []).flatMap((one, i) => contentFaults(one, ['analysis', i])),
  ]
}

const fault = (path: readonly PropertyKey[], message: string): Fault => ({ path, message })

/** Everybody a dialog names, whichever way they are nested. */
export const partiesOf = ({ parties }: Pick<VconDialog, 'parties'>): readonly number[] =>
  (Array.isArray(parties) ? parties : [parties]).flat().filter((index) => typeof index === 'number')

function dialogFaults(dialog: VconDialog, path: readonly PropertyKey[], parties: number): Fault[] {
  const hasContent = dialog.body !== undefined || dialog.url !== undefined
  const isSilent = dialog.type === 'incomplete' || dialog.type === 'transfer'
  const named = [...partiesOf(dialog), ...(dialog.originator === undefined ? [] : [dialog.originator])]
  return [
    ...(named.some((index) => index >= parties)
      ? [fault([...path, 'parties'], 'names a party that is not there')]
      : []),
    ...(dialog.type === 'incomplete' && dialog.disposition === undefined
      ? [fault([...path, 'disposition'], 'is needed to say why the call failed')]
      : []),
    ...(isSilent && hasContent ? [fault(path, `a dialog of type ${dialog.type} has no content`)] : []),
    ...contentFaults(dialog, path),
  ]
}

type Content = Pick<VconDialog, keyof typeof content>

function contentFaults(one: Content, path: readonly PropertyKey[]): Fault[] {
  const { body, encoding, url, mediatype } = one
  const isText = encoding !== 'json' && body !== undefined && typeof body !== 'string'
  return [
    ...(body !== undefined && url !== undefined ? [fault([...path, 'url'], 'cannot be beside body')] : []),
    ...((body === undefined) !== (encoding === undefined)
      ? [fault([...path, 'encoding'], 'goes with body, and only with it')]
      : []),
    ...(isText ? [fault([...path, 'body'], 'is text unless its encoding is json')] : []),
    ...(encoding === 'base64url' && typeof body === 'string' && !/^[\w-]*$/.test(body)
      ? [fault([...path, 'body'], 'is not base64url')]
      : []),
    ...(encoding === 'base64url' && mediatype === undefined
      ? [fault([...path, 'mediatype'], 'is needed for what is included')]
      : []),
    ...(url !== undefined && one.content_hash === undefined
      ? [fault([...path, 'content_hash'], 'is needed for what is elsewhere')]
      : []),
  ]
}

function attachmentFaults(
  attachment: z.output<typeof Attachment>,
  path: readonly PropertyKey[],
  { parties, dialogs }: { readonly parties: number; readonly dialogs: number },
): Fault[] {
  const basis = isLawfulBasis(attachment) ? LawfulBasis.safeParse(attachment.body) : undefined
  return [
    ...(attachment.party >= parties ? [fault([...path, 'party'], 'names a party that is not there')] : []),
    ...(attachment.dialog >= dialogs ? [fault([...path, 'dialog'], 'names a dialog that is not there')] : []),
    ...contentFaults(attachment, path),
    ...(basis?.error?.issues ?? []).map((issue) => fault([...path, 'body', ...issue.path], issue.message)),
  ]
}

interface Purposeful {
  readonly type?: string | undefined
  readonly purpose?: string | undefined
}

/** The draft of the extension calls the field `type`, core -03 calls it `purpose`; writers use either. */
export const isLawfulBasis = ({ type, purpose }: Purposeful): boolean =>
  type === 'lawful_basis' || purpose === 'lawful_basis'

/** A SHA-512 as vCon writes it. */
export const contentHashOf = (sha512: Uint8Array): string =>
  `sha512-${Buffer.from(sha512).toString('base64url')}`
