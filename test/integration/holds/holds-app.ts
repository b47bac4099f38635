import type { Server } from 'node:http'
import { sql } from 'kysely'
import { makeSessions } from '../../../src/access/sessions.ts'
import { composeHolds, type Holds } from '../../../src/compose/holds.ts'
import { drain, listen, portOf } from '../../../src/http/listen.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import type { ObjectStore } from '../../../src/storage/object-store.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { appWith } from '../../support/app-with.ts'
import { type Claims, createIssuer, persons } from '../../support/tokens.ts'
import { type Stage, setStage } from '../retention/stage.ts'

export interface HoldsApp extends Stage {
  readonly keepInStep: Holds['keepInStep']
  call(method: string, path: string, claims: Claims, body?: unknown): Promise<Answer>
  place(scope: unknown, more?: Record<string, unknown>, claims?: Claims): Promise<Answer>
  release(id: string, claims?: Claims): Promise<Answer>
  rowOf(id: string): Promise<Row>
}

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown> & { id: string; code?: string }
  readonly location: string | null
}

export interface Row {
  readonly status: string
  readonly hold_count: number
  readonly lock_count: number
  readonly restricted: boolean
  readonly is_free: boolean
  readonly quarantined_at: Date | null
  readonly objects_changed_at: Date | null
}

export const manager = persons.recordsManager()
export const officer = persons.privacyOfficer()

/** The stage of retention with the API of holds on a port; `store` may be a layer that the sweep does not see. */
export async function startHoldsApp(inner: ObjectStore, store: ObjectStore = inner): Promise<HoldsApp> {
  const stage = await setStage(inner)
  const issuer = await createIssuer()
  const logger = createLogger('error')
  logger.silent = true
  const holds = composeHolds({ db: stage.db, store, clock: stage.clock, logger })
  const app = appWith({
    issuer,
    sessions: makeSessions(stage),
    // Tokens are issued in real time, whatever time it is for the recordings.
    clock: systemClock,
    logger,
    endpoints: holds.endpoints,
  })
  const server: Server = await listen(app, 0, '127.0.0.1')
  const call: HoldsApp['call'] = async (method, path, claims, body) => {
    const headers: Record<string, string> = { authorization: `Bearer ${issuer.token(claims)}` }
    if (body !== undefined) headers['content-type'] = 'application/json'
    const answer = await fetch(`http://127.0.0.1:${portOf(server)}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const location = answer.headers.get('location')
    return { status: answer.status, location, body: text === '' ? {} : JSON.parse(text) }
  }
  const hold = { type: 'claim', matterRef: 'CL-2026-1', reason: 'a dispute about cover' }
  return {
    ...stage,
    keepInStep: holds.keepInStep,
    call,
    place: (scope, more = {}, claims = manager) =>
      call('POST', '/v1/holds', claims, { ...hold, scope, ...more }),
    release: (id, claims = officer) =>
      call('POST', `/v1/holds/${id}/release`, claims, { reason: 'the matter is closed' }),
    rowOf: (id) =>
      stage.db.selectFrom('recording').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    async clear() {
      await stage.clear()
      await sql`truncate hold cascade`.execute(stage.db)
    },
    async close() {
      await drain(server, 0)
      await stage.close()
    },
  }
}
