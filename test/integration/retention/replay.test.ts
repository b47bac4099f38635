import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { type RunningService, startService } from '../../support/running-service.ts'
import { persons } from '../../support/tokens.ts'
import { deliverCall, makeDue, member, query, sweepAway, untilMade } from './certificate-drill.ts'

let live: TestDatabase
let bucket: TestBucket
let service: RunningService

beforeAll(async () => {
  live = await createTestDatabase()
  bucket = await createTestBucket({ versioning: true })
  service = await startService({
    databaseUrl: live.url,
    bucket,
    env: { GRACE_DAYS: '0', SWEEP_INTERVAL: '1d', SHUTDOWN_DELAY: '1s' },
  })
})

afterAll(async () => {
  await service.stop()
  await bucket.destroy()
  await live.drop()
})

async function whileStopped(act: () => Promise<void>): Promise<void> {
  service.kill('SIGTERM')
  await service.ended
  await act()
  await service.restart()
}

/** Runs statements about the whole database, `live` by name, while nobody is connected to it. */
async function administrate(...statements: ((live: string) => string)[]): Promise<void> {
  const name = new URL(live.url).pathname.slice(1)
  const admin = new URL(live.url)
  admin.pathname = '/postgres'
  for (const statement of statements) await query(admin.href, statement(name))
}

const backUp = () => administrate((name) => `create database "${name}_backup" template "${name}"`)

const restore = () =>
  administrate(
    (name) => `drop database "${name}" with (force)`,
    (name) => `alter database "${name}_backup" rename to "${name}"`,
  )

const where = (id: string) => ({ Bucket: bucket.bucket, Key: `recordings/${id}/original.age` })

async function bytesOf(id: string): Promise<Buffer> {
  const { Body } = await bucket.client.send(new GetObjectCommand(where(id)))
  return buffer(Body as NodeJS.ReadableStream)
}

const versionsOf = async (id: string) =>
  (
    await bucket.client.send(
      new ListObjectVersionsCommand({ Bucket: bucket.bucket, Prefix: `recordings/${id}/` }),
    )
  ).Versions ?? []

/** Six starts of the whole service. */
const LONG = 240_000

test('T35: what was destroyed stays destroyed through a restore, and is certified once', {
  timeout: LONG,
}, async () => {
  const ids: string[] = []
  for (const name of ['gone', 'gone-and-held', 'kept'])
    ids.push((await deliverCall(service, { callId: `drill-${name}` })).id)
  const [gone, held, kept] = ids as [string, string, string]
  await untilMade(live.url)
  const objects = [await bytesOf(gone), await bytesOf(held)] as const
  await whileStopped(backUp)

  for (const id of [gone, held]) await makeDue(live.url, id)
  await sweepAway(service, live.url, gone)
  const certificates = await Promise.all([1, 2].map(certificate))

  const answers = new Set<number>()
  const watching = new AbortController()
  let watched: Promise<void> | undefined
  await whileStopped(async () => {
    // Yesterday comes back, and with it a hold on one of the two.
    await restore()
    await bucket.client.send(new PutObjectCommand({ ...where(gone), Body: objects[0] }))
    await bucket.client.send(new PutObjectCommand({ ...where(held), Body: objects[1] }))
    await query(live.url, 'update recording set hold_count = 1 where id = $1', [held])
    watched = watch(gone, answers, watching.signal)
  })
  await sleep(200)
  watching.abort()
  await watched
  answers.delete(503)
  expect([...answers]).toEqual([404])

  expect(await versionsOf(gone)).toEqual([])
  const statuses = await query<{ id: string; status: string }>(live.url, 'select id, status from recording')
  expect(new Map(statuses.map((row) => [row.id, row.status]))).toEqual(
    new Map([
      [gone, 'destroyed'],
      [held, 'quarantined'],
      [kept, 'available'],
    ]),
  )
  expect((await service.call(`/v1/recordings/${kept}/audio`, member)).status).toBe(200)
  expect(await Promise.all([1, 2].map(certificate))).toEqual(certificates)
  expect((await service.call('/v1/certificates/3', undefined)).status).toBe(404)
  const alarms = () => service.logs().split('"alarm":"destructions_replayed"').length - 1
  expect(alarms()).toBe(1)
  expect(service.logs()).toContain('destruction_not_replayed')

  // Until somebody says that holds and rules are complete again, nothing more goes.
  await makeDue(live.url, kept)
  const sweeping = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dryRun: false }),
  }
  const early = await service.call('/v1/retention/sweeps', persons.recordsManager(), sweeping)
  expect([early.status, await early.json()]).toMatchObject([503, { code: 'restore_unconfirmed' }])
  expect((await versionsOf(kept)).map(({ Key }) => Key)).toContain(`recordings/${kept}/original.age`)
  await service.command('sweep', '--accept-restore')

  // Numbers go on where they were, and an ordinary start finds nothing to do.
  expect(await certificate(3)).toMatchObject({ certificate: { recordingId: kept } })
  await query(live.url, 'update recording set hold_count = 0 where id = $1', [held])
  await whileStopped(async () => undefined)
  expect(alarms()).toBe(2)
  expect(await versionsOf(held)).toEqual([])
  expect(await Promise.all([1, 2].map(certificate))).toEqual(certificates)
})

const certificate = async (no: number) => (await service.call(`/v1/certificates/${no}`, undefined)).json()

/** Keeps asking for the audio, as the member, until told to stop. */
async function watch(id: string, answers: Set<number>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await service.call(`/v1/recordings/${id}/audio`, member).catch(() => undefined)
    if (answer) answers.add(answer.status)
    await answer?.arrayBuffer()
    await sleep(5)
  }
}

test('a list that nobody here signed destroys nothing', { timeout: LONG }, async () => {
  const { id } = await deliverCall(service, { callId: 'not-signed' })
  const list = { recordings: [{ id, certificate: 99, jws: 'e30.e30.e30' }] }
  const name = new Date().toISOString().replaceAll(/[-:]/g, '')
  const Key = `destruction-list/${name}-forged.json`
  await whileStopped(async () => {
    await bucket.client.send(new PutObjectCommand({ Bucket: bucket.bucket, Key, Body: JSON.stringify(list) }))
  })
  const [row] = await query<{ status: string }>(live.url, 'select status from recording where id = $1', [id])
  expect(row?.status).toBe('quarantined')
  expect((await service.call(`/v1/recordings/${id}/audio`, member)).status).toBe(200)
})
