import { sql } from 'kysely'
import type { Connection, Database, Tx } from '../db/database.ts'
import type { EventToSend } from './sign-webhook.ts'

export interface ClaimedDelivery extends EventToSend {
  readonly seq: number
  readonly attempts: number
  readonly endpointId: string
  readonly url: string
  readonly kekId: string
  readonly secret: Buffer
}

/**
 * Takes one delivery that is due and is the first of its subject; pushed ahead before it is sent, so that it
 * is tried again if this process dies with it. Those behind it wait until it is over.
 */
export async function claimDelivery(
  db: Database,
  now: Date,
  nextAt: (attempts: number) => Date,
): Promise<ClaimedDelivery | undefined> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<ClaimedDelivery>`
      select d.seq, d.attempts + 1 as attempts, d.endpoint_id as "endpointId", e.url, e.kek_id as "kekId", e.secret,
        v.id, v.type, v.subject, v.data, v.occurred_at as "occurredAt"
      from webhook_delivery d join webhook_endpoint e on e.id = d.endpoint_id join webhook_event v on v.id = d.event_id
      where d.state = 'waiting' and d.next_at <= ${now} and not exists (
        select from webhook_delivery before where before.endpoint_id = d.endpoint_id
          and before.subject = d.subject and before.state = 'waiting' and before.seq < d.seq)
      order by d.next_at, d.seq limit 1 for update of d skip locked`.execute(tx)
    const [delivery] = rows
    if (delivery)
      await tx
        .updateTable('webhook_delivery')
        .set({ attempts: delivery.attempts, next_at: nextAt(delivery.attempts) })
        .where('seq', '=', delivery.seq)
        .execute()
    return delivery
  })
}

export interface Outcome {
  readonly state: 'waiting' | 'delivered' | 'dead'
  readonly status: number | null
  readonly failure: string | null
  readonly at: Date
}

/** A delivery that was removed meanwhile stays removed. */
export async function noteOutcome(
  tx: Tx,
  seq: number,
  { state, status, failure, at }: Outcome,
): Promise<void> {
  await tx
    .updateTable('webhook_delivery')
    .set({ state, status, failure, ended_at: state === 'waiting' ? null : at })
    .where('seq', '=', seq)
    .execute()
}

export async function noteSuccess(tx: Tx, endpointId: string): Promise<void> {
  await tx
    .updateTable('webhook_endpoint')
    .set({ failing_since: null })
    .where('id', '=', endpointId)
    .where('failing_since', 'is not', null)
    .execute()
}

/** When it began to fail, now that it has failed again; and whose endpoint it is. */
export async function noteEndpointFailure(
  tx: Tx,
  endpointId: string,
  at: Date,
): Promise<{ failingSince: Date; entities: string[]; isDisabled: boolean } | undefined> {
  const { rows } = await sql<{ failingSince: Date; entities: string[]; isDisabled: boolean }>`
    update webhook_endpoint set failing_since = coalesce(failing_since, ${at}) where id = ${endpointId}
    returning failing_since as "failingSince", entities, disabled_at is not null as "isDisabled"`.execute(tx)
  return rows[0]
}

/** Nothing more is tried; what waits is kept for when somebody switches it on again. */
export async function disableEndpoint(tx: Tx, endpointId: string, reason: string, at: Date): Promise<void> {
  await tx
    .updateTable('webhook_endpoint')
    .set({ disabled_at: at, disabled_reason: reason })
    .where('id', '=', endpointId)
    .execute()
  await tx
    .updateTable('webhook_delivery')
    .set({ state: 'dead', failure: 'disabled', ended_at: at })
    .where('endpoint_id', '=', endpointId)
    .where('state', '=', 'waiting')
    .execute()
}

export async function countDeliveries(connection: Connection): Promise<{ waiting: number; dead: number }> {
  const { rows } = await sql<{ waiting: number; dead: number }>`
    select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'dead') as dead
    from webhook_delivery where state in ('waiting', 'dead')`.execute(connection)
  return rows[0] ?? { waiting: 0, dead: 0 }
}

/** What happened long ago is told to nobody any more. */
export async function deleteEventsBefore(connection: Connection, before: Date): Promise<void> {
  await connection.deleteFrom('webhook_event').where('occurred_at', '<', before).execute()
}
