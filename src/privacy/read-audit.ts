import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import { type Actor, hasRole } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import { exportLog } from '../audit/export-log.ts'
import { type CheckpointRow, lastCheckpoint } from '../audit/seal-queries.ts'
import { DroppedError, treeOf } from '../audit/tree.ts'
import { consistencyProof, inclusionProof } from '../audit/tree-proofs.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import {
  type EventFilter,
  findSealed,
  type ListedEvent,
  listEvents,
  type SealedEvent,
} from './audit-queries.ts'

export interface AuditReadPorts {
  readonly db: Database
  readonly clock: Clock
  /** Seals what is complete, so that readers see what has just happened. */
  readonly seal: () => Promise<unknown>
  /** Every company there is, by the rule book in force. */
  readonly allEntities: () => Iterable<string>
}

export type AuditQuery = EventFilter & { readonly limit: number; readonly cursor?: string | undefined }

export interface AuditPage {
  readonly events: readonly ListedEvent[]
  readonly nextCursor: string | null
}

const READERS = ['privacy_officer', 'auditor'] as const

/**
 * An auditor sees the whole log, and so does an officer of every company; an officer of some sees what is about
 * their recordings, requests, disclosures and holds, and what people who act for them did.
 */
function scopeOfReader({ allEntities }: AuditReadPorts, actor: Actor): readonly string[] | 'all' {
  const answersForAll = () => [...allEntities()].every((entity) => actor.entities.includes(entity))
  return hasRole(actor, 'auditor') || answersForAll() ? 'all' : actor.entities
}

/** Runs a reading of the log that is itself on record, also when it is refused. */
async function reading<T>(
  { db, clock, seal }: AuditReadPorts,
  type: string,
  actor: Actor,
  read: (act: Act) => Promise<{ readonly found: T; readonly detail: Readonly<Record<string, unknown>> }>,
): Promise<T> {
  const act: Act = { type, action: 'R', actor, at: clock.now() }
  return withRefusalsOnRecord(db, act, async () => {
    requireRole(actor, act.at, ...READERS)
    await seal()
    const { found, detail } = await read(act)
    await appendAudit(db, eventOf(act, detail))
    return found
  })
}

/** The log, newest first, a page at a time. Throws Problem: `forbidden`, `invalid_request` for a strange cursor. */
export function makeListAudit(ports: AuditReadPorts) {
  return async function listAudit(
    actor: Actor,
    { cursor, limit, ...filter }: AuditQuery,
  ): Promise<AuditPage> {
    return reading(ports, 'audit.listed', actor, async () => {
      const page = { entities: scopeOfReader(ports, actor), before: readCursor(cursor), limit: limit + 1 }
      const rows = await listEvents(ports.db, filter, page)
      const events = rows.slice(0, limit)
      const nextCursor = rows.length > limit ? writeCursor(events.at(-1)) : null
      // Names of the filters only: their values may say who was looked for.
      const filters = Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [name]))
      return { found: { events, nextCursor }, detail: { count: events.length, filters } }
    })
  }
}

/** The newest checkpoint. Throws Problem: `forbidden`, `not_found` while nothing was sealed. */
export function makeFindCheckpoint({ db, clock, seal }: AuditReadPorts) {
  return async function findCheckpoint(actor: Actor): Promise<CheckpointRow> {
    requireRole(actor, clock.now(), ...READERS)
    await seal()
    return newest(db)
  }
}

async function newest(db: Database): Promise<CheckpointRow> {
  const checkpoint = await lastCheckpoint(db)
  if (!checkpoint) throw new Problem('not_found')
  return checkpoint
}

export interface InclusionProof {
  readonly event: SealedEvent
  readonly proof: readonly Buffer[]
  readonly checkpoint: CheckpointRow
}

/** What shows that an event is in the log as the newest checkpoint has it. Throws Problem: `forbidden`, `not_found`. */
export function makeProveEvent(ports: AuditReadPorts) {
  return async function proveEvent(actor: Actor, eventId: string): Promise<InclusionProof> {
    return reading(ports, 'audit.proven', actor, async () => {
      const event = await findSealed(ports.db, idToLookUp(eventId), scopeOfReader(ports, actor))
      if (!event) throw new Problem('not_found')
      const checkpoint = await newest(ports.db)
      const proof = await inclusionProof(treeOf(ports.db), event.seq, checkpoint.size)
      return { found: { event, proof, checkpoint }, detail: { event: event.id } }
    })
  }
}

/** What shows that the log of one size is the beginning of that of another. Throws Problem: `forbidden`, `invalid_request`. */
export function makeProveConsistency({ db, clock, seal }: AuditReadPorts) {
  return async function proveConsistency(
    actor: Actor,
    from: number,
    to: number | undefined,
  ): Promise<{ readonly to: number; readonly proof: readonly Buffer[] }> {
    requireRole(actor, clock.now(), ...READERS)
    await seal()
    const size = (await lastCheckpoint(db))?.size ?? 0
    const upTo = to ?? size
    if (upTo > size) throw wrong('to', `the log has ${size} events`)
    if (from > upTo) throw wrong('from', 'is larger than the other size')
    try {
      return { to: upTo, proof: await consistencyProof(treeOf(db), from, upTo) }
    } catch (error) {
      if (error instanceof DroppedError) throw wrong('from', 'is in a part of the log that was dropped')
      throw error
    }
  }
}

export interface AuditExport {
  readonly size: number
  readonly lines: AsyncGenerator<string>
}

/** The whole log as JSON lines, up to the newest checkpoint. Throws Problem: `forbidden`, `not_found`. */
export function makeExportAudit(ports: AuditReadPorts) {
  return async function exportAudit(actor: Actor, wanted: number | undefined): Promise<AuditExport> {
    return reading(ports, 'audit.exported', actor, async () => {
      const { size } = await newest(ports.db)
      if (wanted !== undefined && wanted > size) throw wrong('size', `the log has ${size} events`)
      const upTo = wanted ?? size
      const lines = exportLog(ports.db, upTo, scopeOfReader(ports, actor))
      return { found: { size: upTo, lines }, detail: { size: upTo } }
    })
  }
}

const wrong = (field: string, message: string): Problem =>
  new Problem('invalid_request', { errors: [{ field, message }] })

const writeCursor = (row: ListedEvent | undefined): string | null =>
  row ? Buffer.from(`${row.occurred_at.toISOString()} ${row.seq}`).toString('base64url') : null

function readCursor(cursor: string | undefined): { at: Date; seq: number } | undefined {
  if (cursor === undefined) return undefined
  const [instant = '', seq = ''] = Buffer.from(cursor, 'base64url').toString().split(' ')
  const at = new Date(instant)
  if (Number.isNaN(at.getTime()) || !/^\d{1,15}$/.test(seq))
    throw wrong('cursor', 'is not a cursor of this list')
  return { at, seq: Number(seq) }
}
