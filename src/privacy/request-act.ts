import { type Act, eventOf, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Tx } from '../db/database.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import type { RequestPorts } from './file-request.ts'
import { dossierOf } from './find-request.ts'
import { presentRequest, stepFactsOf } from './request-present.ts'
import { countsOf, insertStep, lockRequest, NO_ITEMS, type RequestRow } from './request-queries.ts'
import type { RequestJson } from './request-schema.ts'
import { type NextStep, refusalOf, type Viewer } from './request-state.ts'
import { requestScopeOf, viewerOf } from './request-viewer.ts'
import { settle } from './settle-request.ts'

/** What an act on a request has at hand. */
export interface Turn {
  readonly tx: Tx
  readonly row: RequestRow
  readonly viewer: Viewer
  readonly actor: Actor
  readonly at: Date
}

export interface Done {
  /** The row as the act left it. */
  readonly row: RequestRow
  /** For the history of the request: in a word, with what was written. */
  readonly step: { readonly type: string; readonly detail?: Readonly<Record<string, unknown>> }
  /** For the audit: codes and counts, never what was written. */
  readonly audit?: Readonly<Record<string, unknown>>
}

/**
 * Does something with a request: locked, only what may be done next by who looks at it, on record, and with the
 * conclusions drawn. Answers with the request as the actor sees it. Throws Problem: `forbidden`, `not_found`,
 * `not_open`, and `period_over` for an extension that comes too late.
 */
export async function actOnRequest(
  { db, clock, options }: RequestPorts,
  actor: Actor,
  id: string,
  { type, step }: { readonly type: `privacy_request.${string}`; readonly step: NextStep },
  run: (turn: Turn) => Promise<Done>,
): Promise<RequestJson> {
  const at = clock.now()
  const act: Act = { type, action: 'U', actor, at }
  return withRefusalsOnRecord(db, act, () =>
    db.transaction().execute(async (tx) => {
      const row = await lockRequest(tx, idToLookUp(id), requestScopeOf(actor, at))
      if (!row) throw new Problem('not_found')
      const viewer = viewerOf(actor, row)
      const counts = (await countsOf(tx, [row.id])).get(row.id) ?? NO_ITEMS
      const refusal = refusalOf(step, stepFactsOf(row, counts, at), viewer)
      if (refusal) throw new Problem(refusal)
      const done = await run({ tx, row, viewer, actor, at })
      await insertStep(tx, row.id, { ...done.step, actor, at })
      await appendAudit(
        tx,
        eventOf({ ...act, entities: row.entities }, { privacyRequest: row.id, ...done.audit }),
      )
      const settled = await settle(tx, done.row, { actor, at })
      return presentRequest(await dossierOf(tx, settled.row), { viewer, now: at, options })
    }),
  )
}
