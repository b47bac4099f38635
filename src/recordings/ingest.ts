import type { Actor } from '../access/actor.ts'
import { can } from '../access/policy.ts'
import { type AuditEvent, appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Instance } from '../db/instance.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { newAgeFile } from '../storage/age/index.ts'
import type { Keyring } from '../storage/keyring.ts'
import { renditionKey } from '../storage/keys.ts'
import { type ObjectStore, ObjectStoreError } from '../storage/object-store.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import { abandonUpload } from './ingest-abandon.ts'
import {
  digestAudio,
  type IncomingAudio,
  type StoredAudio,
  setTagsSurely,
  storeAudio,
} from './ingest-audio.ts'
import { claimCall } from './ingest-claim.ts'
import { fingerprintOf, parseMetadata } from './ingest-metadata.ts'
import {
  type ExistingRecording,
  findDelivered,
  finishReceiving,
  insertKey,
  insertOriginal,
  type RecordingRow,
} from './ingest-queries.ts'
import { makeIngestSilence } from './ingest-silence.ts'
import type { CallMetadata, DerivedRetention, DeriveRetention, OnReceived, PurposeTag } from './model.ts'
import { objectTags } from './object-tags.ts'
import type { AudioFacts } from './present.ts'
import type { RecoverIngests } from './recover-ingests.ts'
import type { Converter } from './silencing.ts'
import { insertTags } from './tag-queries.ts'

export interface IngestPorts {
  readonly db: Database
  readonly store: ObjectStore
  readonly keyring: Keyring
  readonly clock: Clock
  readonly deriveRetention: DeriveRetention
  readonly instance: Pick<Instance, 'id' | 'isRegistered'>
  readonly recoverIngests: RecoverIngests
  /** Recordings this process is receiving right now, shared with recovery. */
  readonly inFlight: Set<string>
  readonly onReceived: readonly OnReceived[]
  /** Silences what is no plain WAV; without one such deliveries with silences are refused. */
  readonly engine?: Converter | undefined
}

/** One delivery of one call, with its audio still arriving. */
export interface Delivery extends IncomingAudio {
  readonly actor: Actor
  readonly idempotencyKey: string | null
  /** The metadata part, as it came. */
  readonly document: string
}

export interface Delivered {
  /** False when the same delivery had been confirmed before. */
  readonly isNew: boolean
  readonly row: RecordingRow
  readonly tags: readonly PurposeTag[]
  readonly audio: AudioFacts
}

export type Ingest = (delivery: Delivery) => Promise<Delivered>

interface Upload {
  readonly id: string
  readonly delivery: Delivery
  readonly call: CallMetadata
  readonly retention: DerivedRetention
}

/**
 * Takes in one call. When it returns, the recording is durable in store and database; when it throws,
 * nothing of it is left, or recovery will see to that. Delivering the same again gives the same
 * recording. Throws Problem; whatever it throws was audited, except when the database is down.
 */
export function makeIngest(ports: IngestPorts): Ingest {
  return async function ingest(delivery) {
    const id = newId()
    let claimed = false
    // Before the row exists, so that recovery never takes a live upload of this process for a lost one.
    ports.inFlight.add(id)
    try {
      const call = parseMetadata(delivery.document, delivery.actor, ports.clock.now())
      const retention = prepare(ports, delivery.actor, call)
      const upload = { id, delivery, call, retention }
      const file = newAgeFile()
      const wrap = () => ports.keyring.wrap(file.identity, id)
      const existing = await claimCall(ports, { ...delivery, id, call, wrap, event: started(ports, upload) })
      if (existing) return await confirm(ports, upload, existing)
      claimed = true
      return await receive(ports, upload, file)
    } catch (error) {
      delivery.body.destroy()
      return await refuse(ports, delivery, claimed ? id : undefined, translated(error))
    } finally {
      ports.inFlight.delete(id)
    }
  }
}

/** Everything that can be decided without the audio. */
function prepare({ clock, deriveRetention, instance }: IngestPorts, actor: Actor, call: CallMetadata) {
  const now = clock.now()
  const { memberRef, agentRef, entity, sensitivity } = call
  const subject = {
    memberRef,
    agentRef,
    entity,
    sensitivity,
    status: 'receiving',
    restricted: false,
    tags: [],
  } as const
  if (can(actor, 'ingest', subject, now) !== 'allowed') throw new Problem('forbidden')
  // Without its mark in the database this process looks dead, and its uploads free to be undone.
  if (!instance.isRegistered()) throw new Problem('unavailable', { retryAfterSeconds: 2 })
  return deriveRetention(call, now)
}

async function receive(
  ports: IngestPorts,
  upload: Upload,
  file: ReturnType<typeof newAgeFile>,
): Promise<Delivered> {
  const { id, delivery, call, retention } = upload
  const key = renditionKey(id, 'original')
  const silence = call.silence.length > 0 ? makeIngestSilence(call.silence, ports.engine) : undefined
  const audio = await storeAudio({ store: ports.store, key, encrypt: file.encrypt, silence }, delivery)
  refuseOtherHash(call, audio.sentSha256)
  await setTagsSurely(ports.store, key, objectTags(retention.tags, false, 'original', retention.linkBy))
  return await finish(ports, upload, audio, file.header)
}

async function finish(
  ports: IngestPorts,
  upload: Upload,
  audio: StoredAudio,
  ageHeader: Buffer,
): Promise<Delivered> {
  const { id, call, retention } = upload
  return await ports.db.transaction().execute(async (tx) => {
    const row = await finishReceiving(tx, {
      id,
      worker: ports.instance.id,
      status: call.memberRef === null ? 'unlinked' : 'available',
      fingerprint: fingerprintOf(call, audio.sentSha256),
      retention,
    })
    if (!row) throw new Problem('unavailable', { retryAfterSeconds: 2 })
    await insertOriginal(tx, id, {
      ...audio,
      ageHeader,
      name: 'original',
      objectKey: renditionKey(id, 'original'),
    })
    await insertTags(tx, id, retention.tags)
    const changed = await atReceipt(ports, tx, id)
    const { plainBytes: bytes, mediaType } = audio
    const detail = { bytes, mediaType, status: row.status, silences: call.silence.length }
    await appendAudit(tx, {
      ...eventOf(ports, upload.delivery, 'recording.ingested', id),
      action: 'C',
      detail,
    })
    const found = changed ? await findDelivered(tx, id) : undefined
    if (found) {
      refuseOver(found.row, ports.clock.now())
      return { isNew: true, ...found }
    }
    return { isNew: true, row, tags: retention.tags, audio: { mediaType, bytes, sha256: audio.sha256 } }
  })
}

async function atReceipt({ onReceived, clock }: IngestPorts, tx: Tx, id: string): Promise<boolean> {
  let changed = false
  for (const work of onReceived) changed = (await work(tx, { id, now: clock.now() })) || changed
  return changed
}

/** Events that were reported earlier may have ended what the call alone would still be kept for. */
function refuseOver({ due_at, is_free, keep_until }: RecordingRow, now: Date): void {
  if (!is_free || due_at === null || due_at > now) return
  const detail = keep_until === null ? undefined : `The last of its purposes ended on ${keep_until}.`
  throw new Problem('nothing_to_keep', detail === undefined ? {} : { detail })
}

/** Reads a delivery of a call that is there already, keeps nothing of it, and says whether it is the same. */
async function confirm(ports: IngestPorts, upload: Upload, existing: ExistingRecording): Promise<Delivered> {
  const { delivery, call } = upload
  const conflict = existing.foundBy === 'key' ? 'idempotency_conflict' : 'call_exists'
  // Destroyed: nothing is left to compare with.
  if (existing.fingerprint === null) throw new Problem(conflict)
  const sha256 = await digestAudio(delivery)
  refuseOtherHash(call, sha256)
  if (!existing.fingerprint.equals(fingerprintOf(call, sha256))) throw new Problem(conflict)
  return await ports.db.transaction().execute(async (tx) => {
    const found = await findDelivered(tx, existing.id)
    if (!found) throw new Problem(conflict)
    if (delivery.idempotencyKey !== null) {
      await insertKey(tx, { caller: delivery.actor.sub, key: delivery.idempotencyKey }, existing.id)
    }
    const event = eventOf(ports, delivery, 'recording.ingest_repeated', existing.id)
    await appendAudit(tx, { ...event, action: 'R' })
    return { isNew: false, ...found }
  })
}

function refuseOtherHash(call: CallMetadata, sha256: Buffer): void {
  if (call.sha256 !== null && call.sha256 !== sha256.toString('hex')) throw new Problem('hash_mismatch')
}

/** Undoes and audits a failed delivery, then throws what failed it. */
async function refuse(
  ports: IngestPorts,
  delivery: Delivery,
  claimed: string | undefined,
  error: unknown,
): Promise<Delivered> {
  const isOurs = !(error instanceof Problem) || error.status >= 500
  const event: AuditEvent = {
    ...eventOf(ports, delivery, 'recording.ingest_refused', claimed),
    action: 'C',
    outcome: isOurs ? 'error' : 'denied',
    code: error instanceof Problem ? error.code : 'internal',
  }
  try {
    if (claimed === undefined) await appendAudit(ports.db, event)
    else if (!(await abandonUpload(ports, claimed, ports.instance.id, event))) {
      // The commit did happen, only its answer was lost on the way from the database.
      const found = await findDelivered(ports.db, claimed)
      if (found) return { isNew: true, ...found }
    }
  } catch (cause) {
    // The row stays, and recovery undoes the upload; the sender may try again as with any outage.
    throw isOurs ? error : new Problem('unavailable', { cause, retryAfterSeconds: 30 })
  }
  throw error
}

const started = (ports: IngestPorts, { id, delivery }: Upload): AuditEvent => ({
  ...eventOf(ports, delivery, 'recording.ingest_started', id),
  action: 'C',
})

const eventOf = (
  { clock }: IngestPorts,
  { actor }: Delivery,
  type: string,
  recordingId: string | undefined,
) => ({
  type,
  outcome: 'ok' as const,
  at: clock.now(),
  actor,
  requestId: currentRequestId() ?? null,
  ...(recordingId === undefined ? {} : { recordingId }),
})

/** Failures of the store in terms of the API. */
function translated(error: unknown): unknown {
  if (!(error instanceof ObjectStoreError)) return error
  return new Problem(error.kind === 'full' ? 'storage_full' : 'unavailable', {
    cause: error,
    retryAfterSeconds: 30,
  })
}
