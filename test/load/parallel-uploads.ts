import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { wavHeader } from '../crash/calls.ts'
import { callMetadata, envelope } from '../support/deliver.ts'
import { residentBytes } from '../support/leaks.ts'
import type { RunningService } from '../support/running-service.ts'
import { persons } from '../support/tokens.ts'

export interface ParallelUploads {
  readonly uploads: number
  readonly bytesEach: number
}

export interface ParallelResult {
  /** Status code of every upload. */
  readonly statuses: readonly number[]
  /** Recordings whose stored hash is that of what was sent. */
  readonly intact: number
  readonly residentBefore: number
  /** Highest resident memory seen while the uploads ran, looked at every 50 ms. */
  readonly residentPeak: number
}

const PIECE = Buffer.alloc(256 * 1024, 'listenback')

/** Sends all of them at once, each as fast as it is taken, and watches the memory of the service. */
export async function uploadInParallel(
  service: RunningService,
  { uploads, bytesEach }: ParallelUploads,
): Promise<ParallelResult> {
  const expected = hashOf(bytesEach)
  const residentBefore = residentBytes(service.pid)
  let residentPeak = residentBefore
  const watching = setInterval(() => {
    residentPeak = Math.max(residentPeak, residentBytes(service.pid))
  }, 50)
  const answers = await Promise.all(Array.from({ length: uploads }, () => sendOne(service, bytesEach)))
  clearInterval(watching)
  return {
    statuses: answers.map((answer) => answer.status),
    intact: answers.filter((answer) => answer.sha256 === expected).length,
    residentBefore,
    residentPeak,
  }
}

/** The same sound for all: a WAV header and a repeated piece, made while it is sent. */
function* sound(bytes: number): Generator<Buffer> {
  yield wavHeader(bytes - 44)
  for (let left = bytes - 44; left > 0; left -= PIECE.length)
    yield PIECE.subarray(0, Math.min(left, PIECE.length))
}

function* body(head: Buffer, bytes: number, tail: Buffer): Generator<Buffer> {
  yield head
  yield* sound(bytes)
  yield tail
}

function hashOf(bytes: number): string {
  const hash = createHash('sha256')
  for (const piece of sound(bytes)) hash.update(piece)
  return hash.digest('hex')
}

function sendOne(
  service: RunningService,
  bytes: number,
): Promise<{ status: number; sha256: string | undefined }> {
  const { head, tail, contentType } = envelope({ metadata: callMetadata() })
  return new Promise((resolve, reject) => {
    const sending = request(new URL('/v1/recordings', service.baseUrl), {
      method: 'POST',
      agent: false,
      headers: {
        Authorization: `Bearer ${service.issuer.token(persons.recorder())}`,
        'Content-Type': contentType,
        'Content-Length': head.length + bytes + tail.length,
      },
    })
    sending.once('error', reject)
    sending.once('response', async (answer) => {
      const parts: Buffer[] = []
      for await (const part of answer) parts.push(part)
      const body = JSON.parse(Buffer.concat(parts).toString())
      resolve({ status: answer.statusCode ?? 0, sha256: body.audio?.sha256 })
    })
    // Never more in memory here than the connection takes: this process must not be what is measured.
    pipeline(Readable.from(body(head, bytes, tail)), sending).catch(reject)
  })
}
