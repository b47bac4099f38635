import { createHash } from 'node:crypto'
import { type Actor, hasRole } from '../access/actor.ts'
import { fieldErrors } from '../kernel/field-errors.ts'
import { type FieldError, Problem } from '../kernel/problem.ts'
import { DAY, MINUTE, SECOND } from '../kernel/units.ts'
import type { CallMetadata } from './model.ts'
import { MAX_CALL_SECONDS, type MetadataJson, MetadataSchema } from './schema.ts'

/** A recorder delivers soon after the call; older dates come from broken clocks, and would end at once. */
const RECORDER_MAX_AGE = 30 * DAY
const CLOCK_TOLERANCE = 5 * MINUTE

/**
 * The metadata part of an upload, checked and typed. Reports everything that is wrong at once.
 * Throws Problem: `invalid_request` (no JSON object) or `invalid_metadata`.
 */
export function parseMetadata(document: string, actor: Actor, now: Date): CallMetadata {
  const raw = parseJson(document)
  const result = MetadataSchema.safeParse(raw)
  const errors = [
    ...(result.success ? [] : fieldErrors(result.error)),
    ...timeErrors(raw, actor, now),
    ...silenceErrors(raw),
  ]
  if (!result.success || errors.length > 0) throw new Problem('invalid_metadata', { errors })
  return callOf(result.data)
}

function parseJson(document: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(document)
  } catch (error) {
    throw new Problem('invalid_request', { detail: 'The metadata part is not JSON.', cause: error })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new Problem('invalid_request', { detail: 'The metadata part is not a JSON object.' })
}

/** Checks across fields read the raw values, so that they are made even when other fields are wrong. */
function timeErrors(raw: Readonly<Record<string, unknown>>, actor: Actor, now: Date): FieldError[] {
  const errors: FieldError[] = []
  const started = instantOf(raw.startedAt)
  const ended = instantOf(raw.endedAt)
  const latest = now.getTime() + CLOCK_TOLERANCE
  if (started !== undefined && started > latest) {
    errors.push({ field: 'startedAt', message: 'lies in the future' })
  }
  const mayBeOld = hasRole(actor, 'importer')
  if (started !== undefined && !mayBeOld && started < now.getTime() - RECORDER_MAX_AGE) {
    errors.push({
      field: 'startedAt',
      message: 'lies more than 30 days back; old calls come from an importer',
    })
  }
  if (ended !== undefined && ended > latest) errors.push({ field: 'endedAt', message: 'lies in the future' })
  if (ended === undefined || started === undefined) return errors
  if (ended < started) errors.push({ field: 'endedAt', message: 'lies before startedAt' })
  else if (ended - started > MAX_CALL_SECONDS * SECOND) {
    errors.push({ field: 'endedAt', message: 'lies more than a day after startedAt' })
  }
  return errors
}

function instantOf(value: unknown): number | undefined {
  const instant = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(instant) ? undefined : instant
}

function silenceErrors(raw: Readonly<Record<string, unknown>>): FieldError[] {
  if (!Array.isArray(raw.silence)) return []
  const started = instantOf(raw.startedAt)
  const ended = instantOf(raw.endedAt)
  // Durations are rounded differently by every system, so a range may reach a second beyond the end.
  const limit =
    started !== undefined && ended !== undefined ? (ended - started) / SECOND + 1 : MAX_CALL_SECONDS
  let previousEnd = Number.NEGATIVE_INFINITY
  return raw.silence.flatMap((range: unknown, i): FieldError[] => {
    const { fromSeconds, toSeconds } = (range ?? {}) as { fromSeconds?: unknown; toSeconds?: unknown }
    if (typeof fromSeconds !== 'number' || typeof toSeconds !== 'number') return []
    const message = rangeError(fromSeconds, toSeconds, previousEnd, limit)
    previousEnd = Math.max(previousEnd, toSeconds)
    return message ? [{ field: `silence[${i}]`, message }] : []
  })
}

function rangeError(from: number, to: number, previousEnd: number, limit: number): string | undefined {
  if (to <= from) return 'ends before it starts'
  if (from < previousEnd) return 'overlaps the range before it, or the ranges are not in order'
  return to > limit ? 'ends after the call' : undefined
}

function callOf(data: MetadataJson): CallMetadata {
  return {
    callId: data.callId,
    startedAt: new Date(data.startedAt),
    endedAt: data.endedAt ? new Date(data.endedAt) : null,
    memberRef: data.memberRef,
    agentRef: data.agentRef,
    team: data.team ?? null,
    entity: data.entity,
    product: data.product,
    direction: data.direction,
    language: data.language,
    noticeVersion: data.noticeVersion,
    purposes: data.purposes,
    sensitivity: data.sensitivity.filter((label) => label !== 'none'),
    channels: data.channels ?? null,
    silence: data.silence ?? [],
    links: linksOf(data.links ?? {}),
    sha256: data.sha256?.toLowerCase() ?? null,
  }
}

const linksOf = (links: NonNullable<MetadataJson['links']>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(links).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )

/**
 * What makes two deliveries the same: every fact of the call and the bytes of its audio. The order of
 * sets, the spelling of dates and whether the sender knew the hash make no difference.
 */
export function fingerprintOf(call: CallMetadata, audioSha256: Buffer): Buffer {
  const facts = [
    ...[call.callId, call.startedAt.toISOString(), call.endedAt?.toISOString() ?? null, call.memberRef],
    ...[
      call.agentRef,
      call.team,
      call.entity,
      call.product,
      call.direction,
      call.language,
      call.noticeVersion,
    ],
    ...[sorted(call.purposes), sorted(call.sensitivity), call.channels, call.silence],
    Object.entries(call.links).sort(([a], [b]) => compare(a, b)),
    audioSha256.toString('hex'),
  ]
  return createHash('sha256').update(JSON.stringify(facts)).digest()
}

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b)
const sorted = (values: readonly string[]): string[] => [...values].sort(compare)
