import { timingSafeEqual } from 'node:crypto'
import { Readable } from 'node:stream'
import { hashSecret, isSecret } from '../access/secrets.ts'
import { type AuditEvent, appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { SECOND } from '../kernel/units.ts'
import { queueWebhookEvent } from '../notices/queue-webhook-event.ts'
import { findSource } from '../recordings/rendition-queries.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import { type CutPorts, counted, cutToScope } from './cut-to-scope.ts'
import { isOpen, markOpened, markSent } from './delivery-queries.ts'
import {
  type DisclosedRecording,
  type DisclosureRow,
  lockDisclosure,
  recordingsOf,
  updateDisclosure,
} from './disclosure-queries.ts'
import { judgeAgain, NO_SECRET } from './disclosures.ts'
import { tellMembers } from './tell-members.ts'

export interface DeliverPorts extends CutPorts {
  readonly db: Database
  readonly clock: Clock
}

/** After so many wrong secrets the delivery is closed until an officer opens it anew. */
const MOST_WRONG = 10
/** A delivery that breaks off may be tried again, but not without end. */
const MOST_OPENS = 5
const LOOK_EVERY_MS = SECOND

/** One recording on its way: `body` is read once, and the file it comes from goes with `dispose`. */
export interface Parcel extends AsyncDisposable {
  readonly n: number
  readonly bytes: number
  readonly mediaType: string
  readonly body: Readable
  /** To be called when the last byte was taken; only then does it count as delivered. */
  delivered(): Promise<void>
}

/**
 * What the recipient does, who is nobody here: the address together with a secret that was handed over apart from it
 * opens the delivery. A wrong secret is answered like an address that never was; each recording is delivered once.
 */
export function makeDeliverDisclosure(ports: DeliverPorts) {
  const { db, clock } = ports

  /** Throws Problem `not_found`; also for a delivery that is revoked, over, or that somebody guesses at. */
  async function unlocked<T>(id: string, secret: string, run: (tx: Tx, row: DisclosureRow) => Promise<T>) {
    const result = await db.transaction().execute(async (tx) => {
      const row = await lockDisclosure(tx, idToLookUp(id), 'any')
      if (!row) return undefined
      if (opens(row, secret, clock.now())) return { value: await run(tx, row) }
      // Stays counted although the answer is a refusal.
      await updateDisclosure(tx, row.id, { wrong_secrets: row.wrong_secrets + 1 })
      await appendAudit(tx, event('disclosure.delivery_refused', 'denied', row, clock.now()))
      return undefined
    })
    if (!result) throw new Problem('not_found')
    return result.value
  }

  return {
    list: (id: string, secret: string): Promise<DisclosedRecording[]> =>
      unlocked(id, secret, (tx, row) => recordingsOf(tx, row.id)),

    /**
     * Prepares one recording, and writes down that it leaves before the first byte does. Throws Problem `not_open`
     * for one that was delivered, `not_found`, `unavailable`.
     */
    async take(id: string, secret: string, n: number, signal: AbortSignal): Promise<Parcel> {
      const wanted = await unlocked(id, secret, (tx, row) => pick(tx, row, n))
      const source = await findSource(db, wanted.recordingId)
      if (!source) throw new Problem('not_found')
      await using stack = new AsyncDisposableStack()
      const file = stack.use(await cutToScope(ports, source, wanted.ranges, signal))
      const row = await unlocked(id, secret, (tx, found) => begin(tx, found, n, clock.now()))
      const kept = stack.move()
      const done = { sha256: Buffer.alloc(0), bytes: 0 }
      const body = Readable.from(counted(file.open(), done, makeStop(row.id)), { objectMode: false })
      return {
        ...{ n, bytes: file.bytes, mediaType: file.mediaType, body },
        delivered: () =>
          db.transaction().execute((tx) => finish(tx, row, wanted, { ...done, at: clock.now() })),
        async [Symbol.asyncDispose]() {
          body.destroy()
          await kept.disposeAsync()
        },
      }
    },
  }

  /** A delivery that is revoked meanwhile, or a recording that is restricted, ends within a second. */
  function makeStop(id: string): () => Promise<void> {
    let lookedAt = clock.now().getTime()
    return async () => {
      const now = clock.now()
      if (Math.abs(now.getTime() - lookedAt) < LOOK_EVERY_MS) return
      lookedAt = now.getTime()
      if (!(await isOpen(db, id, now))) throw new Problem('not_open')
    }
  }
}

export type DeliverDisclosure = ReturnType<typeof makeDeliverDisclosure>

/** Pure, but for the time it takes, which says nothing of the secret. */
function opens(row: DisclosureRow, secret: string, now: Date): boolean {
  const { state, secret_hash: hash, secret_until: until, wrong_secrets: wrongSecrets } = row
  if (state !== 'approved' || hash === null || until === null || until <= now) return false
  if (wrongSecrets >= MOST_WRONG || !isSecret(secret)) return false
  return timingSafeEqual(hash, hashSecret(row.id, secret))
}

async function pick(tx: Tx, row: DisclosureRow, n: number): Promise<DisclosedRecording> {
  const found = (await recordingsOf(tx, row.id)).find((one) => one.n === n)
  if (!found) throw new Problem('not_found')
  if (found.sentAt !== null || found.opens >= MOST_OPENS) throw new Problem('not_open')
  return found
}

async function begin(tx: Tx, row: DisclosureRow, n: number, at: Date): Promise<DisclosureRow> {
  const { recordingId } = await pick(tx, row, n)
  await judgeAgain(tx, row, at)
  await markOpened(tx, row.id, n, at)
  await appendAudit(tx, { ...event('disclosure.audio_opened', 'ok', row, at), recordingId })
  await tellMembers(tx, row, at)
  return row
}

async function finish(
  tx: Tx,
  row: DisclosureRow,
  { n, recordingId }: DisclosedRecording,
  sent: { readonly sha256: Buffer; readonly bytes: number; readonly at: Date },
): Promise<void> {
  await lockDisclosure(tx, row.id, 'any')
  const isAll = await markSent(tx, row.id, { n }, sent)
  const delivered = event('disclosure.audio_delivered', 'ok', row, sent.at)
  const detail = { disclosure: row.id, bytes: sent.bytes, sha256: sent.sha256.toString('hex') }
  await appendAudit(tx, { ...delivered, recordingId, detail })
  if (isAll) await close(tx, row, sent.at)
}

/** Everything is there: the secret opens nothing any more, and other systems hear of it. */
export async function close(tx: Tx, row: DisclosureRow, at: Date): Promise<void> {
  await updateDisclosure(tx, row.id, { state: 'sent', sent_at: at, ...NO_SECRET })
  await queueWebhookEvent(tx, {
    ...{ type: 'disclosure.sent', subject: row.id, entity: row.entity, at, key: `disclosure.sent ${row.id}` },
    data: { disclosureId: row.id, recipientType: row.recipient_type },
  })
}

const event = (
  type: string,
  outcome: 'ok' | 'denied',
  { id, entity, purpose }: DisclosureRow,
  at: Date,
): AuditEvent => ({
  ...{ type, action: 'R', outcome, at, actor: null, detail: { disclosure: id } },
  ...{ entities: [entity], purpose, requestId: currentRequestId() ?? null },
  ...(outcome === 'denied' ? { code: 'not_found' } : {}),
})
