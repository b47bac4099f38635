import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { KIB, MIB, SECOND } from '../../../src/kernel/units.ts'
import { openS3ObjectStore } from '../../../src/storage/s3-object-store.ts'
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { addRecording, asMember, auditOf, type ListeningApp, startListeningApp } from './listening-app.ts'
import { addTwoPartyCall } from './two-party-call.ts'

/** The service reads a real Ceph bucket through a network that breaks as told. */
let bucket: TestBucket
let network: FaultProxy
let app: ListeningApp
beforeAll(async () => {
  bucket = await createTestBucket({ versioning: true })
  const { hostname, port } = new URL(bucket.endpoint)
  network = await startFaultProxy({ host: hostname, port: Number(port) })
  app = await startListeningApp({
    store: () =>
      openS3ObjectStore({
        bucket: bucket.bucket,
        region: bucket.region,
        endpoint: `http://127.0.0.1:${network.port}`,
        forcePathStyle: true,
        credentials: bucket,
      }),
  })
})
afterEach(() => network.set({}))
afterAll(async () => {
  app.store.close()
  await app.close()
  await network.close()
  await bucket.destroy()
})

const fetchAudio = (id: string, range?: string, signal: AbortSignal = AbortSignal.timeout(30 * SECOND)) =>
  fetch(`${app.url}/v1/recordings/${id}/audio`, {
    headers: { ...asMember(app), ...(range === undefined ? {} : { range }) },
    signal,
  })
const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer())
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code

describe('audio from Ceph', () => {
  it('equals the plain slice for random ranges', async () => {
    const size = 2 * MIB + 77
    const { id, audio } = await addRecording(app, { audio: randomBytes(size) })
    for (let round = 0; round < 100; round++) {
      const from = Math.floor(Math.random() * size)
      const to = from + Math.floor(Math.random() * (round % 2 === 0 ? 300 : size))
      const response = await fetchAudio(id, `bytes=${from}-${to}`)
      expect(response.status).toBe(206)
      expect((await bytesOf(response)).equals(audio.subarray(from, to + 1))).toBe(true)
    }
    expect((await bytesOf(await fetchAudio(id))).equals(audio)).toBe(true)
  })

  it('survives 200 aborted seeks without a connection left behind', async () => {
    const { id, audio } = await addRecording(app, { audio: randomBytes(8 * MIB) })
    for (let seek = 0; seek < 200; seek++) {
      const stop = new AbortController()
      const request = fetchAudio(id, `bytes=${seek * 40_000}-`, stop.signal)
      if (seek % 3 === 0) setTimeout(() => stop.abort(), seek % 9)
      else await request.then(() => stop.abort())
      await request.catch(() => {})
    }
    const good = await fetchAudio(id, 'bytes=0-99', AbortSignal.timeout(5 * SECOND))
    expect((await bytesOf(good)).equals(audio.subarray(0, 100))).toBe(true)
    await expect.poll(() => network.open(), { timeout: 20 * SECOND }).toBeLessThan(10)
  })

  it('whose connection is cut on the way ends in a broken answer, never in one that looks complete', async () => {
    const { id, audio } = await addRecording(app, { audio: randomBytes(8 * MIB) })
    network.cutAll()
    network.set({ cutAfter: { direction: 'down', bytes: 3 * MIB } })
    const response = await fetchAudio(id)
    expect(response.status).toBe(200)
    await expect(bytesOf(response)).rejects.toThrow()
    const end = (await auditOf(app, id, 2)).find(({ type }) => type === 'recording.audio_delivered')
    expect(end).toMatchObject({ code: 'unavailable', outcome: 'error' })
    expect(Number(end?.detail.sent)).toBeLessThan(3 * MIB)
    network.set({})
    const resumed = await fetchAudio(id, `bytes=${3 * MIB}-`)
    expect((await bytesOf(resumed)).equals(audio.subarray(3 * MIB))).toBe(true)
  })

  it('with one bit turned over on the way never reaches the listener', async () => {
    const { id } = await addRecording(app, { audio: randomBytes(60 * KIB) })
    network.cutAll()
    network.set({ flipByteAt: { direction: 'down', offset: 30_000 } })
    const response = await fetchAudio(id)
    expect([response.status, await codeOf(response)]).toEqual([502, 'damaged_recording'])
  })

  it('is 503 while the network to the store is down, and comes back with it', async () => {
    const { id } = await addRecording(app)
    network.cutAll()
    network.set({ refuse: true })
    const response = await fetchAudio(id)
    expect([response.status, await codeOf(response)]).toEqual([503, 'unavailable'])
    network.set({})
    expect((await bytesOf(await fetchAudio(id))).length).toBe(1000)
  })
})

describe('what was made of a call, from Ceph', () => {
  const get = (path: string) =>
    fetch(app.url + path, { headers: asMember(app), signal: AbortSignal.timeout(30 * SECOND) })

  it('is one voice of it, and its picture; without the store neither, and nobody is said to have seen it', async () => {
    const { id, made, waveform } = await addTwoPartyCall(app)
    const voice = await get(`/v1/recordings/${id}/audio?channel=member`)
    expect(await bytesOf(voice)).toEqual(made.channel2)
    const picture = () => get(`/v1/recordings/${id}/waveform`)
    expect(await (await picture()).json()).toMatchObject({ data: waveform.data })
    network.cutAll()
    network.set({ refuse: true })
    const unreachable = await picture()
    expect([unreachable.status, await codeOf(unreachable)]).toEqual([503, 'unavailable'])
    network.set({ flipByteAt: { direction: 'down', offset: 600 } })
    const damaged = await picture()
    expect([damaged.status, await codeOf(damaged)]).toEqual([502, 'damaged_recording'])
    const events = (await auditOf(app, id, 3)).filter(({ type }) => type === 'recording.waveform_viewed')
    expect(events.map(({ outcome }) => outcome)).toEqual(['ok'])
  })
})
