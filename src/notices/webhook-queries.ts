import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import type { WebhookEventWanted } from './queue-webhook-event.ts'

/** One event and its deliveries; nothing at all where no endpoint wants it. */
export async function insertWebhookEvent(
  tx: Tx,
  { id, key, type, subject, data, at }: WebhookEventWanted & { id: string },
): Promise<void> {
  await sql`
    with wanted as (
      select e.id from webhook_endpoint e where e.removed_at is null and ${type} = any(e.types)),
    event as (
      insert into webhook_event (id, key, type, subject, data, occurred_at)
      select ${id}, ${key}, ${type}, ${subject}, ${JSON.stringify(data)}, ${at}
      where exists (select from wanted)
      on conflict (key) do nothing returning id)
    insert into webhook_delivery (endpoint_id, event_id, subject, state, next_at)
    select wanted.id, event.id, ${subject}, 'waiting', ${at} from event, wanted`.execute(tx)
}
