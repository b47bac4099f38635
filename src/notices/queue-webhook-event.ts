import type { Tx } from '../db/database.ts'
import { newId } from '../kernel/ids.ts'
import { insertWebhookEvent, isWanted } from './webhook-queries.ts'
import type { WebhookType } from './webhook-types.ts'

export interface WebhookEventWanted {
  readonly type: WebhookType
  /** Id of what it is about; events of one subject arrive in order. */
  readonly subject: string
  /** Ids, codes, days and counts; never anything about a person. */
  readonly data: Readonly<Record<string, unknown>>
  /** Absent: it is about no entity, and every endpoint may hear of it. */
  readonly entity?: string
  readonly at: Date
  /** Names the cause: a second event with the same key is not written. */
  readonly key: string
}

/** Queues an event for every endpoint that wants its type, in the caller's transaction. */
export async function queueWebhookEvent(tx: Tx, wanted: WebhookEventWanted): Promise<void> {
  await insertWebhookEvent(tx, { ...wanted, id: newId() })
}

/** The same for many of one type at once; costs one question where nobody wants to hear of them. */
export async function queueWebhookEvents(tx: Tx, wanted: readonly WebhookEventWanted[]): Promise<void> {
  const [first] = wanted
  if (!first || !(await isWanted(tx, first.type))) return
  for (const one of wanted) await queueWebhookEvent(tx, one)
}
