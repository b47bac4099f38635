import { eventOf, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { type AccessJson, accessLinesOf } from '../recordings/access-lines.ts'
import { requestOf } from './find-request.ts'
import { type Page, pageAfter, pageOf } from './page.ts'
import { grantedCallsOf, isGranted } from './request-accesses-queries.ts'
import { viewerOf } from './request-viewer.ts'

export interface ListRequestAccessesPorts {
  readonly db: Database
  readonly clock: Clock
}

export type RequestAccessJson = AccessJson & {
  readonly recordingId: string
  readonly callStartedAt: string | null
}

/**
 * Who listened to all the calls of a member that an `audit_view` was granted of, newest first: the answer to it
 * (Art. 15 GDPR), as of now. Lines of an investigation are withheld from the member here as at each call. Officers see
 * the calls of their entities. Throws Problem: `forbidden`, `not_found`, `not_open` while nothing is granted,
 * `invalid_request` for a cursor of another list.
 */
export function makeListRequestAccesses({ db, clock }: ListRequestAccessesPorts) {
  return async function list(
    actor: Actor,
    id: string,
    { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<Page<RequestAccessJson>> {
    const now = clock.now()
    const act = { type: 'privacy_request.accesses_viewed', action: 'R', actor, at: now } as const
    return withRefusalsOnRecord(db, act, async () => {
      const row = await requestOf(db, actor, id, now)
      const viewer = viewerOf(actor, row)
      if (viewer === 'filer') throw new Problem('forbidden')
      if (!(await isGranted(db, row.id))) throw new Problem('not_open')
      const isOfficer = viewer === 'officer'
      const calls = await grantedCallsOf(db, row, isOfficer ? actor.entities : row.entities)
      const lines = await accessLinesOf(
        db,
        new Map(calls.map((call) => [call.id, call.seconds])),
        { actor, isOfficer, today: dayOf(now) },
        { limit: limit + 1, after: pageAfter(cursor) },
      )
      const { items, nextCursor } = pageOf(lines, limit, ({ place }) => place)
      await appendAudit(
        db,
        eventOf({ ...act, entities: row.entities }, { privacyRequest: row.id, calls: calls.length }),
      )
      const startOf = new Map(calls.map((call) => [call.id, call.started_at]))
      return {
        nextCursor,
        items: items.map(({ recordingId, line }) => ({
          ...{ ...line, recordingId, callStartedAt: startOf.get(recordingId)?.toISOString() ?? null },
        })),
      }
    })
  }
}
