import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../kernel/units.ts'
import { AddressRefused } from '../outbound/address.ts'
import type { Outbound, Reply } from '../outbound/send.ts'
import type { Keyring } from '../storage/keyring.ts'
import type { Logger } from '../telemetry/logger.ts'
import { queueNotice } from './queue-notice.ts'
import { cloudEventOf, signedHeaders } from './sign-webhook.ts'
import {
  type ClaimedDelivery,
  claimDelivery,
  deleteEventsBefore,
  disableEndpoint,
  noteEndpointFailure,
  noteOutcome,
  noteSuccess,
} from './webhook-delivery-queries.ts'

export interface SendWebhooksPorts {
  readonly db: Database
  readonly clock: Clock
  readonly keyring: Keyring
  readonly outbound: Pick<Outbound, 'send'>
  readonly logger: Pick<Logger, 'warn' | 'error'>
  /** Named as the source of every event. */
  readonly publicUrl: string
}

/** Between the tries of one delivery; after the last of them it is put aside. */
export const DELAYS: readonly number[] = [
  ...[5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE],
  ...[HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, 12 * HOUR, 12 * HOUR, 12 * HOUR, 12 * HOUR],
]

/** An endpoint that took nothing for so long is switched off, and somebody is told. */
export const FAILING_MS = 3 * DAY
const KEPT_MS = 30 * DAY
/** So that an endpoint that keeps everybody waiting does not keep the others waiting. */
const AT_A_TIME = 4
const GONE = 410

/** What came of a try: the status that was answered, or why there was none. */
interface Try {
  readonly status: number | null
  readonly failure: string | null
}

/** Delivers events that are due: at least once, in order for each subject, signed. */
export function makeSendWebhooks(ports: SendWebhooksPorts) {
  const { db, clock, keyring, outbound, publicUrl } = ports

  async function attempt(delivery: ClaimedDelivery): Promise<Try> {
    const body = cloudEventOf(delivery, publicUrl)
    const secret = await keyring.unwrap(
      { kekId: delivery.kekId, wrapped: delivery.secret },
      delivery.endpointId,
    )
    const headers = signedHeaders(delivery.id, body, secret, clock.now())
    try {
      return tryOf(await outbound.send({ method: 'POST', url: delivery.url, headers, body }))
    } catch (error) {
      return { status: null, failure: codeOf(error) }
    }
  }

  async function work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const now = clock.now()
      const nextAt = (attempts: number) => new Date(now.getTime() + (DELAYS[attempts - 1] ?? 12 * HOUR))
      const delivery = await claimDelivery(db, now, nextAt)
      if (!delivery) return
      const outcome = await attempt(delivery)
      await db.transaction().execute((tx) => settle(tx, ports, delivery, outcome))
    }
  }

  return async function sendWebhooks(signal: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: AT_A_TIME }, () => work(signal)))
  }
}

/** A receiver answers 2xx; what it says is of no interest, and where it would send us neither. */
const tryOf = ({ status }: Reply): Try => ({
  status,
  failure: status >= 200 && status < 300 ? null : `answered ${status}`,
})

/** Only a code: what is said about a connection can hold an address. */
function codeOf(error: unknown): string {
  if (error instanceof AddressRefused) return 'address_refused'
  const { code, name } = error as { code?: unknown; name?: unknown }
  return String(typeof code === 'string' ? code : name).slice(0, 100)
}

async function settle(
  tx: Tx,
  ports: SendWebhooksPorts,
  delivery: ClaimedDelivery,
  { status, failure }: Try,
): Promise<void> {
  const at = ports.clock.now()
  const { seq, endpointId, attempts } = delivery
  if (failure === null) {
    await noteOutcome(tx, seq, { state: 'delivered', status, failure, at })
    return noteSuccess(tx, endpointId)
  }
  const isOver = attempts > DELAYS.length
  await noteOutcome(tx, seq, { state: isOver ? 'dead' : 'waiting', status, failure, at })
  const facts = { webhookId: endpointId, eventId: delivery.id, attempts, code: failure }
  if (isOver) ports.logger.error('a webhook could not be delivered', { alarm: 'webhook_dead', ...facts })
  else ports.logger.warn('a webhook was not taken; it is tried again', facts)
  await disableIfHopeless(tx, ports, delivery, status === GONE ? 'gone' : 'failing', at)
}

/** A receiver that says it is gone, or has taken nothing for days. */
async function disableIfHopeless(
  tx: Tx,
  { logger }: SendWebhooksPorts,
  { endpointId }: ClaimedDelivery,
  reason: 'gone' | 'failing',
  at: Date,
): Promise<void> {
  const state = await noteEndpointFailure(tx, endpointId, at)
  if (!state || state.isDisabled) return
  if (reason === 'failing' && at.getTime() - state.failingSince.getTime() < FAILING_MS) return
  await disableEndpoint(tx, endpointId, reason, at)
  const detail = { webhookId: endpointId, reason }
  await appendAudit(tx, {
    ...{ type: 'webhook.disabled', action: 'U', outcome: 'ok', at, actor: null, detail },
  } as const)
  for (const entity of state.entities)
    await queueNotice(tx, {
      to: { role: 'privacy_officer', entity },
      kind: 'webhook_disabled',
      about: { type: 'webhook', id: endpointId },
      facts: {},
      at,
      key: `webhook_disabled ${endpointId} ${entity} ${at.toISOString()}`,
    })
  logger.error('a webhook is switched off', { alarm: 'webhook_disabled', ...detail })
}

export const makeRemoveOldEvents =
  ({ db, clock }: Pick<SendWebhooksPorts, 'db' | 'clock'>) =>
  (): Promise<void> =>
    deleteEventsBefore(db, new Date(clock.now().getTime() - KEPT_MS))
