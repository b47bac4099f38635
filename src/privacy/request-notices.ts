import type { Tx } from '../db/database.ts'
import type { Facts, NoticeKind } from '../notices/notice-kinds.ts'
import { queueNotice } from '../notices/queue-notice.ts'
import { queueWebhookEvent } from '../notices/queue-webhook-event.ts'
import type { RequestState } from './request-model.ts'
import type { RequestRow } from './request-queries.ts'

export interface Message {
  readonly kind: NoticeKind
  readonly facts?: Facts
  readonly at: Date
  /** What makes it another message than the last one of its kind about the request. */
  readonly cause?: string
}

type Addressed = Pick<RequestRow, 'id' | 'member_ref' | 'entities'>

const keyOf = (row: Addressed, { kind, cause = '' }: Message): string => `${row.id}:${kind}:${cause}`

/** Tells the member, in the transaction of what it is about. */
export const tellMember = (tx: Tx, row: Addressed, message: Message): Promise<void> =>
  queueNotice(tx, {
    to: { memberRef: row.member_ref },
    kind: message.kind,
    about: { type: 'privacy_request', id: row.id },
    facts: message.facts ?? {},
    at: message.at,
    key: keyOf(row, message),
  })

/** Tells the privacy officers of all companies that answer the request. */
export async function tellOfficers(tx: Tx, row: Addressed, message: Message): Promise<void> {
  for (const entity of row.entities)
    await queueNotice(tx, {
      to: { role: 'privacy_officer', entity },
      kind: message.kind,
      about: { type: 'privacy_request', id: row.id },
      facts: message.facts ?? {},
      at: message.at,
      key: `${keyOf(row, message)}:${entity}`,
    })
}

/** Tells other systems that want to know: of whose request it is they hear nothing. */
export async function announceState(tx: Tx, row: Addressed, state: RequestState, at: Date): Promise<void> {
  const [entity, ...others] = row.entities
  await queueWebhookEvent(tx, {
    ...{ type: 'request.state_changed', subject: row.id, data: { requestId: row.id, state }, at },
    key: `request.state_changed ${row.id} ${state} ${at.toISOString()}`,
    // Of several companies: for every endpoint, once.
    ...(entity !== undefined && others.length === 0 ? { entity } : {}),
  })
}
