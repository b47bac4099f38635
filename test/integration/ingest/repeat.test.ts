import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { audioPart, formBody, metadataPart, wav } from './form.ts'
import {
  type Answer,
  auditTrail,
  contents,
  deliver,
  eventually,
  type IngestApp,
  metadata,
  post,
  rawRequest,
  startIngestApp,
} from './ingest-app.ts'

let app: IngestApp
let before: Awaited<ReturnType<typeof contents>>
beforeAll(async () => {
  app = await startIngestApp()
})
afterAll(() => app.close())
beforeEach(async () => {
  before = await contents(app)
})

/** Recordings, objects and keys that came in addition. */
async function added() {
  const now = await contents(app)
  return {
    recordings: now.recording - before.recording,
    versions: now.versions - before.versions,
    keys: now.ingest_request - before.ingest_request,
  }
}

const withKey = (key: string = randomUUID()) => ({ headers: { 'idempotency-key': key } })
const outcome = ({ status, body }: Answer): [number, string] => [status, body.code]

describe('the same delivery again', () => {
  it('with an idempotency key gives the same recording, 201 and then 200', async () => {
    const call = metadata(app)
    const key = withKey()
    const first = await deliver(app, call, wav(3), key)
    const second = await deliver(app, call, wav(3), key)
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.body).toEqual(first.body)
    expect(second.headers.get('location')).toBe(first.headers.get('location'))
    expect(await added()).toEqual({ recordings: 1, versions: 1, keys: 1 })
    expect((await auditTrail(app)).at(-1)).toBe('recording.ingest_repeated')
  })

  it('without a key is known by its call', async () => {
    const call = metadata(app)
    const first = await deliver(app, call, wav(3))
    const second = await deliver(app, call, wav(3))
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.body.id).toBe(first.body.id)
    expect(await added()).toEqual({ recordings: 1, versions: 1, keys: 0 })
  })

  it('is the same in another spelling, and from another sender', async () => {
    const call = metadata(app, { purposes: ['training_coaching', 'service_quality'] })
    const first = await deliver(app, call, wav(3))
    const spelled = {
      ...call,
      startedAt: String(call.startedAt).replace('Z', '+00:00'),
      purposes: ['service_quality', 'training_coaching'],
      sensitivity: ['none'],
      channels: null,
    }
    const second = await deliver(app, spelled, wav(3), { ...withKey(), token: app.importer })
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.body.id).toBe(first.body.id)
  })
})

describe('another delivery under the same name', () => {
  it('with the same key and other audio, or other metadata, is a conflict', async () => {
    const call = metadata(app)
    const key = withKey()
    await deliver(app, call, wav(3), key)
    expect(outcome(await deliver(app, call, wav(3, 2), key))).toEqual([409, 'idempotency_conflict'])
    expect(outcome(await deliver(app, { ...call, agentRef: 'A-8' }, wav(3), key))).toEqual([
      409,
      'idempotency_conflict',
    ])
    expect(outcome(await deliver(app, metadata(app), wav(3), key))).toEqual([409, 'idempotency_conflict'])
    expect(await added()).toEqual({ recordings: 1, versions: 1, keys: 1 })
    expect((await auditTrail(app)).at(-1)).toBe('recording.ingest_refused:idempotency_conflict')
  })

  it('of the same call is a conflict that tells nothing of what is stored', async () => {
    const call = metadata(app)
    const { body } = await deliver(app, call, wav(3))
    const conflict = await deliver(app, { ...call, memberRef: 'M-2' }, wav(3))
    expect(outcome(conflict)).toEqual([409, 'call_exists'])
    expect(Object.keys(conflict.body)).toEqual(['type', 'title', 'status', 'code'])
    expect(JSON.stringify(conflict.body)).not.toContain(body.id)
    expect(await added()).toEqual({ recordings: 1, versions: 1, keys: 0 })
  })

  it('keeps keys of different callers apart', async () => {
    const key = withKey()
    const first = await deliver(app, metadata(app), wav(3), key)
    const second = await deliver(app, metadata(app), wav(3), { ...key, token: app.importer })
    expect([first.status, second.status]).toEqual([201, 201])
  })

  it('with a key that was first used for a repeated call is a conflict as well', async () => {
    const call = metadata(app)
    const key = withKey()
    await deliver(app, call, wav(3))
    expect((await deliver(app, call, wav(3), key)).status).toBe(200)
    expect(outcome(await deliver(app, metadata(app), wav(3), key))).toEqual([409, 'idempotency_conflict'])
  })
})

describe('the same delivery at the same time', () => {
  it.each([
    ['with a key', true],
    ['without a key', false],
  ])(
    'eight times in parallel %s makes one recording, and no answer is an error of ours',
    async (_name, keyed) => {
      const body = formBody([metadataPart(metadata(app)), audioPart(wav(20))])
      const options = keyed ? withKey() : {}
      const answers = await Promise.all(Array.from({ length: 8 }, () => post(app, body, options)))
      const statuses = answers.map(({ status }) => status)
      expect(statuses.filter((status) => status === 201)).toHaveLength(1)
      for (const answer of answers) {
        if (answer.status === 409) {
          expect(answer.body.code).toBe('upload_in_progress')
          expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
        } else expect([200, 201]).toContain(answer.status)
      }
      expect(await added()).toEqual({ recordings: 1, versions: 1, keys: keyed ? 1 : 0 })
      expect((await post(app, body, options)).status).toBe(200)
    },
  )

  it('a hundred times over a second makes one recording', async () => {
    const body = formBody([metadataPart(metadata(app)), audioPart(wav(2))])
    const statuses: number[] = []
    for (let round = 0; round < 13; round += 1) {
      const answers = await Promise.all(Array.from({ length: 8 }, () => post(app, body)))
      statuses.push(...answers.map(({ status }) => status))
    }
    expect(statuses.filter((status) => status === 201)).toHaveLength(1)
    expect(statuses.every((status) => [200, 201, 409].includes(status))).toBe(true)
    expect((await added()).recordings).toBe(1)
  })

  it('while the first one still runs is told to come back, by key and by call', async () => {
    const call = metadata(app)
    const body = formBody([metadataPart(call), audioPart(wav(30))])
    const key = randomUUID()
    const running = await rawRequest(app, { 'Content-Length': String(body.length), 'Idempotency-Key': key })
    running.socket.write(body.subarray(0, 200_000))
    await eventually(async () => (await added()).recordings === 1, 'the first one is being received')
    expect(outcome(await post(app, body))).toEqual([409, 'upload_in_progress'])
    expect(outcome(await deliver(app, metadata(app), wav(1), withKey(key)))).toEqual([
      409,
      'upload_in_progress',
    ])
    running.socket.write(body.subarray(200_000))
    await eventually(() => running.answer().includes('}'), 'the first one is confirmed')
    running.socket.destroy()
    expect(running.answer()).toMatch(/^HTTP\/1.1 201 /)
    expect((await post(app, body, withKey(key))).status).toBe(200)
  })
})
