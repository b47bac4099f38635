import { createHash } from 'node:crypto'
import { type FieldError, Problem } from '../kernel/problem.ts'
import { SECOND } from '../kernel/units.ts'
import { isLawfulBasis, LawfulBasis, partiesOf, type Vcon, type VconDialog, type VconParty } from './vcon.ts'

/** What a vCon has no field for; the sender says it beside it. Nothing that names a person. */
export interface VconContext {
  readonly entity?: string | undefined
  readonly product?: string | undefined
  readonly language?: string | undefined
  readonly noticeVersion?: string | undefined
  readonly sensitivity?: readonly string[] | undefined
}

/** A call out of a vCon, as a delivery. */
export interface MappedCall {
  /** The metadata of an ingest, as JSON; its own rules are still to be checked. */
  readonly metadata: string
  readonly mediaType: string
  /** The audio, where it is in the vCon. */
  readonly audio: Buffer | null
  /** SHA-512 that the audio must have; null when the vCon says none. */
  readonly contentHashes: readonly string[] | null
}

/**
 * A call out of a vCon. Every fact comes from one named place, and a fact that is not there is not guessed: Problem
 * `invalid_metadata` names all places at once. Audio behind an address is refused, for nothing is fetched. Pure.
 */
export function callOfVcon(vcon: Vcon, context: VconContext, now: Date): MappedCall {
  const errors: FieldError[] = []
  const report: Report = (field, message) => void errors.push({ field, message })
  const [dialog, ...others] = vcon.dialog ?? []
  if (dialog?.type !== 'recording' || others.length > 0) {
    report('dialog', 'must hold exactly one recording, and nothing else')
    throw new Problem('invalid_metadata', { errors })
  }
  const metadata = JSON.stringify(metadataOf(vcon, dialog, { context, now, report }))
  const audio = audioOf(dialog, report)
  if (errors.length > 0) throw new Problem('invalid_metadata', { errors })
  const { mediatype: mediaType = 'application/octet-stream', content_hash: hashes } = dialog
  return { metadata, mediaType, audio, contentHashes: hashes === undefined ? null : [hashes].flat() }
}

interface Mapping {
  readonly context: VconContext
  readonly now: Date
  readonly report: Report
}

function metadataOf(vcon: Vcon, dialog: VconDialog, { context, now, report }: Mapping) {
  const purposes = purposesOf(vcon, now)
  if (purposes.length === 0) report('attachments', 'grants no purpose that is in force (lawful_basis)')
  const silence = silenceOf(vcon, dialog)
  const { language, noticeVersion, sensitivity = [] } = context
  const entity = context.entity ?? organisationOf(vcon)
  const product = context.product ?? textOf(dialog.skill)
  return {
    callId: vcon.uuid,
    startedAt: dialog.start,
    ...(dialog.duration === undefined ? {} : { endedAt: endOf(dialog.start, dialog.duration) }),
    ...peopleOf(vcon, dialog, report),
    entity: needed(entity, 'parties', 'name no organisation, and entity is not given', report),
    product: needed(product, 'dialog[0].skill', 'is not there, and product is not given', report),
    language: needed(language, 'language', NO_FIELD, report),
    noticeVersion: needed(noticeVersion, 'noticeVersion', NO_FIELD, report),
    purposes,
    sensitivity,
    ...(silence.length > 0 ? { silence } : {}),
  }
}

const NO_FIELD = 'is needed: a vCon has no field for it'

type Report = (field: string, message: string) => void

function needed(value: string | undefined, field: string, message: string, report: Report): string {
  if (value === undefined) report(field, message)
  return value ?? ''
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const endOf = (start: string, seconds: number): string =>
  new Date(Date.parse(start) + seconds * SECOND).toISOString()

const roleOf = (party: VconParty | undefined): string | undefined =>
  party?.role ?? (party?.type === 'organization' ? 'organization' : undefined)

/** Who took part, by the ids that the sender gave them; several customers are no member of whom we are sure. */
function peopleOf(vcon: Vcon, dialog: VconDialog, report: Report) {
  const parties = vcon.parties ?? []
  const inCall = [...new Set(partiesOf(dialog))]
    .map((index) => parties[index])
    .filter((party) => party !== undefined)
  const [agent, ...moreAgents] = inCall.filter((party) => roleOf(party) === 'agent')
  const customers = inCall
    .filter((party) => roleOf(party) === 'customer')
    .map(({ uuid }) => uuid)
    .filter((uuid) => uuid !== undefined)
  if (agent?.uuid === undefined || moreAgents.length > 0)
    report('parties', 'must have one agent in the call (role agent, with a uuid)')
  return {
    memberRef: customers.length === 1 ? (customers[0] ?? null) : null,
    agentRef: agent?.uuid ?? '',
    ...(agent?.dept === undefined ? {} : { team: agent.dept }),
    direction: directionOf(parties, dialog, report),
    ...channelsOf(parties, dialog),
  }
}

function directionOf(parties: readonly VconParty[], dialog: VconDialog, report: Report) {
  const originator = dialog.originator ?? partiesOf(dialog)[0]
  const began = originator === undefined ? undefined : roleOf(parties[originator])
  if (began !== 'agent' && began !== 'customer')
    report('dialog[0].originator', 'must be the agent or the customer, to know who called')
  return began === 'agent' ? 'outbound' : 'inbound'
}

/** Who is on which channel; a flat list of several is one channel with all of them. */
function channelsOf(parties: readonly VconParty[], dialog: VconDialog): { channels?: string[] } {
  const { parties: listed } = dialog
  if (!Array.isArray(listed) || !listed.some(Array.isArray)) return {}
  return {
    channels: listed.map((channel) => {
      const roles = [channel].flat().map((index) => (index === null ? undefined : roleOf(parties[index])))
      return roles.length === 1 ? (roles[0] === 'customer' ? 'member' : (roles[0] ?? 'other')) : 'mix'
    }),
  }
}

const organisationOf = ({ parties = [] }: Vcon): string | undefined =>
  parties.find(({ type }) => type === 'organization')?.org ??
  parties.find(({ role }) => role === 'agent')?.org

/** Purposes that some ground grants, and none refuses, today: the most restrictive grant wins. */
function purposesOf({ attachments = [] }: Vcon, now: Date): string[] {
  const bases = attachments.filter(isLawfulBasis).flatMap(({ body }) => {
    const basis = LawfulBasis.safeParse(body)
    return basis.success ? [basis.data] : []
  })
  const inForce = bases.filter(
    ({ expiration }) => expiration === null || Date.parse(expiration) > now.getTime(),
  )
  const grants = inForce.flatMap(({ purpose_grants }) => purpose_grants)
  const refused = new Set(grants.filter(({ granted }) => !granted).map(({ purpose }) => purpose))
  return [...new Set(grants.map(({ purpose }) => purpose))].filter((purpose) => !refused.has(purpose))
}

interface Silence {
  readonly fromSeconds: number
  readonly toSeconds: number
  readonly reason: 'hold' | 'payment'
}

/** While somebody was on hold, and what another system of ours had silenced already. */
function silenceOf(
  { attachments = [] }: Vcon,
  { start, party_history: history = [] }: VconDialog,
): Silence[] {
  const since = (time: string): number => Math.max(0, (Date.parse(time) - Date.parse(start)) / SECOND)
  const held = history.filter(({ event }) => event === 'hold')
  const holds = held.flatMap(({ party, time }): Silence[] => {
    const end = history.find((one) => one.event === 'unhold' && one.party === party && one.time > time)
    return end ? [{ fromSeconds: since(time), toSeconds: since(end.time), reason: 'hold' }] : []
  })
  const payments = attachments
    .filter(({ purpose }) => purpose === 'silenced')
    .flatMap(({ body }) => (Array.isArray(body) ? body.flatMap((one: unknown) => silenceIn(one)) : []))
  return [...holds, ...payments].sort((a, b) => a.fromSeconds - b.fromSeconds)
}

/** What stands in a list that somebody else wrote; the ingest checks its bounds. */
function silenceIn(value: unknown): Silence[] {
  const { fromSeconds, toSeconds, reason } = (value ?? {}) as Partial<Record<string, unknown>>
  const isOne = typeof fromSeconds === 'number' && typeof toSeconds === 'number' && reason === 'payment'
  return isOne ? [{ fromSeconds, toSeconds, reason }] : []
}

function audioOf({ body, encoding, url, content_hash: hash }: VconDialog, report: Report): Buffer | null {
  if (url !== undefined) report('dialog[0].url', 'is not fetched; send the audio in the vCon, or beside it')
  if (body === undefined) {
    if (hash === undefined) report('dialog[0].content_hash', 'is needed for audio that is not in the vCon')
    return null
  }
  if (encoding === 'base64url' && typeof body === 'string') return Buffer.from(body, 'base64url')
  report('dialog[0].encoding', 'must be base64url for audio')
  return null
}

/** Whether audio is what a vCon was made of. */
export const fitsHash = (sha512: Buffer, hashes: readonly string[] | null): boolean =>
  hashes === null || hashes.includes(`sha512-${sha512.toString('base64url')}`)

export const sha512Of = (bytes: Buffer): Buffer => createHash('sha512').update(bytes).digest()
