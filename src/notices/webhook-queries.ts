import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { WrappedIdentity } from '../storage/keyring.ts'
import type { WebhookEventWanted } from './queue-webhook-event.ts'
import type { WebhookType } from './webhook-types.ts'

/** One event and its deliveries; nothing at all where no endpoint wants it. What is switched off gets it later. */
export async function insertWebhookEvent(
  tx: Tx,
  { id, key, type, subject, data, entity, at }: WebhookEventWanted & { id: string },
): Promise<void> {
  await sql`
    with wanted as (
      select e.id, e.disabled_at from webhook_endpoint e where e.removed_at is null and ${type} = any(e.types)
        and (${entity ?? null}::text is null or ${entity ?? null} = any(e.entities))),
    event as (
      insert into webhook_event (id, key, type, subject, data, occurred_at)
      select ${id}, ${key}, ${type}, ${subject}, ${JSON.stringify(data)}, ${at}
      where exists (select from wanted)
      on conflict (key) do nothing returning id)
    insert into webhook_delivery (endpoint_id, event_id, subject, state, next_at, failure)
    select wanted.id, event.id, ${subject}, case when wanted.disabled_at is null then 'waiting' else 'dead' end,
      ${at}, case when wanted.disabled_at is null then null else 'disabled' end
    from event, wanted`.execute(tx)
}

export async function isWanted(tx: Tx, type: WebhookType): Promise<boolean> {
  const { rows } = await sql`select from webhook_endpoint
    where removed_at is null and ${type} = any(types) limit 1`.execute(tx)
  return rows.length > 0
}

export interface EndpointRow {
  readonly id: string
  readonly url: string
  readonly types: WebhookType[]
  readonly entities: string[]
  readonly createdBy: string
  readonly createdAt: Date
  readonly disabledAt: Date | null
  readonly disabledReason: string | null
  readonly failingSince: Date | null
  readonly waiting: number
  readonly dead: number
}

export interface NewEndpoint {
  readonly id: string
  readonly url: string
  readonly types: readonly string[]
  readonly entities: readonly string[]
  readonly secret: WrappedIdentity
  readonly createdBy: string
  readonly createdAt: Date
}

export async function insertEndpoint(tx: Tx, { secret, ...made }: NewEndpoint): Promise<void> {
  await tx
    .insertInto('webhook_endpoint')
    .values({
      ...{ id: made.id, url: made.url, types: [...made.types], entities: [...made.entities] },
      ...{ kek_id: secret.kekId, secret: Buffer.from(secret.wrapped) },
      ...{ created_by: made.createdBy, created_at: made.createdAt },
    })
    .execute()
}

/** Endpoints that share an entity with whoever asks, oldest first. */
export async function listEndpoints(
  connection: Connection,
  entities: readonly string[],
): Promise<EndpointRow[]> {
  const { rows } = await sql<EndpointRow>`
    select e.id, e.url, e.types, e.entities, e.created_by as "createdBy", e.created_at as "createdAt",
      e.disabled_at as "disabledAt", e.disabled_reason as "disabledReason", e.failing_since as "failingSince",
      (select count(*) from webhook_delivery d where d.endpoint_id = e.id and d.state = 'waiting') as waiting,
      (select count(*) from webhook_delivery d where d.endpoint_id = e.id and d.state = 'dead') as dead
    from webhook_endpoint e
    where e.removed_at is null and e.entities && ${entities}::text[] order by e.created_at, e.id`.execute(
    connection,
  )
  return rows
}

/** Locks an endpoint of these entities, so that it is changed by one at a time. */
export async function lockEndpoint(tx: Tx, id: string, entities: readonly string[]): Promise<boolean> {
  const { rows } = await sql`select from webhook_endpoint
    where id = ${id} and removed_at is null and entities && ${entities}::text[] for update`.execute(tx)
  return rows.length > 0
}

/** What waits for it goes, and its secret with it. */
export async function removeEndpoint(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.deleteFrom('webhook_delivery').where('endpoint_id', '=', id).execute()
  await tx
    .updateTable('webhook_endpoint')
    .set({ removed_at: at, secret: Buffer.alloc(0) })
    .where('id', '=', id)
    .execute()
}

/** Switches the endpoint on again and tries everything that was given up, in its order; says how many. */
export async function redriveEndpoint(tx: Tx, id: string, at: Date): Promise<number> {
  await tx
    .updateTable('webhook_endpoint')
    .set({ disabled_at: null, disabled_reason: null, failing_since: null })
    .where('id', '=', id)
    .execute()
  const { numUpdatedRows } = await tx
    .updateTable('webhook_delivery')
    .set({ state: 'waiting', attempts: 0, next_at: at, failure: null, ended_at: null })
    .where('endpoint_id', '=', id)
    .where('state', '=', 'dead')
    .executeTakeFirst()
  return Number(numUpdatedRows)
}
