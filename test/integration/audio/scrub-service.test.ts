import { setTimeout as sleep } from 'node:timers/promises'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { z } from 'zod'
import { type OpenDatabase, openDatabase } from '../../../src/db/database.ts'
import { IntegritySchema } from '../../../src/recordings/integrity-routes.ts'
import { AttentionSchema } from '../../../src/retention/attention-routes.ts'
import { callMetadata, deliver } from '../../support/deliver.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { type RunningService, startService } from '../../support/running-service.ts'
import { type Claims, persons } from '../../support/tokens.ts'
import { wav } from '../ingest/form.ts'

let database: TestDatabase
let bucket: TestBucket
let service: RunningService
let opened: OpenDatabase

beforeAll(async () => {
  ;[database, bucket] = await Promise.all([createTestDatabase(), createTestBucket({ versioning: true })])
  opened = openDatabase(database.url, 2)
  service = await startService({ databaseUrl: database.url, bucket })
})

afterAll(async () => {
  await service.stop()
  await opened.close()
  await Promise.all([database.drop(), bucket.destroy()])
})

const record = async (memberRef: string): Promise<string> => {
  const { body } = await deliver({
    ...{ baseUrl: service.baseUrl, token: service.issuer.token(persons.recorder()), audio: wav(2) },
    metadata: callMetadata({ memberRef }),
  })
  return body.id ?? ''
}

const keyOf = (id: string) => ({ Bucket: bucket.bucket, Key: `recordings/${id}/original.age` })

/** Puts other bytes of the same length over the original, as somebody with the store's own keys can. */
async function damage(id: string): Promise<void> {
  const { Body } = await bucket.client.send(new GetObjectCommand(keyOf(id)))
  const bytes = Buffer.from((await Body?.transformToByteArray()) ?? [])
  bytes.writeUInt8(bytes.readUInt8(3000) ^ 4, 3000)
  await bucket.client.send(new PutObjectCommand({ ...keyOf(id), Body: bytes }))
}

async function heal(id: string): Promise<void> {
  const { Bucket, Key } = keyOf(id)
  const { Versions = [] } = await bucket.client.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }))
  const VersionId = Versions.find(({ IsLatest }) => IsLatest)?.VersionId
  await bucket.client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }))
}

async function integrity(claims: Claims, query = ''): Promise<z.output<typeof IntegritySchema>> {
  const response = await service.call(`/v1/integrity${query}`, claims)
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'private, no-store'])
  return IntegritySchema.parse(await response.json())
}

const eventsOf = async (type: string) => {
  const rows = await opened.db.selectFrom('audit_event').selectAll().where('type', '=', type).execute()
  return rows.map(({ outcome, code, actor_sub: sub, detail }) => ({ outcome, code, sub, detail }))
}

async function damaged(): Promise<z.output<typeof AttentionSchema>['damaged']> {
  const response = await service.call('/v1/retention/attention', persons.privacyOfficer())
  return AttentionSchema.parse(await response.json()).damaged
}

test('a loss is found by the service itself, shown to those who report it, and gone when it is healed', {
  timeout: 240_000,
}, async () => {
  const [first, second, whole] = [await record('M-1'), await record('M-2'), await record('M-3')]
  for (const id of [first, second]) await damage(id)
  // As if checked long ago, so that all of them have their turn with the next run, within a minute.
  await sql`update rendition set checked_at = '2020-01-01'`.execute(opened.db)
  while ((await damaged()).count < 2) await sleep(200)

  const found = await integrity(persons.privacyOfficer())
  expect(new Set(found.items.map(({ recordingId, memberRef }) => `${recordingId} ${memberRef}`))).toEqual(
    new Set([`${first} M-1`, `${second} M-2`]),
  )
  expect(found.items[0]).toMatchObject({
    rendition: 'original',
    kind: 'changed',
    startedAt: expect.any(String),
  })
  expect(found.checked.renditions).toBeGreaterThanOrEqual(3)
  expect(new Set((await damaged()).items.map(({ id }) => id))).toEqual(new Set([first, second]))
  expect(service.logs()).toMatch(/"alarm":"recording_damaged"/)
  expect(service.logs()).not.toContain('M-1')
  expect(await eventsOf('recording.integrity_lost')).toHaveLength(2)

  const listening = await service.call(`/v1/recordings/${first}/audio`, persons.member('M-1'))
  expect([listening.status, await listening.json()]).toMatchObject([502, { code: 'damaged_recording' }])
  const other = await service.call(`/v1/recordings/${whole}/audio`, persons.member('M-3'))
  expect([other.status, Buffer.from(await other.arrayBuffer()).equals(wav(2))]).toEqual([200, true])

  for (const id of [first, second]) await heal(id)
  const report = await service.command('fsck', '--scrub')
  expect(JSON.parse(report.trim().split('\n').at(-1) ?? '')).toMatchObject({
    renditions: { lost: 0 },
    clean: true,
  })
  expect((await integrity(persons.auditor())).items).toEqual([])
  expect(await eventsOf('recording.integrity_restored')).toHaveLength(2)
  expect((await service.call(`/v1/recordings/${first}/audio`, persons.member('M-1'))).status).toBe(200)
})

test('pages follow one another; nothing is shown of other companies, and nothing to others; all of it is on record', async () => {
  const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes))
  const ids = await Promise.all(['M-11', 'M-12', 'M-13'].map(record))
  for (const [i, recording_id] of ids.entries()) {
    const values = { rendition: 'original', kind: 'missing', found_at: at(i), seen_at: at(i) } as const
    await opened.db
      .insertInto('integrity_finding')
      .values({ recording_id, ...values })
      .execute()
  }
  const one = await integrity(persons.auditor(), '?limit=2')
  expect(one.items.map(({ recordingId }) => recordingId)).toEqual(ids.slice(0, 2))
  const two = await integrity(persons.auditor(), `?limit=2&cursor=${one.nextCursor}`)
  expect(two).toMatchObject({
    items: [{ recordingId: ids[2], memberRef: 'M-13', kind: 'missing' }],
    nextCursor: null,
  })
  expect((await service.call('/v1/integrity?cursor=x', persons.auditor())).status).toBe(400)

  const elsewhere = await integrity(persons.privacyOfficer({ entity: ['hmbs-advies'] }))
  expect(elsewhere).toEqual({
    items: [],
    checked: { renditions: 0, unchecked: 0, oldest: null },
    nextCursor: null,
  })
  const strangers = [
    ...[persons.member('M-11'), persons.agent(), persons.coach()],
    ...[persons.recordsManager(), persons.operator(), persons.recorder()],
  ]
  for (const claims of strangers) expect((await service.call('/v1/integrity', claims)).status).toBe(403)

  const events = await eventsOf('integrity.listed')
  expect(events).toContainEqual({ outcome: 'ok', code: null, sub: 'auditor-1', detail: { count: 2 } })
  expect(events.filter(({ outcome, code }) => outcome === 'denied' && code === 'forbidden')).toHaveLength(
    strangers.length,
  )
  expect(JSON.stringify(events.map(({ detail }) => detail))).not.toMatch(/M-1\d/)
})
