import { createHash, randomBytes } from 'node:crypto'
import type { RecordingStatus } from '../db/schema.ts'
import { addPeriod, type CalendarDay, dayOf } from '../kernel/calendar.ts'
import { type FieldError, Problem } from '../kernel/problem.ts'
import { SECOND } from '../kernel/units.ts'
import { MAX_CALL_SECONDS } from '../recordings/schema.ts'
import { FAILED_REPEATEDLY } from '../recordings/work-on-audio.ts'
import type { RuleSet } from './rules.ts'

/** What may be corrected of a recording: facts of the call, never what was announced, nor its audio. */
export interface Correctable {
  readonly memberRef: string | null
  readonly agentRef: string
  readonly team: string | null
  readonly product: string
  readonly direction: 'inbound' | 'outbound'
  readonly language: string
  readonly sensitivity: readonly string[]
  readonly links: Readonly<Record<string, string>>
  readonly startedAt: Date
  readonly endedAt: Date | null
}

export type CorrectableField = keyof Correctable

/** A correction as it is asked for: fields that are not named stay; of the links, those named null go. */
export type Correction = {
  readonly [K in Exclude<CorrectableField, 'links'>]?: Correctable[K] | undefined
} & {
  readonly links?: Readonly<Record<string, string | null | undefined>> | null | undefined
}

/** Fields from which the rule of a purpose, or its dates, follow. */
const DATING: readonly CorrectableField[] = ['product', 'sensitivity', 'links', 'startedAt', 'endedAt']

export interface Corrected {
  readonly after: Correctable
  /** Those that say something else than before. */
  readonly fields: readonly CorrectableField[]
  /** Whether purposes have to be looked at again. */
  readonly redates: boolean
}

/** The corrected facts. Pure. Throws Problem('invalid_metadata') for what no delivery could say. */
export function correct(before: Correctable, correction: Correction, rules: RuleSet, now: Date): Corrected {
  const { links, ...named } = correction
  const given = Object.entries(named).filter(([, value]) => value !== undefined)
  const after: Correctable = {
    ...before,
    ...Object.fromEntries(given),
    links: links === undefined ? before.links : mergedLinks(before.links, links),
  }
  const errors = [...catalogueErrors(after, rules), ...timeErrors(after, now)]
  if (errors.length > 0) throw new Problem('invalid_metadata', { errors })
  const fields = (Object.keys(after) as CorrectableField[]).filter(
    (field) => textOf(before[field]) !== textOf(after[field]),
  )
  return { after, fields, redates: fields.some((field) => DATING.includes(field)) }
}

function mergedLinks(before: Correctable['links'], changes: Correction['links']): Correctable['links'] {
  const all: Record<string, string | null | undefined> = changes === null ? {} : { ...before, ...changes }
  return Object.fromEntries(
    Object.entries(all).filter((link): link is [string, string] => typeof link[1] === 'string'),
  )
}

function catalogueErrors({ product, sensitivity }: Correctable, rules: RuleSet): FieldError[] {
  const ofProduct = rules.products.has(product)
    ? []
    : [{ field: 'product', message: 'is not a product of the catalogue' }]
  const ofLabels = sensitivity.flatMap((label, i) =>
    rules.sensitivities.has(label)
      ? []
      : [{ field: `sensitivity[${i}]`, message: 'is not a sensitivity of the catalogue' }],
  )
  return [...ofProduct, ...ofLabels]
}

function timeErrors({ startedAt, endedAt }: Correctable, now: Date): FieldError[] {
  if (startedAt > now) return [{ field: 'startedAt', message: 'lies in the future' }]
  if (endedAt === null) return []
  if (endedAt > now) return [{ field: 'endedAt', message: 'lies in the future' }]
  const lasted = endedAt.getTime() - startedAt.getTime()
  if (lasted < 0) return [{ field: 'endedAt', message: 'lies before startedAt' }]
  if (lasted <= MAX_CALL_SECONDS * SECOND) return []
  return [{ field: 'endedAt', message: 'lies more than a day after startedAt' }]
}

/** The same text for the same value, whatever the order of sets and links. */
const textOf = (value: Correctable[CorrectableField]): string => {
  if (value === null || typeof value !== 'object' || value instanceof Date) return JSON.stringify(value)
  const parts = Array.isArray(value) ? value : Object.entries(value)
  return JSON.stringify(
    parts.map((part) => JSON.stringify(part)).sort((a, b) => Number(a > b) - Number(a < b)),
  )
}

/** What a field said, apart from the audit, and the hash that stands for it there. */
export interface OldValue {
  readonly field: CorrectableField
  /** JSON text. */
  readonly value: string
  readonly salt: Buffer
  /** SHA-256 of salt and value, lower-case hex: proves the value while it is kept, tells nothing afterwards. */
  readonly commitment: string
}

export const oldValueOf = (before: Correctable, field: CorrectableField): OldValue => {
  const value = JSON.stringify(before[field])
  const salt = randomBytes(32)
  return { field, value, salt, commitment: createHash('sha256').update(salt).update(value).digest('hex') }
}

/** How far the audio of a recording has come. */
export interface AudioState {
  readonly isDecoded: boolean
  /** The work that will decode it; `reason` once it was given up. */
  readonly playback: { readonly state: 'waiting' | 'parked'; readonly reason: string | null } | null
}

export interface Linked {
  readonly status: RecordingStatus
  readonly statusReason: string | null
  readonly linkBy: CalendarDay | null
}

/**
 * What follows from a known or unknown member. Pure; undefined when nothing does. Of no known member it may
 * wait for one as long as a new recording; found out of use it stays so, and ends as it was to end.
 */
export function linkedAs(
  status: RecordingStatus,
  memberRef: string | null,
  audio: AudioState,
  unlinkedFor: string,
  now: Date,
): Linked | undefined {
  if (status === 'quarantined' || (status === 'unlinked') === (memberRef === null)) return undefined
  if (memberRef === null)
    return { status: 'unlinked', statusReason: null, linkBy: addPeriod(dayOf(now), unlinkedFor) }
  return { ...playableAs(audio), linkBy: null }
}

/** Work that failed for want of an engine or a store may still succeed; what could not be decoded will not. */
function playableAs({ isDecoded, playback }: AudioState): Pick<Linked, 'status' | 'statusReason'> {
  if (isDecoded || playback === null) return { status: 'available', statusReason: null }
  const isGivenUp = playback.state === 'parked' && playback.reason !== FAILED_REPEATEDLY
  return isGivenUp
    ? { status: 'unplayable', statusReason: playback.reason }
    : { status: 'processing', statusReason: null }
}
