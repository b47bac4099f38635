import { eventOf, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Connection, Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import type { DeadlineOptions } from './deadline.ts'
import { type Dossier, presentItem, presentRequest } from './request-present.ts'
import {
  countsOf,
  findRequest,
  itemsOf,
  NO_ITEMS,
  type RequestRow,
  type ShownItem,
  stepsOf,
} from './request-queries.ts'
import type { ItemJson, RequestJson } from './request-schema.ts'
import { requestScopeOf, viewerOf } from './request-viewer.ts'

export interface FindRequestPorts {
  readonly db: Database
  readonly clock: Clock
  readonly options: DeadlineOptions
}

const ITEMS = 200

/** Shows one request. Throws Problem: `forbidden`, `not_found` (also for a request of somebody else). */
export function makeFindRequest({ db, clock, options }: FindRequestPorts) {
  return async function find(actor: Actor, id: string): Promise<RequestJson> {
    const now = clock.now()
    const act = { type: 'privacy_request.viewed', action: 'R', actor, at: now } as const
    return withRefusalsOnRecord(db, act, async () => {
      const row = await requestOf(db, actor, id, now)
      await appendAudit(db, eventOf({ ...act, entities: row.entities }, { privacyRequest: row.id }))
      return presentRequest(await dossierOf(db, row), { viewer: viewerOf(actor, row), now, options })
    })
  }
}

export interface ItemPageJson {
  readonly items: ItemJson[]
  readonly nextCursor: string | null
}

/** Further questions of a request and their answers, page by page. Throws Problem as `find` does, and `invalid_request`. */
export function makeListItems({ db, clock }: FindRequestPorts) {
  return async function listItems(
    actor: Actor,
    id: string,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<ItemPageJson> {
    const now = clock.now()
    const act = { type: 'privacy_request.viewed', action: 'R', actor, at: now } as const
    return withRefusalsOnRecord(db, act, async () => {
      const row = await requestOf(db, actor, id, now)
      const viewer = viewerOf(actor, row)
      if (viewer === 'filer') throw new Problem('forbidden')
      const page = await itemPage(db, row.id, {
        limit,
        after: cursor === undefined ? undefined : readCursor(cursor),
      })
      await appendAudit(db, eventOf({ ...act, entities: row.entities }, { privacyRequest: row.id }))
      return { items: page.items.map((item) => presentItem(item, viewer)), nextCursor: page.nextCursor }
    })
  }
}

/** One request in the scope of the actor. Throws Problem: `forbidden`, `not_found`. */
export async function requestOf(
  connection: Connection,
  actor: Actor,
  id: string,
  now: Date,
): Promise<RequestRow> {
  const row = await findRequest(connection, idToLookUp(id), requestScopeOf(actor, now))
  if (!row) throw new Problem('not_found')
  return row
}

/** Everything that an answer about a request is made from. */
export async function dossierOf(connection: Connection, row: RequestRow): Promise<Dossier> {
  const { items, nextCursor } = await itemPage(connection, row.id, { limit: ITEMS })
  return {
    row,
    counts: (await countsOf(connection, [row.id])).get(row.id) ?? NO_ITEMS,
    items,
    itemsCursor: nextCursor,
    steps: await stepsOf(connection, row.id),
  }
}

async function itemPage(
  connection: Connection,
  id: string,
  { limit, after }: { limit: number; after?: { type: string; n: number } | undefined },
): Promise<{ items: ShownItem[]; nextCursor: string | null }> {
  const found = await itemsOf(connection, id, { after, limit: limit + 1 })
  const items = found.slice(0, limit)
  const last = found.length > limit ? items.at(-1) : undefined
  return { items, nextCursor: last ? `${last.type}.${last.n}` : null }
}

function readCursor(cursor: string): { type: string; n: number } {
  const [, type, n] = /^([a-z_]+)\.(\d{1,9})$/.exec(cursor) ?? []
  if (type === undefined || n === undefined)
    throw new Problem('invalid_request', {
      errors: [{ field: 'cursor', message: 'is not a cursor of this list' }],
    })
  return { type, n: Number(n) }
}
