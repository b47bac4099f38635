import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { DeleteObjectsCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { sql } from 'kysely'
import { makeSigner } from '../../src/audit/sign.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { registerInstance } from '../../src/db/instance.ts'
import { inParallel } from '../../src/kernel/in-parallel.ts'
import { makePurge, type Purge } from '../../src/recordings/purge.ts'
import { openS3ObjectStore } from '../../src/storage/s3-object-store.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import type { TestBucket } from '../support/rgw.ts'

/**
 * Destruction from claim to certificate, a thousand recordings at a time, beside a bare script that
 * removes as many objects with known version ids in one DeleteObjects call, by turns on the same store.
 */
const RECORDING_BYTES = 20_000
const BATCH = 1000

interface StoredObject {
  readonly Key: string
  readonly VersionId: string
}

/** Stores objects as recordings have them; gives their ids and versions. */
async function storeObjects(
  { client, bucket }: TestBucket,
  prefix: string,
  count: number,
): Promise<Map<string, StoredObject>> {
  const body = randomBytes(RECORDING_BYTES)
  const stored = new Map<string, StoredObject>()
  await inParallel(
    8,
    Array.from({ length: count }, () => randomUUID()),
    async (id) => {
      const Key = `${prefix}/${id}/original.age`
      const { VersionId = 'null' } = await client.send(
        new PutObjectCommand({ Bucket: bucket, Key, Body: body }),
      )
      stored.set(id, { Key, VersionId })
    },
  )
  return stored
}

async function insertRecordings(db: Database, stored: ReadonlyMap<string, StoredObject>): Promise<void> {
  const ids = [...stored.keys()]
  const versions = [...stored.values()].map(({ VersionId }) => VersionId)
  const these = sql`unnest(${ids}::uuid[], ${versions}::text[]) as one (id, version)`
  await sql`insert into recording (id, entity, call_id, status, member_ref, product, direction, language, notice_version,
      started_at, ended_at, received_at, keep_until, due_at, quarantined_at)
    select id, 'hmbs', 'bench-' || id, 'quarantined', 'M-' || substr(id::text, 1, 3), 'none', 'inbound', 'nl', '2026-01',
      now() - interval '190 days', now() - interval '190 days', now(), current_date - 9, now() - interval '8 days',
      now() - interval '8 days' from ${these}`.execute(db)
  await sql`insert into purpose_tag (recording_id, purpose, legal_basis, product, rule_id, rule_version, trigger,
      trigger_date, retain_until, state)
    select id, 'training_coaching', 'legitimate_interests', 'none', 'training', 1, 'call.ended', current_date - 190,
      current_date - 9, 'expired' from ${these}`.execute(db)
  await sql`insert into recording_key (recording_id, kek_id, wrapped)
    select id, 'k1', sha256(id::text::bytea) from ${these}`.execute(db)
  await sql`insert into rendition (recording_id, name, object_key, media_type, plain_bytes, cipher_bytes, sha256,
      age_header, version_id, cipher_sha256)
    select id, 'original', 'recordings/' || id || '/original.age', 'audio/wav', 19800, ${RECORDING_BYTES},
      sha256(id::text::bytea), sha256(id::text::bytea), version, sha256(id::text::bytea) from ${these}`.execute(
    db,
  )
}

async function removeAll({ client, bucket }: TestBucket, objects: readonly StoredObject[]): Promise<void> {
  for (let at = 0; at < objects.length; at += BATCH) {
    const answer = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects.slice(at, at + BATCH) } }),
    )
    if (answer.Errors?.length) throw new Error('the peer could not delete')
  }
}

async function destroyAll(purge: Purge): Promise<number> {
  const wanted = () => ({
    quarantinedBefore: new Date(),
    now: new Date(),
    limit: BATCH,
  })
  let destroyed = 0
  for (let claims = await purge.claim(wanted()); claims.length > 0; claims = await purge.claim(wanted())) {
    const outcomes = await purge.destroy(claims)
    destroyed += outcomes.filter(({ kind }) => kind === 'destroyed').length
  }
  return destroyed
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

export interface SweepComparison {
  /** Recordings per second, round by round. */
  readonly ours: readonly number[]
  readonly peer: readonly number[]
}

export async function sweepEndToEnd(
  databaseUrl: string,
  bucket: TestBucket,
  { rounds, perRound }: { readonly rounds: number; readonly perRound: number },
): Promise<SweepComparison> {
  const { db, close } = openDatabase(databaseUrl, 4)
  const instance = await registerInstance(databaseUrl)
  const { client: _client, destroy: _destroy, accessKeyId, secretAccessKey, ...place } = bucket
  const store = openS3ObjectStore({
    ...place,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  })
  const purge = makePurge({
    db,
    store,
    instance,
    clock: { now: () => new Date() },
    logger: createLogger('error'),
    signer: makeSigner(generateKeyPairSync('ed25519').privateKey),
    origin: { store: { kind: 's3', region: place.region, bucket: null }, executor: 'bench', backupDays: 35 },
    lifecycleMarginDays: 14,
  })
  const result = { ours: [] as number[], peer: [] as number[] }
  try {
    for (let round = 0; round < rounds; round += 1) {
      const stored = await storeObjects(bucket, 'recordings', perRound)
      await insertRecordings(db, stored)
      const bare = [...(await storeObjects(bucket, 'bare', perRound)).values()]
      await sql`analyze recording, rendition, purpose_tag, recording_key`.execute(db)
      const ours = async () => {
        const took = await seconds(async () => {
          if ((await destroyAll(purge)) !== perRound) throw new Error('not everything was destroyed')
        })
        result.ours.push(perRound / took)
      }
      const peer = async () => {
        result.peer.push(perRound / (await seconds(() => removeAll(bucket, bare))))
      }
      for (const turn of round % 2 === 0 ? [ours, peer] : [peer, ours]) await turn()
    }
  } finally {
    store.close()
    await instance.close()
    await close()
  }
  return result
}
