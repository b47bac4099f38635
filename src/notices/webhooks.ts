import { randomBytes } from 'node:crypto'
import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp, newId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { AddressRefused } from '../outbound/address.ts'
import type { Outbound } from '../outbound/send.ts'
import type { Keyring } from '../storage/keyring.ts'
import {
  type EndpointRow,
  insertEndpoint,
  listEndpoints,
  lockEndpoint,
  redriveEndpoint,
  removeEndpoint,
} from './webhook-queries.ts'
import type { WebhookType } from './webhook-types.ts'

export interface WebhookPorts {
  readonly db: Database
  readonly clock: Clock
  readonly keyring: Keyring
  readonly outbound: Pick<Outbound, 'check'>
}

export interface WebhookWanted {
  readonly url: string
  readonly types: readonly WebhookType[]
}

const SECRET_BYTES = 32

/** What privacy officers do with webhooks. Each throws Problem `forbidden`; for an unknown one `not_found`. */
export function makeWebhooks({ db, clock, keyring, outbound }: WebhookPorts) {
  const acting = <T>(type: string, action: Act['action'], actor: Actor, run: (act: Act) => Promise<T>) => {
    const act: Act = { type, action, actor, at: clock.now() }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, act.at, 'privacy_officer')
      return run(act)
    })
  }
  const changing = (act: Act, id: string, change: (tx: Tx) => Promise<Record<string, unknown>>) =>
    db.transaction().execute(async (tx) => {
      if (!(await lockEndpoint(tx, idToLookUp(id), act.actor.entities))) throw new Problem('not_found')
      await appendAudit(tx, eventOf(act, { webhookId: id, ...(await change(tx)) }))
    })

  return {
    /** The secret is said once, here. Throws Problem `invalid_request` for an address that is not used. */
    add: (actor: Actor, { url, types }: WebhookWanted): Promise<{ id: string; secret: string }> =>
      acting('webhook.added', 'C', actor, async (act) => {
        await outbound.check(url).catch((error: unknown) => {
          throw refusalOf(error)
        })
        const [id, secret] = [newId(), randomBytes(SECRET_BYTES)]
        const made = { id, url, types, entities: actor.entities, createdBy: actor.sub, createdAt: act.at }
        const wrapped = await keyring.wrap(secret, id)
        await db.transaction().execute(async (tx) => {
          await insertEndpoint(tx, { ...made, secret: wrapped })
          await appendAudit(tx, eventOf(act, { webhookId: id, types: [...types] }))
        })
        return { id, secret: `whsec_${secret.toString('base64')}` }
      }),

    list: (actor: Actor): Promise<EndpointRow[]> =>
      acting('webhook.listed', 'R', actor, async (act) => {
        const rows = await listEndpoints(db, actor.entities)
        await appendAudit(db, eventOf(act, { count: rows.length }))
        return rows
      }),

    remove: (actor: Actor, id: string): Promise<void> =>
      acting('webhook.removed', 'D', actor, (act) =>
        changing(act, id, async (tx) => {
          await removeEndpoint(tx, id, act.at)
          return {}
        }),
      ),

    /** Switches it on again, and tries once more what was given up; says how many. */
    redrive: (actor: Actor, id: string): Promise<number> =>
      acting('webhook.redriven', 'U', actor, async (act) => {
        let count = 0
        await changing(act, id, async (tx) => {
          count = await redriveEndpoint(tx, id, act.at)
          return { count }
        })
        return count
      }),
  }
}

export type Webhooks = ReturnType<typeof makeWebhooks>

function refusalOf(error: unknown): unknown {
  if (!(error instanceof AddressRefused)) return error
  return new Problem('invalid_request', { errors: [{ field: 'url', message: error.message }], cause: error })
}
