import { createHmac } from 'node:crypto'
import type { WebhookType } from './webhook-types.ts'

export interface EventToSend {
  readonly id: string
  readonly type: WebhookType
  readonly subject: string
  readonly data: Readonly<Record<string, unknown>>
  readonly occurredAt: Date
}

/** Names of vCon's life cycle (draft-howe-vcon-lifecycle) for the moments that have one. */
const VCON_LIFECYCLE: Partial<Record<WebhookType, string>> = {
  'recording.destroyed': 'vcon_deleted',
  'disclosure.sent': 'vcon_sent',
}

/** The event as a CloudEvent 1.0 in structured JSON. */
export function cloudEventOf({ id, type, subject, data, occurredAt }: EventToSend, source: string): string {
  const vconLifecycle = VCON_LIFECYCLE[type]
  return JSON.stringify({
    specversion: '1.0',
    ...{ id, source, type, subject, time: occurredAt.toISOString(), datacontenttype: 'application/json' },
    data: { ...data, ...(vconLifecycle === undefined ? {} : { vconLifecycle }) },
  })
}

/** The headers of Standard Webhooks: HMAC-SHA-256 over id, time in seconds and the body as it is sent. */
export function signedHeaders(
  id: string,
  body: string,
  secret: Uint8Array,
  at: Date,
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')
  return {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
}
