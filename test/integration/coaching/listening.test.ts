import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MIB, MINUTE, SECOND } from '../../../src/kernel/units.ts'
import { persons } from '../../support/tokens.ts'
import { bearer, NOW } from '../listening/listening-app.ts'
import { addRendition, addWaveform } from '../listening/two-party-call.ts'
import { agent, type CoachingApp, coach, colleague, startCoachingApp } from './coaching-app.ts'

let app: CoachingApp
beforeAll(async () => {
  app = await startCoachingApp()
})
beforeEach(async () => {
  app.clock.set(NOW)
  await app.clear()
})
afterAll(() => app.close())

async function drawnCall(masked = randomBytes(1000)) {
  const { id } = await app.addCall()
  await addRendition(app, id, { name: 'masked', bytes: masked, mediaType: 'audio/mp4' })
  const { body } = await app.draw()
  return { id, masked, sampleId: body.id as string, playbacks: `/v1/recordings/${id}/playbacks` }
}
const listen = (path: string, claims = coach, headers = {}) =>
  fetch(app.url + path, { headers: { ...bearer(app, claims), ...headers } })
const refusalOf = async (answer: Response) => [
  answer.status,
  ((await answer.json()) as { code: string }).code,
]
const set = (id: string, values: object) =>
  app.db.updateTable('recording').set(values).where('id', '=', id).execute()

describe('a coach', () => {
  it('hears the masked voices of a drawn call, and nothing else of it', async () => {
    const { id, masked, sampleId, playbacks } = await drawnCall()
    const { status, body } = await app.call(coach, 'POST', playbacks, { sampleId })
    expect([status, body.rendition, body.bytes]).toEqual([201, 'masked', masked.length])
    const heard = await listen(body.audioUrl)
    expect(Buffer.from(await heard.arrayBuffer())).toEqual(masked)
    const part = await listen(body.audioUrl, coach, { range: 'bytes=10-19' })
    expect(Buffer.from(await part.arrayBuffer())).toEqual(masked.subarray(10, 20))
    const direct = await listen(`/v1/recordings/${id}/audio?sampleId=${sampleId}`)
    expect(Buffer.from(await direct.arrayBuffer())).toEqual(masked)

    const path = `/v1/recordings/${id}`
    expect(await refusalOf(await listen(`${path}/audio?sampleId=${sampleId}&rendition=original`))).toEqual([
      403,
      'forbidden',
    ])
    expect(await refusalOf(await listen(`${path}/copy`))).toEqual([403, 'forbidden'])
    expect(await refusalOf(await listen(`${path}/audio?rendition=masked`))).toEqual([403, 'forbidden'])
    expect((await app.call(coach, 'POST', playbacks, { sampleId, rendition: 'original' })).status).toBe(403)
    expect((await app.call(coach, 'POST', playbacks, { sampleId, channel: '1' })).status).toBe(400)
    expect(
      (await app.call(coach, 'POST', playbacks, { sampleId, purpose: 'training_coaching' })).status,
    ).toBe(400)
    expect((await app.call(coach, 'GET', path)).status).toBe(403)
  })

  it('sees the picture of what they hear', async () => {
    const { id, sampleId, playbacks } = await drawnCall()
    const { testAudio } = await import('../../support/audio.ts')
    await addWaveform(app, id, (await testAudio('wav-pcm', 2, 1)).bytes)
    const { body } = await app.call(coach, 'POST', playbacks, { sampleId })
    expect((await listen(body.waveformUrl)).status).toBe(200)
  })

  it('is on record with the sample and the purpose, and in the list for the member', async () => {
    const { id, sampleId, playbacks } = await drawnCall()
    const { body } = await app.call(coach, 'POST', playbacks, { sampleId })
    await (await listen(body.audioUrl)).arrayBuffer()
    const opened = (await app.auditOfType('recording.audio_opened')).find(
      (event) => event.recording_id === id,
    )
    expect(opened).toMatchObject({ actor_sub: 'coach-1', detail: { sample: sampleId, rendition: 'masked' } })
    const { member_ref } = await app.db
      .selectFrom('recording')
      .select('member_ref')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    const { body: accesses } = await app.call(
      persons.member(member_ref ?? ''),
      'GET',
      `/v1/recordings/${id}/accesses`,
    )
    expect(accesses.items).toEqual([
      expect.objectContaining({ purpose: 'training_coaching', roles: ['coach'], action: 'listened' }),
    ])
  })

  it('needs a sample of their own with this very call', async () => {
    const { playbacks, sampleId } = await drawnCall()
    const { id: other } = await app.addCall()
    expect((await app.call(colleague, 'POST', playbacks, { sampleId })).status).toBe(403)
    expect((await app.call(agent, 'POST', playbacks, { sampleId })).status).toBe(403)
    expect((await app.call(coach, 'POST', playbacks, { sampleId: crypto.randomUUID() })).status).toBe(403)
    expect((await app.call(coach, 'POST', `/v1/recordings/${other}/playbacks`, { sampleId })).status).toBe(
      403,
    )
    expect(
      (await app.call({ ...coach, confidentiality_signed: false }, 'POST', playbacks, { sampleId })).status,
    ).toBe(403)
    expect(
      (await app.call({ ...coach, entity: ['hmbs-advies'] }, 'POST', playbacks, { sampleId })).status,
    ).toBe(404)
  })
})

describe('an assignment that is over', () => {
  const tag = (id: string, values: object) =>
    app.db
      .updateTable('purpose_tag')
      .set(values)
      .where('recording_id', '=', id)
      .where('purpose', '=', 'training_coaching')
      .execute()
  const endings: [string, (id: string) => Promise<unknown>, string][] = [
    ['an objection', (id) => tag(id, { state: 'objected' }), 'objected'],
    ['a suspended purpose', (id) => tag(id, { state: 'suspended' }), 'objected'],
    ['the end of the purpose', (id) => tag(id, { retain_until: '2026-11-21' }), 'purpose_over'],
    ['T43: health found in it', (id) => set(id, { sensitivity: ['health'] }), 'sensitive'],
    ['T43: a crime found in it', (id) => set(id, { sensitivity: ['criminal'] }), 'sensitive'],
    ['T43: a minor found in it', (id) => set(id, { sensitivity: ['minor'] }), 'sensitive'],
    ['a card number found in it', (id) => set(id, { sensitivity: ['payment'] }), 'sensitive'],
    ['a restriction', (id) => set(id, { restricted: true }), 'restricted'],
    ['a hold', (id) => set(id, { hold_count: 1 }), 'held'],
    ['a quarantine', (id) => set(id, { status: 'quarantined', quarantined_at: NOW }), 'purpose_over'],
    ['a destruction', (id) => set(id, { status: 'destroying' }), 'gone'],
  ]

  it.each(endings)('%s: nothing is heard at once, and what was written goes', async (_name, end, reason) => {
    const { id, sampleId, playbacks } = await drawnCall()
    const sample = `/v1/training-samples/${sampleId}`
    const { body } = await app.call(coach, 'POST', playbacks, { sampleId })
    await app.call(coach, 'POST', `${sample}/items/1/notes`, { atSeconds: 1, text: 'x' })
    await app.call(coach, 'PUT', `${sample}/items/1/score`, { answers: { opening: 3 } })
    await app.call(coach, 'POST', `${sample}/items/1/release`)
    await end(id)
    expect((await listen(body.audioUrl)).status).toBeGreaterThanOrEqual(403)
    expect((await app.call(coach, 'POST', playbacks, { sampleId })).status).toBeGreaterThanOrEqual(403)
    expect(
      (await app.call(coach, 'POST', `${sample}/items/1/notes`, { atSeconds: 1, text: 'y' })).status,
    ).toBe(409)

    expect(await app.withdraw()).toBe(1)
    expect(await app.withdraw()).toBe(0)
    const item = (await app.call(coach, 'GET', sample)).body.items[0]
    expect(item).toMatchObject({ state: 'withdrawn', withdrawnReason: reason, recordingId: null, notes: 0 })
    for (const table of ['training_note', 'training_score'] as const)
      expect(await app.db.selectFrom(table).selectAll().where('sample_id', '=', sampleId).execute()).toEqual(
        [],
      )
    expect((await app.call(agent, 'GET', '/v1/feedback')).body.items[0]).toMatchObject({
      state: 'withdrawn',
      withdrawnReason: reason,
      notes: [],
      scores: [],
    })
    const event = (await app.auditOfType('training.withdrawn')).find(
      ({ detail }) => detail.sample === sampleId,
    )
    expect(event).toMatchObject({ recording_id: id, actor_sub: null, detail: { n: 1, reason } })
  })

  it('after its last day, also when the purpose goes on', async () => {
    const { sampleId, playbacks } = await drawnCall()
    app.clock.set('2026-12-06T22:59:00Z')
    expect((await app.call(coach, 'POST', playbacks, { sampleId })).status).toBe(201)
    app.clock.advance(MINUTE)
    expect((await app.call(coach, 'POST', playbacks, { sampleId })).body.code).toBe('purpose_expired')
    expect(await app.withdraw()).toBe(0)
  })

  it('stays over once it was withdrawn, whatever comes back', async () => {
    const { id, sampleId, playbacks } = await drawnCall()
    await set(id, { restricted: true })
    await app.withdraw()
    await set(id, { restricted: false })
    expect((await app.call(coach, 'POST', playbacks, { sampleId })).body.code).toBe('purpose_expired')
  })

  it('is withdrawn once, however many look for it', async () => {
    const { id } = await drawnCall()
    await set(id, { restricted: true })
    const counts = await Promise.all(Array.from({ length: 6 }, () => app.withdraw()))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1)
  })

  it('cuts a running stream within seconds, by an objection of the member', async () => {
    const size = 48 * MIB
    const { id, sampleId, playbacks } = await drawnCall(randomBytes(size))
    const { body } = await app.call(coach, 'POST', playbacks, { sampleId })
    const request = get(app.url + body.audioUrl, { headers: bearer(app, coach), agent: false })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    await once(response, 'data')
    response.pause()
    await tag(id, { state: 'objected' })
    const ended = async () =>
      (await app.auditOfType('recording.audio_delivered')).find((event) => event.recording_id === id)?.code
    await expect.poll(ended, { timeout: 20 * SECOND }).toBe('revoked')
    response.destroy()
  })
})
