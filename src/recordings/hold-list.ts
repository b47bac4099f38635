import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp, isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import {
  findHold,
  type HeldRecording,
  type HoldReview,
  type HoldRow,
  listHolds,
  recordingsUnder,
  reviewsOf,
} from './hold-list-queries.ts'

export interface HoldListPorts {
  readonly db: Database
  readonly clock: Clock
}

export interface PageRequest {
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface HoldPage {
  readonly holds: readonly HoldRow[]
  readonly nextCursor: string | null
}

/** Lists the holds of the actor's entities, newest first. Throws Problem: `forbidden`, `invalid_request`. */
export function makeListHolds({ db, clock }: HoldListPorts) {
  return async function list(
    actor: Actor,
    { limit, cursor, open }: PageRequest & { readonly open?: boolean | undefined },
  ): Promise<HoldPage> {
    return reading(db, clock, 'hold.listed', actor, async () => {
      const after = cursor === undefined ? undefined : readCursor(cursor)
      // One more than asked for tells whether there is a next page.
      const found = await listHolds(db, { entities: actor.entities, open, after, limit: limit + 1 })
      const holds = found.slice(0, limit)
      return { holds, nextCursor: found.length > limit ? writeCursor(holds.at(-1)) : null }
    })
  }
}

export interface HoldWithRecordings {
  readonly hold: HoldRow
  readonly reviews: readonly HoldReview[]
  readonly recordings: readonly HeldRecording[]
  readonly nextCursor: string | null
}

/** Shows one hold and a page of its recordings. Throws Problem: `forbidden`, `not_found`, `invalid_request`. */
export function makeFindHold({ db, clock }: HoldListPorts) {
  return async function find(
    actor: Actor,
    id: string,
    { limit, cursor }: PageRequest,
  ): Promise<HoldWithRecordings> {
    return reading(db, clock, 'hold.viewed', actor, async () => {
      if (cursor !== undefined && !isId(cursor)) throw badCursor()
      const hold = await findHold(db, idToLookUp(id), actor.entities)
      if (!hold) throw new Problem('not_found')
      const found = await recordingsUnder(db, hold.id, cursor, limit + 1)
      const recordings = found.slice(0, limit)
      const nextCursor = found.length > limit ? (recordings.at(-1)?.recordingId ?? null) : null
      return { hold, reviews: await reviewsOf(db, hold.id), recordings, nextCursor }
    })
  }
}

async function reading<T>(
  db: Database,
  clock: Clock,
  type: string,
  actor: Actor,
  read: () => Promise<T>,
): Promise<T> {
  const act: Act = { type, action: 'R', actor, at: clock.now() }
  return withRefusalsOnRecord(db, act, async () => {
    requireRole(actor, act.at, 'records_manager', 'privacy_officer')
    const found = await read()
    await appendAudit(db, eventOf(act))
    return found
  })
}

const writeCursor = (row: HoldRow | undefined): string | null =>
  row ? Buffer.from(`${row.placedAt.toISOString()} ${row.id}`).toString('base64url') : null

function readCursor(cursor: string): { at: Date; id: string } {
  const [instant = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ')
  const at = new Date(instant)
  if (Number.isNaN(at.getTime()) || !isId(id)) throw badCursor()
  return { at, id }
}

const badCursor = (): Problem =>
  new Problem('invalid_request', { errors: [{ field: 'cursor', message: 'is not a cursor of this list' }] })
