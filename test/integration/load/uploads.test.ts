import { createConnection } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audioOf, newCall, seeded } from '../../crash/calls.ts'
import { listStore } from '../../crash/site.ts'
import { uploadInParallel } from '../../load/parallel-uploads.ts'
import { callMetadata, deliver, envelope } from '../../support/deliver.ts'
import { expectNoLeak, openDescriptors } from '../../support/leaks.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { type RunningService, startService } from '../../support/running-service.ts'
import { persons } from '../../support/tokens.ts'

const MB = 1e6
let database: TestDatabase
let bucket: TestBucket
let service: RunningService

beforeAll(async () => {
  ;[database, bucket] = await Promise.all([createTestDatabase(), createTestBucket({ versioning: true })])
  const env = { MIN_UPLOAD_RATE: '1000', MIN_UPLOAD_RATE_WINDOW: '2s' }
  service = await startService({ databaseUrl: database.url, bucket, env })
})

afterAll(async () => {
  await service.stop()
  await Promise.all([database.drop(), bucket.destroy()])
})

test('uploads at the same time take memory for their parts, not for their files', async () => {
  const { statuses, intact, residentBefore, residentPeak } = await uploadInParallel(service, {
    uploads: 8,
    bytesEach: 50 * MB,
  })
  expect(statuses).toEqual(Array.from({ length: 8 }, () => 201))
  expect(intact).toBe(8)
  // The files together are 400 MB; fourteen part buffers are 73 MB, and the collector may leave as much again.
  expect(residentPeak - residentBefore).toBeLessThan(200 * MB)
})

test('a sender of one byte a second is cut with 408, leaves nothing, and others do not notice', async () => {
  const before = await listStore(bucket)
  const descriptors = openDescriptors(service.pid)
  const stalled = sendOneBytePerSecond(service)
  const call = newCall('beside-the-slow-one', seeded(1))
  for (let n = 0; n < 5; n += 1) {
    const answer = await deliver({
      baseUrl: service.baseUrl,
      token: service.issuer.token(persons.recorder()),
      metadata: callMetadata({ callId: `beside-${n}` }),
      audio: audioOf(call),
    })
    expect(answer.status).toBe(201)
  }
  expect(await stalled).toMatch(/^HTTP\/1\.1 408 /)
  const after = await listStore(bucket)
  const originals = ({ versions }: typeof before) =>
    [...versions.keys()].filter((key) => key.endsWith('/original.age')).length
  expect(originals(after) - originals(before)).toBe(5)
  expect(after.uploads).toEqual([])
  // Idle connections to the store and database may stay; the slow sender's own must not.
  await expectNoLeak(service.pid, { ...descriptors, total: descriptors.total + 16 })
})

/** Begins a well-formed delivery, then trickles; gives what the service answers before it hangs up. */
async function sendOneBytePerSecond({ baseUrl, issuer }: RunningService): Promise<string> {
  const { head, contentType } = envelope({ metadata: callMetadata() })
  const { hostname, port } = new URL(baseUrl)
  const socket = createConnection(Number(port), hostname)
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const lines = [
    'POST /v1/recordings HTTP/1.1',
    `Host: ${hostname}:${port}`,
    `Authorization: Bearer ${issuer.token(persons.recorder())}`,
    `Content-Type: ${contentType}`,
    'Content-Length: 1000000',
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  socket.write(head)
  while (!socket.destroyed && !answer) {
    socket.write('R')
    await Promise.race([sleep(1000), closed])
  }
  await Promise.race([closed, sleep(5000)])
  socket.destroy()
  return answer
}
