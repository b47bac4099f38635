import { GetObjectLegalHoldCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openS3ObjectStore } from '../../../src/storage/s3-object-store.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { persons } from '../../support/tokens.ts'
import { CARD, cardCall, expectSilenced } from './card-call.ts'
import { member, officer, type RedactStage, setRedactStage } from './redact-stage.ts'

const PAYMENT = { ...CARD, reason: 'payment' } as const

let bucket: TestBucket
let stage: RedactStage
beforeAll(async () => {
  bucket = await createTestBucket({ objectLock: true })
  const { endpoint, region, accessKeyId, secretAccessKey } = bucket
  const credentials = { accessKeyId, secretAccessKey }
  stage = await setRedactStage({
    store: () =>
      openS3ObjectStore({ bucket: bucket.bucket, endpoint, region, forcePathStyle: true, credentials }),
  })
})
afterAll(async () => {
  stage.store.close()
  await stage.close()
  await bucket.destroy()
})

/** Version ids by key, as the store itself says. */
async function versionsOf(id: string): Promise<[string, string][]> {
  const at = { Bucket: bucket.bucket, Prefix: `recordings/${id}/` }
  const { Versions = [], DeleteMarkers = [] } = await bucket.client.send(new ListObjectVersionsCommand(at))
  expect(DeleteMarkers).toEqual([])
  return Versions.map(({ Key, VersionId }) => [Key ?? '', VersionId ?? ''])
}

const isHeld = async ([Key, VersionId]: [string, string]): Promise<boolean> => {
  const command = new GetObjectLegalHoldCommand({ Bucket: bucket.bucket, Key, VersionId })
  const answer = await bucket.client.send(command).catch(() => undefined)
  return answer?.LegalHold?.Status === 'ON'
}

const heard = async (id: string): Promise<Buffer> => {
  const { status, bytes } = await stage.call(member, 'GET', `/v1/recordings/${id}/audio?rendition=original`)
  expect(status).toBe(200)
  return bytes
}

it.each([
  ['wav mulaw', 'available'],
  ['mp3', 'available'],
  ['wav pcm', 'quarantined'],
] as const)(
  'takes payment data out of a held call in %s (%s), and out of its locked versions',
  async (format, status) => {
    const { bytes, mediaType } = await cardCall(format)
    const id = await stage.receive(bytes, { mediaType })
    await stage.work()
    await stage.db.updateTable('recording').set({ status }).where('id', '=', id).execute()
    const hold = { type: 'claim', matterRef: 'CL-7', reason: 'a dispute', scope: { recordings: [id] } }
    expect((await stage.call(persons.recordsManager(), 'POST', '/v1/holds', hold)).status).toBe(201)
    await stage.keepInStep()
    const before = await versionsOf(id)
    expect(await Promise.all(before.map(isHeld))).toEqual(before.map(() => true))

    await stage.silence(id, [PAYMENT])
    await stage.work()
    await stage.keepInStep()

    await expectSilenced(await heard(id))
    const after = await versionsOf(id)
    expect(after.filter((one) => before.some(([, versionId]) => versionId === one[1]))).toEqual([])
    expect(await Promise.all(after.map(isHeld))).toEqual(after.map(() => true))
    const named = await stage.db
      .selectFrom('rendition')
      .select('object_key')
      .where('recording_id', '=', id)
      .execute()
    expect(new Set(after.map(([key]) => key))).toEqual(new Set(named.map(({ object_key }) => object_key)))
    expect(after).toHaveLength(named.length)
    const row = await stage.db
      .selectFrom('recording')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect([row.hold_count, row.objects_changed_at]).toEqual([1, null])
    const { body } = await stage.call(officer, 'GET', `/v1/certificates?recordingId=${id}`)
    expect(body.items).toHaveLength(1)
  },
)
