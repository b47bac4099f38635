import { randomUUID } from 'node:crypto'
import { GetObjectTaggingCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { freePort, waitFor } from '../../support/processes.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { type RunningService, startService } from '../../support/running-service.ts'
import { type Claims, persons } from '../../support/tokens.ts'
import { CALL, deliverCall, makeDue, member, PERSONAL_VALUES, query, sweepAway } from './certificate-drill.ts'

let database: TestDatabase
let bucket: TestBucket
let service: RunningService
let metricsPort: number
let id: string
/** Headers of every answer. */
const headers: string[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  bucket = await createTestBucket({ versioning: true })
  metricsPort = await freePort()
  service = await startService({
    databaseUrl: database.url,
    bucket,
    env: { GRACE_DAYS: '0', SWEEP_INTERVAL: '1d', LOG_LEVEL: 'debug', METRICS_PORT: String(metricsPort) },
  })
  ;({ id } = await deliverCall(service))
})

afterAll(async () => {
  await service.stop()
  await bucket.destroy()
  await database.drop()
})

async function ask(path: string, claims: Claims, body?: unknown): Promise<Response> {
  const answer = await service.call(path, claims, {
    ...(body === undefined
      ? {}
      : {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
  })
  headers.push(JSON.stringify([...answer.headers]))
  return answer
}

/** Keys and tags of everything in the bucket, asked without our own code between. */
async function inTheBucket(prefix = ''): Promise<string> {
  const where = { Bucket: bucket.bucket, Prefix: prefix }
  const { Versions = [] } = await bucket.client.send(new ListObjectVersionsCommand(where))
  const tags = await Promise.all(
    Versions.map(({ Key, VersionId }) =>
      bucket.client.send(new GetObjectTaggingCommand({ Bucket: bucket.bucket, Key, VersionId })),
    ),
  )
  return JSON.stringify([Versions.map(({ Key }) => Key), tags.map(({ TagSet }) => TagSet)])
}

test('T31: nobody can be told from keys, tags, headers, logs and metrics, whatever is done with a recording', async () => {
  const { policy } = CALL.links
  expect((await ask(`/v1/recordings?memberRef=${CALL.memberRef}`, persons.privacyOfficer())).status).toBe(200)
  expect((await ask(`/v1/recordings/${id}/copy`, member)).status).toBe(200)
  expect((await ask(`/v1/recordings/${id}/audio`, persons.member('M-other'))).status).toBe(404)
  const hold = { type: 'claim', matterRef: 'CL-1', reason: 'a dispute', scope: { memberRef: CALL.memberRef } }
  const placed = await ask('/v1/holds', persons.recordsManager(), hold)
  expect([201, 202]).toContain(placed.status)
  const { id: holdId } = (await placed.json()) as { id: string }
  const event = { id: 'e-1', type: 'policy.ended', ref: policy, occurredAt: new Date().toISOString() }
  expect((await ask('/v1/events', persons.recorder(), event)).status).toBe(201)
  const bad = { ...event, id: 'e-2', type: `x-${policy}` }
  expect((await ask('/v1/events', persons.recorder(), bad)).status).toBe(400)
  const release = { reason: 'the dispute is over' }
  expect((await ask(`/v1/holds/${holdId}/release`, persons.privacyOfficer(), release)).status).toBe(200)

  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  expect(metrics).toContain('listenback_')
  expect(service.logs()).toContain('/v1/holds')
  const seen = [await inTheBucket(), headers.join('\n'), service.logs(), metrics]
  expect(await inTheBucket()).toContain(id)
  for (const value of PERSONAL_VALUES) for (const text of seen) expect(text).not.toContain(value)
})

test('T6: what was derived from a recording goes with it, also what only the store knows of', async () => {
  await waitFor('everything to be made of the audio', async () => {
    const made = await query(database.url, 'select 1 from rendition where recording_id = $1', [id])
    const toDo = await query(database.url, 'select 1 from audio_work where recording_id = $1', [id])
    return (made.length > 1 && toDo.length === 0) || undefined
  })
  const Key = `recordings/${id}/clips/${randomUUID()}.age`
  await bucket.client.send(new PutObjectCommand({ Bucket: bucket.bucket, Key, Body: 'derived' }))
  expect(await inTheBucket(`recordings/${id}/`)).toContain('playback.m4a')
  expect(await inTheBucket(`recordings/${id}/`)).toContain('clips')
  const corrected = await service.call(`/v1/recordings/${id}`, persons.privacyOfficer(), {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ team: 'team-of-somebody-else' }),
  })
  expect(corrected.status).toBe(200)
  expect(
    await query(database.url, 'select 1 from corrected_value where recording_id = $1', [id]),
  ).toHaveLength(1)
  await makeDue(database.url, id)
  await sweepAway(service, database.url, id)
  expect(await inTheBucket(`recordings/${id}/`)).toBe('[[],[]]')
  const tables = [
    'rendition',
    'recording_key',
    'purpose_tag',
    'playback',
    'ingest_request',
    'awaited_event',
    'corrected_value',
  ]
  for (const table of tables)
    expect(await query(database.url, `select 1 from ${table} where recording_id = $1`, [id]), table).toEqual(
      [],
    )
  expect((await ask(`/v1/recordings/${id}/copy`, member)).status).toBe(404)
})
