import { GetObjectTaggingCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testAudio } from '../support/audio.ts'
import { callMetadata, deliver } from '../support/deliver.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { waitFor } from '../support/processes.ts'
import { createTestBucket, type TestBucket } from '../support/rgw.ts'
import { type RunningService, startService } from '../support/running-service.ts'
import { persons } from '../support/tokens.ts'

const member = persons.member('M-1')
let database: TestDatabase
let bucket: TestBucket
let service: RunningService

beforeAll(async () => {
  database = await createTestDatabase()
  bucket = await createTestBucket({ versioning: true })
  service = await startService({ databaseUrl: database.url, bucket })
})
afterAll(async () => {
  await service.stop()
  await bucket.destroy()
  await database.drop()
})

const listed = async (id: string): Promise<string[]> => {
  const answer = await service.call(`/v1/recordings/${id}`, member)
  return ((await answer.json()) as { media: { renditions: string[] } }).media.renditions
}

/** What the bucket itself says, without our code between. */
const versionsOf = async (Prefix: string): Promise<number> => {
  const found = await bucket.client.send(new ListObjectVersionsCommand({ Bucket: bucket.bucket, Prefix }))
  return (found.Versions?.length ?? 0) + (found.DeleteMarkers?.length ?? 0)
}

test('a call that training may use gets a masked rendition by itself, and loses it to an objection', async () => {
  const { bytes, mediaType } = await testAudio('wav-mulaw', 3, 2)
  const token = service.issuer.token(persons.recorder())
  const metadata = callMetadata({ purposes: ['training_coaching', 'fraud_prevention'] })
  const sent = { baseUrl: service.baseUrl, token, metadata, audio: bytes, mediaType }
  const { id = '' } = (await deliver(sent)).body
  await waitFor('the masked rendition', async () => (await listed(id)).includes('masked') || undefined)

  const Key = `recordings/${id}/masked.m4a.age`
  const { TagSet = [] } = await bucket.client.send(
    new GetObjectTaggingCommand({ Bucket: bucket.bucket, Key }),
  )
  const tags = Object.fromEntries(TagSet.map((tag) => [tag.Key, tag.Value]))
  expect(tags).toMatchObject({ purpose: 'training_coaching', class: 'derived' })
  const masked = () => service.call(`/v1/recordings/${id}/audio?rendition=masked`, member)
  expect((await masked()).status).toBe(200)

  const path = `/v1/recordings/${id}/purposes/training_coaching/objection`
  expect((await service.call(path, persons.privacyOfficer(), { method: 'POST' })).status).toBe(200)
  expect((await masked()).status).toBe(404)
  expect(await listed(id)).not.toContain('masked')
  await waitFor('its end in the bucket', async () => (await versionsOf(Key)) === 0 || undefined)
  expect((await service.call(`/v1/recordings/${id}/audio`, member)).status).toBe(200)
}, 120_000)
