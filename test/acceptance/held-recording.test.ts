import { GetObjectLegalHoldCommand, GetObjectTaggingCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testAudio } from '../support/audio.ts'
import { callMetadata, deliver } from '../support/deliver.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { waitFor } from '../support/processes.ts'
import { createTestBucket, type TestBucket } from '../support/rgw.ts'
import { type RunningService, startService } from '../support/running-service.ts'
import { type Claims, persons } from '../support/tokens.ts'

let database: TestDatabase
let bucket: TestBucket
let service: RunningService

beforeAll(async () => {
  database = await createTestDatabase()
  bucket = await createTestBucket({ objectLock: true })
  service = await startService({ databaseUrl: database.url, bucket })
})
afterAll(async () => {
  await service.stop()
  await bucket.destroy()
  await database.drop()
})

const newCall = async (): Promise<string> => {
  const { bytes, mediaType } = await testAudio('wav-mulaw')
  const token = service.issuer.token(persons.recorder())
  const sent = { baseUrl: service.baseUrl, token, metadata: callMetadata(), audio: bytes, mediaType }
  return (await deliver(sent)).body.id as string
}

const post = (path: string, claims: Claims, body: unknown) =>
  service.call(path, claims, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const original = (id: string) => ({ Bucket: bucket.bucket, Key: `recordings/${id}/original.age` })

/** What the bucket itself says, without our code between. */
async function inBucket(id: string) {
  const hold = await bucket.client.send(new GetObjectLegalHoldCommand(original(id))).catch(() => undefined)
  const { TagSet = [] } = await bucket.client.send(new GetObjectTaggingCommand(original(id)))
  return { hold: hold?.LegalHold?.Status, tag: TagSet.find(({ Key }) => Key === 'hold')?.Value }
}

test('a hold reaches the calls that are there before its answer, later ones soon, and lets go when released', async () => {
  const before = await newCall()
  const wanted = { type: 'claim', matterRef: 'CL-1', reason: 'a dispute', scope: { memberRef: 'M-1' } }
  const placed = await post('/v1/holds', persons.recordsManager(), { ...wanted, futureMatching: true })
  const { id: holdId } = (await placed.json()) as { id: string }
  expect([placed.status, await inBucket(before)]).toEqual([201, { hold: 'ON', tag: 'held' }])

  const after = await newCall()
  const heldToo = async () => ((await inBucket(after)).hold === 'ON' ? true : undefined)
  await waitFor('the hold of the later call', heldToo)
  expect(await inBucket(after)).toEqual({ hold: 'ON', tag: 'held' })
  // What is still being made of the call is held as well, a moment after it is stored.
  await waitFor('the hold of everything that was made of them', async () => {
    const shown = await service.call(`/v1/holds/${holdId}`, persons.privacyOfficer())
    const { recordings, storeConfirmed } = (await shown.json()) as Record<string, unknown>
    return recordings === 2 && storeConfirmed === true ? true : undefined
  })

  const released = await post(`/v1/holds/${holdId}/release`, persons.privacyOfficer(), { reason: 'settled' })
  expect(released.status).toBe(200)
  for (const id of [before, after])
    await waitFor('the release in the bucket', async () =>
      (await inBucket(id)).tag === 'none' ? true : undefined,
    )
  expect(await inBucket(before)).toEqual({ hold: 'OFF', tag: 'none' })
}, 120_000)
