import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ProvenCertificateSchema } from '../../../src/recordings/certificate-routes.ts'
import { decodeIdentity, decryptAgeFile } from '../../../src/storage/age/index.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { type RunningService, startService } from '../../support/running-service.ts'
import { persons } from '../../support/tokens.ts'
import {
  deliverCall,
  makeDue,
  member,
  PERSONAL_VALUES,
  query,
  sweepAway,
  untilMade,
} from './certificate-drill.ts'

let database: TestDatabase
let bucket: TestBucket
let service: RunningService
let id: string
let audio: Buffer
let copy: Buffer
let dayOfCall: string

beforeAll(async () => {
  database = await createTestDatabase()
  bucket = await createTestBucket({ objectLock: true })
  service = await startService({
    databaseUrl: database.url,
    bucket,
    env: { GRACE_DAYS: '0', SWEEP_INTERVAL: '1d' },
  })
  ;({ id, audio } = await deliverCall(service))
  await untilMade(database.url)
  const where = { Bucket: bucket.bucket, Key: `recordings/${id}/original.age` }
  const stored = await bucket.client.send(new GetObjectCommand(where))
  copy = await buffer(stored.Body as NodeJS.ReadableStream)
  // A second version that the database does not know.
  await bucket.client.send(new PutObjectCommand({ ...where, Body: copy }))
  dayOfCall = new Date(Date.now() - 3_600_000).toISOString().slice(0, 10)
})

afterAll(async () => {
  await service.stop()
  await bucket.destroy()
  await database.drop()
})

const privacyOfficer = persons.privacyOfficer()
const certificateOf = async (claims = privacyOfficer) =>
  service.call(`/v1/certificates?recordingId=${id}`, claims)

test('while a recording lives, its copy can be opened, and there is no certificate', async () => {
  const identity = await service.command(
    'decrypt',
    '--recording',
    id,
    '--reason',
    'an old copy is opened',
    '--print-identity',
  )
  const opened = decryptAgeFile([decodeIdentity(identity.trim())])
  opened.end(copy)
  expect((await buffer(opened)).equals(audio)).toBe(true)
  expect(await (await certificateOf()).json()).toEqual({ items: [], nextCursor: null })
})

test('after the destruction no version, upload or key is left, and the old copy cannot be opened', async () => {
  // Not before: the sweep of the service's start may still be under way.
  await makeDue(database.url, id)
  await sweepAway(service, database.url, id)
  const at = { Bucket: bucket.bucket, Prefix: `recordings/${id}/` }
  const versions = await bucket.client.send(new ListObjectVersionsCommand(at))
  const uploads = await bucket.client.send(new ListMultipartUploadsCommand(at))
  expect([versions.Versions ?? [], versions.DeleteMarkers ?? [], uploads.Uploads ?? []]).toEqual([[], [], []])
  expect(await query(database.url, 'select 1 from recording_key where recording_id = $1', [id])).toEqual([])
  await expect(
    service.command('decrypt', '--recording', id, '--reason', 'an old copy is opened', '--print-identity'),
  ).rejects.toThrow('there is no such recording')
  expect((await service.call(`/v1/recordings/${id}`, member)).status).toBe(404)
})

test('T30, T46: the certificate says what was done and nothing of whose call it was', async () => {
  const { items } = (await (await certificateOf()).json()) as { items: unknown[] }
  const { certificate, jws } = ProvenCertificateSchema.parse(items[0])
  expect(certificate).toMatchObject({
    no: 1,
    recordingId: id,
    entity: 'hmbs',
    removedBy: 'service',
    versionsRemoved: 5,
    renditions: ['masked', 'original', 'playback', 'waveform'],
    ciphertextSha256: expect.arrayContaining([createHash('sha256').update(copy).digest('hex')]),
    approvers: [],
    previousSha256: '0'.repeat(64),
    store: { kind: 's3', region: bucket.region },
    executor: expect.stringMatching(/^listenback\/\d/),
  })
  expect(certificate.purposes).toMatchObject([{ purpose: 'training_coaching', countedFrom: 'call.ended' }])
  const text = `${JSON.stringify(certificate)} ${Buffer.from(jws.split('.')[1] ?? '', 'base64url')}`
  const isTold = (value: string) => text.includes(value)
  expect(PERSONAL_VALUES.filter(isTold)).toEqual([])
  expect(text).not.toContain(bucket.bucket)
  expect(text).not.toContain(createHash('sha256').update(audio).digest('hex'))
  // The destruction was today, and so was this call: only the two moments of the destruction may say so.
  const { startedAt: _started, finishedAt: _finished, ...rest } = certificate
  expect(JSON.stringify(rest)).not.toContain(dayOfCall)
})

test('anybody finds it by its number; by the recording only those who account for it', async () => {
  const byNumber = await service.call('/v1/certificates/1', undefined)
  expect(byNumber.status).toBe(200)
  expect(ProvenCertificateSchema.parse(await byNumber.json()).certificate.recordingId).toBe(id)
  for (const no of ['2', '0', '-1', '01', 'x', '99999999999999999999'])
    expect((await service.call(`/v1/certificates/${no}`, undefined)).status).toBe(404)
  expect((await certificateOf(member)).status).toBe(403)
  expect((await certificateOf(persons.coach())).status).toBe(403)
  expect((await service.call(`/v1/certificates?recordingId=${id}`, undefined)).status).toBe(401)
  const elsewhere = await certificateOf(persons.auditor({ entity: ['hmbs-advies'] }))
  expect(await elsewhere.json()).toEqual({ items: [], nextCursor: null })
})

test('those who account for it list the certificates of their entities, page by page', async () => {
  const list = async (query: string, claims = privacyOfficer) => {
    const answer = await service.call(`/v1/certificates${query}`, claims)
    return { status: answer.status, body: (await answer.json()) as { items: unknown[]; nextCursor: unknown } }
  }
  const page = await list('?limit=1')
  expect(page.body.items.map((item) => ProvenCertificateSchema.parse(item).certificate.no)).toEqual([1])
  expect(page.body.nextCursor).toBe(null)
  expect((await list('?cursor=2')).body.items).toHaveLength(1)
  expect((await list('?cursor=1')).body.items).toEqual([])
  for (const cursor of ['0', 'x', '-1']) expect((await list(`?cursor=${cursor}`)).status).toBe(400)
  expect((await list('', persons.auditor({ entity: ['hmbs-advies'] }))).body.items).toEqual([])
  expect((await list('', member)).status).toBe(403)
})

test('it is verified with the public key alone, and a changed one is not', async () => {
  const file = (name: string, content: string): string => {
    const path = join(service.dataDir, name)
    writeFileSync(path, content)
    return path
  }
  const keys = file('jwks.json', await (await service.call('/v1/signing-keys', undefined)).text())
  const answer = await (await service.call('/v1/certificates/1', undefined)).text()
  const genuine = file('certificate.json', answer)
  expect(await service.command('verify-certificate', genuine, '--key', keys)).toContain(id)
  const { jws } = JSON.parse(answer) as { jws: string }
  expect(await service.command('verify-certificate', file('bare.jws', jws), '--key', keys)).toContain(id)
  const forged = file('forged.json', answer.replace('"versionsRemoved":5', '"versionsRemoved":9'))
  await expect(service.command('verify-certificate', forged, '--key', keys)).rejects.toThrow(
    'says something else',
  )
  const [head, payload, signature] = jws.split('.')
  const other = Buffer.from(
    Buffer.from(payload ?? '', 'base64url')
      .toString()
      .replace('hmbs', 'hmbx'),
  )
  const broken = file('broken.jws', [head, other.toString('base64url'), signature].join('.'))
  await expect(service.command('verify-certificate', broken, '--key', keys)).rejects.toThrow(
    'does not fit any of these keys',
  )
})

test('certificates follow each other', async () => {
  const second = await deliverCall(service, { callId: 'call-of-jansen-2' })
  await makeDue(database.url, second.id)
  await sweepAway(service, database.url, second.id)
  const paths = await Promise.all(
    [1, 2].map(async (no) => {
      const path = join(service.dataDir, `certificate-${no}.json`)
      writeFileSync(path, await (await service.call(`/v1/certificates/${no}`, undefined)).text())
      return path
    }),
  )
  const keys = join(service.dataDir, 'jwks.json')
  const check = (file = '', previous = '') =>
    service.command('verify-certificate', file, '--key', keys, '--previous', previous)
  expect(await check(paths[1], paths[0])).toContain(second.id)
  await expect(check(paths[0], paths[1])).rejects.toThrow('does not follow')
})
