import { z } from 'zod'
import { type Actor, hasRole } from '../access/actor.ts'
import { can, readsEntities, scopeOf } from '../access/policy.ts'
import type { Decision } from '../access/verdict.ts'
import type { AuditTrail } from '../audit/trail.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import type { DeclaredReason } from './declared-reason.ts'
import { type ListedRow, type ListFilter, listOfEntities, listOfMember } from './find-queries.ts'
import { presentItem, type RecordingItemJson, tagOf } from './present.ts'
import { recordRead } from './record-read.ts'
import type { StaffWatch } from './staff-watch.ts'

export interface ListPorts {
  readonly db: Database
  readonly trail: AuditTrail
  readonly clock: Clock
  readonly staffWatch: Pick<StaffWatch, 'coachSearched'>
}

export type ListRequest = Omit<ListFilter, 'after'> & { readonly cursor?: string | undefined }

/** What people say when they look somebody up. */
export interface Lookup extends DeclaredReason {
  readonly type?: 'recording.searched'
}

export interface RecordingPage {
  readonly items: RecordingItemJson[]
  readonly nextCursor: string | null
}

const Cursor = z.tuple([
  z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/),
  z.string().refine(isId),
])

/**
 * Lists recordings newest first, a page at a time. Members get their own whatever the filter says;
 * staff get those of their entities, agents only calls they took part in. A cursor only says where to
 * go on and opens nothing: the scope comes from the actor each time. Throws Problem
 * `forbidden` for roles without a list, `invalid_request` for a cursor that is not ours.
 */
export function makeList({ db, trail, clock, staffWatch }: ListPorts) {
  return async function list(
    actor: Actor,
    { cursor, ...request }: ListRequest,
    { type, reason, caseRef }: Lookup = {},
  ): Promise<RecordingPage> {
    const now = clock.now()
    const decision = mayLook(actor, type) ? can(actor, 'list', null, now) : 'forbidden'
    const after = cursor === undefined ? undefined : readCursor(cursor)
    const rows = decision === 'allowed' ? await rowsFor(db, actor, { ...request, after }) : []
    const page = rows.slice(0, request.limit)
    // Names of the filters only: their values may say who was looked for.
    const detail = { count: page.length, filters: filtersOf(request), ...(reason && { reason }) }
    if (isCoachSearching(actor, decision)) await staffWatch.coachSearched(actor)
    await recordRead(trail, {
      ...{ type: type ?? 'recording.listed', actor, at: now, decision },
      ...{ caseRef, detail },
    })
    return {
      items: page.map((row) => presentItem(row, row.tags.map(tagOf), actor, { reason })),
      nextCursor: rows.length > request.limit ? writeCursor(page.at(-1)) : null,
    }
  }
}

/**
 * One row more than the page tells whether another page follows. Staff who are members too see the
 * list of their work; they find their own calls with a login that is theirs as a member.
 */
async function rowsFor(db: Database, actor: Actor, filter: ListFilter): Promise<ListedRow[]> {
  const { entities, memberRef } = scopeOf(actor)
  const more = { ...filter, limit: filter.limit + 1 }
  if (readsEntities(actor)) return listOfEntities(db, entities, more)
  if (hasRole(actor, 'agent')) return contactsOf(db, actor, entities, more)
  // Another member's reference matches none of one's own rows.
  return memberRef === null ? [] : listOfMember(db, memberRef, more)
}

async function contactsOf(
  db: Database,
  actor: Actor,
  entities: readonly string[],
  filter: ListFilter,
): Promise<ListedRow[]> {
  const isOther = filter.agentRef !== undefined && filter.agentRef !== actor.sub
  return isOther ? [] : listOfEntities(db, entities, { ...filter, agentRef: actor.sub })
}

const isCoachSearching = (actor: Actor, decision: Decision): boolean =>
  decision === 'forbidden' && hasRole(actor, 'coach')

/** Looking somebody up by reference is for those who answer for recordings. */
const mayLook = (actor: Actor, type: Lookup['type']): boolean =>
  type === undefined || hasRole(actor, 'privacy_officer', 'records_manager')

const filtersOf = (request: object): string[] =>
  Object.entries(request)
    .filter(([name, value]) => value !== undefined && name !== 'limit')
    .map(([name]) => name)

const writeCursor = (row: ListedRow | undefined): string | null =>
  row ? Buffer.from(JSON.stringify([row.cursor_at, row.id])).toString('base64url') : null

function readCursor(text: string): { at: string; id: string } {
  const [at, id] = Cursor.safeParse(jsonOf(text)).data ?? []
  if (at === undefined || id === undefined || Number.isNaN(Date.parse(at))) {
    throw new Problem('invalid_request', {
      errors: [{ field: 'cursor', message: 'is not a cursor of ours' }],
    })
  }
  return { at, id }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
