import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testAudio } from '../../support/audio.ts'
import { callMetadata, deliver } from '../../support/deliver.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { ownDirectory, removeDirectory } from '../../support/processes.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { type RunningService, startService } from '../../support/running-service.ts'
import { persons } from '../../support/tokens.ts'

const run = promisify(execFile)

let database: TestDatabase
let bucket: TestBucket
let service: RunningService
let directory: string
let id: string
let audio: Buffer

beforeAll(async () => {
  ;[database, bucket] = await Promise.all([createTestDatabase(), createTestBucket({ versioning: true })])
  directory = ownDirectory('cli')
  service = await startService({ databaseUrl: database.url, bucket })
  const made = await testAudio('ogg-opus')
  audio = made.bytes
  const token = service.issuer.token(persons.recorder())
  const metadata = callMetadata({ memberRef: 'M-42' })
  const answer = await deliver({
    baseUrl: service.baseUrl,
    token,
    metadata,
    audio,
    mediaType: made.mediaType,
  })
  id = answer.body.id as string
})

afterAll(async () => {
  await service.stop()
  await Promise.all([database.drop(), bucket.destroy()])
  removeDirectory(directory)
})

async function auditOf(type: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { rows } = await client.query('select * from audit_event where type = $1', [type])
  await client.end()
  return rows
}

describe('decrypt', () => {
  it('opens a stored recording for whoever runs the service, with a reason that is on record', async () => {
    const output = join(directory, 'call.ogg')
    await expect(service.command('decrypt', '--recording', id, '--output', output)).rejects.toThrow(/reason/)
    expect(await auditOf('recording.opened_by_operator')).toEqual([])
    const reason = 'exit test of the contract'
    await service.command('decrypt', '--recording', id, '--reason', reason, '--output', output)
    expect((await readFile(output)).equals(audio)).toBe(true)
    const events = await auditOf('recording.opened_by_operator')
    expect(events).toMatchObject([{ recording_id: id, outcome: 'ok', detail: { reason } }])
  })

  it('locks nobody in: the stored object is an age file that the age program opens, and ours opens theirs', async () => {
    const reason = 'exit test of the contract'
    const identity = await service.command(
      'decrypt',
      '--recording',
      id,
      '--reason',
      reason,
      '--print-identity',
    )
    expect(identity).toMatch(/^AGE-SECRET-KEY-1[0-9A-Z]+\n$/)
    const identityFile = join(directory, 'identity.txt')
    await writeFile(identityFile, identity)
    const object = await bucket.client.send(
      new GetObjectCommand({ Bucket: bucket.bucket, Key: `recordings/${id}/original.age` }),
    )
    const sealed = join(directory, 'original.age')
    await writeFile(sealed, (await object.Body?.transformToByteArray()) ?? '')
    const options = { encoding: 'buffer', maxBuffer: 10_000_000 } as const
    const opened = await run('age', ['--decrypt', '-i', identityFile, sealed], options)
    expect(opened.stdout.equals(audio)).toBe(true)

    const plain = join(directory, 'plain.ogg')
    await service.command('decrypt', '-i', identityFile, '-o', plain, sealed)
    expect((await readFile(plain)).equals(audio)).toBe(true)
  })

  it('says that there is no such recording', async () => {
    const unknown = '11111111-1111-4111-8111-111111111111'
    const asked = service.command('decrypt', '--recording', unknown, '--reason', 'a reason long enough')
    await expect(asked).rejects.toThrow(/there is no such recording/)
    await expect(service.command('decrypt', '--recording', 'x', '--reason', 'a reason')).rejects.toThrow(
      /not a recording id/,
    )
  })
})

describe('the other commands', () => {
  it('doctor examines every part and the bucket, and ends well when nothing failed', async () => {
    const report = await service.command('doctor')
    for (const check of [
      'database clock',
      'storage',
      'keyring',
      'ffmpeg',
      'bucket: versioning',
      'bucket: object-lock',
      'bucket: lifecycle',
    ]) {
      expect(report).toMatch(new RegExp(`^(OK|WARN) +${check} `, 'm'))
    }
    expect(report).not.toMatch(/^FAIL/m)
  })

  it('migrate says that there is nothing to do, a second time too', async () => {
    expect(await service.command('migrate')).toBe('the database is up to date\n')
  })

  it('fsck finds nothing wrong beside a running service', async () => {
    expect(JSON.parse(await service.command('fsck'))).toMatchObject({
      recordings: 1,
      clean: true,
    })
  })

  it('sweep --dry-run lists and does nothing', async () => {
    expect(JSON.parse(await service.command('sweep', '--dry-run'))).toMatchObject({
      dryRun: true,
      destroyed: [],
    })
  })

  it('token refuses outside the demo', async () => {
    await expect(service.command('token', 'noor')).rejects.toThrow(/demo mode only/)
  })
})
