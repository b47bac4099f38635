import { eventOf, withRefusalsOnRecord } from '../access/act.ts'
import { type Actor, hasRole } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import type { DeadlineOptions } from './deadline.ts'
import { type ListedRequest, queueOf, type RequestFilter, requestsOf } from './request-list-queries.ts'
import type { RequestType } from './request-model.ts'
import { presentSummary } from './request-present.ts'
import { countsOf, NO_ITEMS, type RequestScope } from './request-queries.ts'
import type { RequestSummaryJson } from './request-schema.ts'
import { requestScopeOf, viewerOf } from './request-viewer.ts'

export interface ListRequestsPorts {
  readonly db: Database
  readonly clock: Clock
  readonly options: DeadlineOptions
}

export interface RequestListing {
  readonly open?: boolean | undefined
  readonly overdue?: boolean | undefined
  readonly type?: RequestType | undefined
  readonly memberRef?: string | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

/**
 * Lists requests a page at a time: for officers those of their entities, of the open ones the most urgent first; for
 * agents those that they filed; for members their own. Throws Problem: `forbidden`, `invalid_request`.
 */
export function makeListRequests({ db, clock, options }: ListRequestsPorts) {
  return async function list(
    actor: Actor,
    { cursor, ...listing }: RequestListing,
  ): Promise<{ items: RequestSummaryJson[]; nextCursor: string | null }> {
    const now = clock.now()
    const act = { type: 'privacy_request.listed', action: 'R', actor, at: now } as const
    return withRefusalsOnRecord(db, act, async () => {
      const scope = requestScopeOf(actor, now)
      const after = cursor === undefined ? undefined : readCursor(cursor)
      // One more than asked for tells whether there is a next page.
      const filter = { ...listing, after, limit: listing.limit + 1, today: dayOf(now) }
      const found = await rowsFor(db, actor, scope, filter)
      const rows = found.slice(0, listing.limit)
      const ids = rows.map(({ id }) => id)
      const counts = await countsOf(db, ids)
      await appendAudit(db, eventOf(act, { count: rows.length }))
      const last = found.length > listing.limit ? rows.at(-1) : undefined
      return {
        items: rows.map((row) =>
          presentSummary(row, counts.get(row.id) ?? NO_ITEMS, { viewer: viewerOf(actor, row), now, options }),
        ),
        nextCursor: last ? writeCursor(last) : null,
      }
    })
  }
}

/** Staff who are members too see the list of their work; as members they log in as such. */
function rowsFor(
  db: Database,
  actor: Actor,
  { memberRef, filedBy, entities }: RequestScope,
  filter: RequestFilter,
): Promise<ListedRequest[]> {
  if (hasRole(actor, 'privacy_officer') && entities.length > 0) return queueOf(db, entities, filter)
  if (filedBy !== null) return requestsOf(db, { filedBy }, filter)
  return requestsOf(db, { memberRef: memberRef ?? '' }, filter)
}

const writeCursor = (row: ListedRequest): string =>
  Buffer.from(`${row.cursor_key} ${row.id}`).toString('base64url')

function readCursor(cursor: string): { key: string; id: string } {
  const [key = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ')
  if (Number.isNaN(Date.parse(key)) || !/^\d{4}-/.test(key) || !isId(id))
    throw new Problem('invalid_request', {
      errors: [{ field: 'cursor', message: 'is not a cursor of this list' }],
    })
  return { key, id }
}
