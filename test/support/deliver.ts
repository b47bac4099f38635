import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** Metadata of an ordinary call of an hour ago, changed as the test needs. */
export function callMetadata(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const startedAt = new Date(Date.now() - 3_600_000)
  return {
    callId: `call-${startedAt.getTime()}-${Math.random().toString(36).slice(2)}`,
    startedAt: startedAt.toISOString(),
    memberRef: 'M-1',
    agentRef: 'A-1',
    entity: 'hmbs',
    product: 'none',
    direction: 'inbound',
    language: 'nl',
    noticeVersion: '2026-01',
    purposes: ['training_coaching'],
    sensitivity: [],
    ...changes,
  }
}

export interface Delivery {
  readonly baseUrl: string
  readonly token: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly audio: Buffer
  readonly mediaType?: string
  readonly idempotencyKey?: string
  /** Send in pieces of this size with this pause between them, as a slow line would. */
  readonly pace?: { readonly bytes: number; readonly pauseMs: number }
  /** Ends the connection without an answer. */
  readonly signal?: AbortSignal
}

export interface DeliveryAnswer {
  readonly status: number
  readonly body: { readonly id?: string; readonly code?: string }
}

const BOUNDARY = 'listenback-test-boundary'

/**
 * Delivers one call over a connection of its own, as a telephony system does: Content-Length known,
 * metadata first. Rejects when the connection ends without an answer, whose outcome is then unknown.
 */
export function deliver(delivery: Delivery): Promise<DeliveryAnswer> {
  const { head, tail, contentType } = envelope(delivery)
  const length = head.length + delivery.audio.length + tail.length
  return new Promise((resolve, reject) => {
    const sending = request(new URL('/v1/recordings', delivery.baseUrl), {
      method: 'POST',
      agent: false,
      ...(delivery.signal ? { signal: delivery.signal } : {}),
      headers: {
        Authorization: `Bearer ${delivery.token}`,
        'Content-Type': contentType,
        'Content-Length': length,
        ...(delivery.idempotencyKey ? { 'Idempotency-Key': delivery.idempotencyKey } : {}),
      },
    })
    sending.once('error', reject)
    sending.once('response', (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (chunk: Buffer) => parts.push(chunk))
      answer.once('error', reject)
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: parsed(Buffer.concat(parts)) }),
      )
    })
    void send(sending, [head, delivery.audio, tail], delivery.pace)
  })
}

/** What stands around the audio in the body of a delivery. */
export function envelope({ metadata, mediaType = 'audio/wav' }: Pick<Delivery, 'metadata' | 'mediaType'>): {
  head: Buffer
  tail: Buffer
  contentType: string
} {
  const head = [
    `--${BOUNDARY}`,
    'Content-Disposition: form-data; name="metadata"',
    'Content-Type: application/json',
    '',
    JSON.stringify(metadata),
    `--${BOUNDARY}`,
    'Content-Disposition: form-data; name="audio"; filename="call.wav"',
    `Content-Type: ${mediaType}`,
    '',
    '',
  ].join('\r\n')
  return {
    head: Buffer.from(head),
    tail: Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
    contentType: `multipart/form-data; boundary=${BOUNDARY}`,
  }
}

async function send(
  sending: ReturnType<typeof request>,
  parts: readonly Buffer[],
  pace: Delivery['pace'],
): Promise<void> {
  for (const part of parts) {
    const step = pace?.bytes ?? part.length
    for (let offset = 0; offset < part.length && !sending.destroyed; offset += step) {
      sending.write(part.subarray(offset, offset + step))
      if (pace) await sleep(pace.pauseMs)
    }
  }
  if (!sending.destroyed) sending.end()
}

function parsed(bytes: Buffer): DeliveryAnswer['body'] {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return {}
  }
}
