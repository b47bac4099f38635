import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testAudio } from '../../support/audio.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { type RunningService, startService } from '../../support/running-service.ts'
import { persons } from '../../support/tokens.ts'
import { type ImportSite, jsonl, openImportSite, row, sha256 } from './site.ts'

let database: TestDatabase
let bucket: TestBucket
let old: TestBucket
let service: RunningService
let files: ImportSite

beforeAll(async () => {
  ;[database, bucket, old, files] = await Promise.all([
    createTestDatabase(),
    createTestBucket({ versioning: true }),
    createTestBucket(),
    openImportSite(),
  ])
  service = await startService({ databaseUrl: database.url, bucket })
})

afterAll(async () => {
  await service.stop()
  await Promise.all([database.drop(), bucket.destroy(), old.destroy(), files.close()])
})

const put = (Key: string, Body: Uint8Array) =>
  old.client.send(new PutObjectCommand({ Bucket: old.bucket, Key, Body, ContentLength: Body.length }))

describe('an import from a bucket', { timeout: 180_000 }, () => {
  it('beside a running service: a member finds and hears what was moved in', async () => {
    const small = await testAudio('ogg-opus')
    const large = await testAudio('wav-pcm', 400)
    expect(large.bytes.length).toBeGreaterThan(6_000_000)
    const odd = "2024/it's (a) call+1 é=ü*!.ogg"
    await Promise.all([
      put('archive/large.wav', large.bytes),
      put(`archive/${odd}`, small.bytes),
      put('elsewhere/secret.ogg', small.bytes),
    ])
    const of = (file: string, bytes: Uint8Array) => ({
      file,
      callId: file,
      sha256: sha256(bytes),
      bytes: bytes.length,
    })
    const manifest = await files.file(
      'bucket.jsonl',
      jsonl([
        row({ ...of('large.wav', large.bytes), memberRef: 'M-1001' }),
        row({ ...of(odd, small.bytes) }),
        row({ ...of('missing.wav', small.bytes) }),
        row({ ...of('../elsewhere/secret.ogg', small.bytes) }),
        row({ ...of('elsewhere/secret.ogg', small.bytes) }),
      ]),
    )
    const report = files.path('bucket.csv')
    const line = ['import', `s3://${old.bucket}/archive`, '-m', manifest, '-e', 'hmbs', '--report', report]
    await expect(service.command(...line)).rejects.toThrow(/ended with 2/)
    const refused = (await files.read('bucket.csv')).trim().split('\r\n').slice(1)
    expect(new Set(refused.map((one) => one.split(',').slice(0, 3).join(' ')))).toEqual(
      new Set(['3 file_refused file', '4 invalid_metadata file', '5 file_refused file']),
    )

    const member = persons.member('M-1001')
    const found = await service.call('/v1/recordings', member)
    const { items } = (await found.json()) as { items: { id: string }[] }
    expect(items).toHaveLength(1)
    const audio = await service.call(`/v1/recordings/${items[0]?.id}/audio`, member)
    expect(sha256(new Uint8Array(await audio.arrayBuffer()))).toBe(sha256(large.bytes))
    expect(JSON.parse(await service.command('fsck'))).toMatchObject({ recordings: 2, clean: true })
  })

  it('says at once when there is no such bucket', async () => {
    const manifest = await files.file('no.jsonl', jsonl([row({})]))
    const line = ['import', 's3://no-such-bucket-here', '-m', manifest, '-e', 'hmbs']
    await expect(service.command(...line)).rejects.toThrow(/bucket does not exist/)
  })
})
