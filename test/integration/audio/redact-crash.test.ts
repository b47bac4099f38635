import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeOpenSealed } from '../../../src/recordings/open-sealed.ts'
import { wavOf } from '../../support/sound.ts'
import { persons } from '../../support/tokens.ts'
import { addRecording, bearer } from '../listening/listening-app.ts'
import { CARD, cardCall, expectSilenced } from './card-call.ts'
import { member, officer, type RedactStage, setRedactStage } from './redact-stage.ts'

const PAYMENT = { ...CARD, reason: 'payment' } as const

let stage: RedactStage
beforeAll(async () => {
  stage = await setRedactStage({ engine: 'none' })
})
afterEach(() => {
  stage.faults.death = undefined
})
afterAll(() => stage.close())

async function foundIn(isHeld: boolean): Promise<string> {
  const id = await stage.receive((await cardCall('wav mulaw')).bytes)
  if (isHeld) {
    const hold = { type: 'claim', matterRef: 'CL-1', reason: 'a dispute', scope: { recordings: [id] } }
    expect((await stage.call(persons.recordsManager(), 'POST', '/v1/holds', hold)).status).toBe(201)
    await stage.keepInStep()
  }
  expect((await stage.silence(id, [PAYMENT])).status).toBe(202)
  stage.faults.calls = []
  return id
}

const original = (id: string) => stage.call(member, 'GET', `/v1/recordings/${id}/audio?rendition=original`)

async function expectEnd(id: string, isHeld: boolean): Promise<void> {
  expect((await original(id)).status).toBe(503)
  await stage.work()
  await expectSilenced((await original(id)).bytes)
  const versions = await stage.versions(id)
  const row = await stage.db
    .selectFrom('rendition')
    .select(['object_key', 'version_id'])
    .where('recording_id', '=', id)
    .executeTakeFirstOrThrow()
  expect(versions.map(({ key, versionId }) => [key, versionId])).toEqual([[row.object_key, row.version_id]])
  expect(await stage.store.isHeld(row.object_key, row.version_id ?? '')).toBe(isHeld)
  const { body } = await stage.call(officer, 'GET', `/v1/certificates?recordingId=${id}`)
  expect(body.items).toHaveLength(1)
  expect(body.items[0].certificate).toMatchObject({ versionsRemoved: 1, renditions: ['original'] })
}

describe.each([
  ['a free recording', false],
  ['a held recording', true],
] as const)('of %s', (_name, isHeld) => {
  it('the redaction comes to one end, wherever it broke off before', async () => {
    const whole = await foundIn(isHeld)
    expect(await stage.redact(whole)).toBe('done')
    const steps = stage.faults.calls.length
    await expectEnd(whole, isHeld)
    expect(steps).toBeGreaterThanOrEqual(isHeld ? 6 : 3)
    for (let at = 0; at < steps; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const id = await foundIn(isHeld)
        stage.faults.death = { at, when }
        await expect(stage.redact(id)).rejects.toThrow()
        stage.faults.death = undefined
        await expectEnd(id, isHeld)
      }
    }
  })
})

describe('what somebody else has locked in the store', () => {
  it('is tried again and then put aside; nobody hears the recording until it is asked for again', async () => {
    const id = await foundIn(false)
    const [version] = await stage.versions(id)
    if (!version) throw new Error('nothing is stored')
    await stage.store.setHold(version.key, version.versionId, true)
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await stage.work()
      stage.app.clock.advance(120_000)
    }
    const row = await stage.db
      .selectFrom('audio_work')
      .select(['state', 'reason'])
      .where('recording_id', '=', id)
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ state: 'parked', reason: 'failed_repeatedly' })
    expect((await original(id)).status).toBe(503)
    await stage.store.setHold(version.key, version.versionId, false)
    await stage.silence(id, [PAYMENT])
    await stage.work()
    await expectSilenced((await original(id)).bytes)
  })
})

it('a stream that runs is cut, and nothing is opened for operators either', async () => {
  const samples = Float32Array.from({ length: 16 * 1024 * 1024 }, (_, i) => ((i * 7919) % 1000) / 1000)
  const long = wavOf([samples], 48_000)
  const { id } = await addRecording(stage.app, { audio: long })
  const url = `${stage.app.url}/v1/recordings/${id}/audio?rendition=original`
  const request = get(url, { headers: bearer(stage.app, member), agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let bytes = 0
  response.on('data', (piece: Buffer) => {
    bytes += piece.length
  })
  while (bytes === 0) await once(response, 'data')
  response.pause()
  await stage.silence(id, [PAYMENT])
  response.resume()
  await once(response, 'close').catch(() => {})
  expect(response.complete).toBe(false)
  expect(bytes).toBeLessThan(long.length)
  const { db, store, clock, keyring } = stage.app
  const openSealed = makeOpenSealed({ db, store, clock, keyring })
  const reason = 'a reason that is long enough'
  await expect(openSealed(id, reason)).rejects.toMatchObject({ code: 'unavailable' })
  await stage.work()
  expect((await original(id)).bytes.length).toBe(long.length)
})
