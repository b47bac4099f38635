import { createWriteStream } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { wavHeader } from '../crash/calls.ts'
import { callMetadata, deliver } from '../support/deliver.ts'
import { residentBytes } from '../support/leaks.ts'
import type { RunningService } from '../support/running-service.ts'
import { persons } from '../support/tokens.ts'

export interface PackagePlan {
  readonly recordings: number
  readonly bytesEach: number
  /** Where the package is put. */
  readonly directory: string
}

export interface PackageResult {
  /** How many recordings were in when the service was killed. */
  readonly killedAt: number
  readonly bytes: number
  /** From the request for the file to its first byte. */
  readonly firstByteMs: number
  readonly seconds: number
  /** Highest resident memory seen while the package was made and fetched, looked at every 50 ms. */
  readonly residentPeak: number
  /** The same while it was only fetched, and before it was asked for. */
  readonly residentFetching: number
  readonly residentBefore: number
  /** What `verify-package` says. */
  readonly verdict: string
}

const RATE = 192_000
const MEMBER = 'M-load'
const member = persons.member(MEMBER)
const officer = persons.privacyOfficer()

/** Takes in calls, has them asked for and granted, kills the service half-way, fetches the package and checks it. */
export async function buildPackage(
  service: RunningService,
  { recordings, bytesEach, directory }: PackagePlan,
): Promise<PackageResult> {
  for (let n = 0; n < recordings; n += 1) await sendCall(service, n, bytesEach)
  const residentBefore = residentOf(service)
  const peaks = { made: 0, fetched: 0 }
  const phase: { now: keyof typeof peaks } = { now: 'made' }
  const watching = setInterval(() => {
    peaks[phase.now] = Math.max(peaks[phase.now], residentOf(service))
  }, 50)
  const request = await grantAll(service)
  const status = () => ask(service, `/v1/privacy-requests/${request}/package`, member)

  const half = await until(
    status,
    ({ state, recordings: { done } }) => state === 'ready' || done * 2 >= recordings,
  )
  service.kill('SIGKILL')
  await service.restart()
  await until(status, ({ state }) => state === 'ready')

  phase.now = 'fetched'
  const path = join(directory, 'package.zip')
  const started = performance.now()
  const answer = await service.call(`/v1/privacy-requests/${request}/package/file`, member)
  if (!answer.ok || !answer.body) throw new Error(`the package is not given: ${answer.status}`)
  let firstByteMs = 0
  async function* timed(pieces: AsyncIterable<Uint8Array>) {
    for await (const piece of pieces) {
      firstByteMs ||= performance.now() - started
      yield piece
    }
  }
  await pipeline(Readable.from(timed(answer.body)), createWriteStream(path))
  const seconds = (performance.now() - started) / 1000
  clearInterval(watching)

  const keys = join(directory, 'keys.json')
  await writeFile(keys, await (await service.call('/v1/package-keys', undefined)).text())
  const verdict = await service.command('verify-package', path, '--key', keys)
  const { size: bytes } = await stat(path)
  return {
    killedAt: half.recordings.done,
    bytes,
    firstByteMs,
    seconds,
    residentPeak: Math.max(peaks.made, peaks.fetched),
    residentFetching: peaks.fetched,
    residentBefore,
    verdict,
  }
}

/** Nothing while the one process has gone and the other is not there yet. */
function residentOf({ pid }: RunningService): number {
  try {
    return residentBytes(pid)
  } catch {
    return 0
  }
}

async function sendCall({ baseUrl, issuer }: RunningService, n: number, bytes: number): Promise<void> {
  const audio = Buffer.alloc(bytes, `listenback ${n} `)
  wavHeader(bytes - 44).copy(audio)
  // At a high rate the same bytes are a short call: not the decoder is what is measured.
  audio.writeUInt32LE(RATE, 24)
  audio.writeUInt32LE(2 * RATE, 28)
  const metadata = callMetadata({ callId: `load-${n}`, memberRef: MEMBER })
  const { status } = await deliver({ baseUrl, token: issuer.token(persons.recorder()), metadata, audio })
  if (status !== 201) throw new Error(`a call is not taken in: ${status}`)
}

async function grantAll(service: RunningService): Promise<string> {
  const { id } = await ask(service, '/v1/privacy-requests', member, { types: ['access'] })
  const decisions = [{ type: 'access', outcome: 'granted', text: 'U krijgt al uw gesprekken.' }]
  await ask(service, `/v1/privacy-requests/${id}/decision`, officer, { decisions })
  return id
}

// biome-ignore lint/suspicious/noExplicitAny: answers are read by path
async function ask(service: RunningService, path: string, claims: object, body?: object): Promise<any> {
  const init = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
  const answer = await service.call(path, { ...claims }, init)
  if (answer.status === 404 && !body) return { state: 'none', recordings: { done: 0 } }
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

async function until<T>(look: () => Promise<T>, isThere: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look()
    if (isThere(seen)) return seen
    await sleep(50)
  }
}
