import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { persons } from '../../support/tokens.ts'
import { addRecording, auditOf } from '../listening/listening-app.ts'
import { manager, member, officer, startTrainingApp, type TrainingApp } from './training-app.ts'

const BEEP = { fromSeconds: 1, toSeconds: 2, reason: 'name' }
const CUT = { fromSeconds: 3.5, toSeconds: 4, channel: 2, reason: 'third_party' }
const NONE = { beeps: [], cuts: [] }

describe('the parts that are left out of a recording', () => {
  let app: TrainingApp

  beforeAll(async () => {
    app = await startTrainingApp()
  })
  afterAll(() => app.close())

  const at = (id: string) => `/v1/recordings/${id}/spans`
  const put = (id: string, body: unknown, claims = officer) => app.call(claims, 'PUT', at(id), body)
  const get = (id: string, claims = officer) => app.call(claims, 'GET', at(id))

  test('are kept in order, merged where they overlap, and answered as they are kept', async () => {
    const { id } = await addRecording(app)
    expect((await get(id)).body).toEqual(NONE)
    const answer = await put(id, {
      beeps: [
        { fromSeconds: 10, toSeconds: 12, reason: 'name' },
        BEEP,
        { ...BEEP, fromSeconds: 1.5, toSeconds: 3 },
      ],
      cuts: [CUT],
    })
    const kept = {
      beeps: [
        { ...BEEP, toSeconds: 3 },
        { fromSeconds: 10, toSeconds: 12, reason: 'name' },
      ],
      cuts: [CUT],
    }
    expect(answer).toMatchObject({ status: 200, body: kept })
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect((await get(id)).body).toEqual(kept)
    expect((await put(id, { ...NONE, cuts: [CUT] })).body).toEqual({ ...NONE, cuts: [CUT] })
  })

  test('are on record: who put them and how many, never where or why', async () => {
    const { id } = await addRecording(app)
    await put(id, { beeps: [BEEP], cuts: [CUT] })
    await get(id)
    const [replaced, viewed] = await auditOf(app, id, 2)
    expect(replaced).toMatchObject({
      type: 'recording.spans_replaced',
      outcome: 'ok',
      actor_sub: 'privacy-1',
    })
    expect(replaced?.detail).toEqual({ beeps: 1, cuts: 1, madeAnew: ['masked', 'copy'] })
    expect(viewed).toMatchObject({ type: 'recording.spans_viewed', outcome: 'ok' })
  })

  test('have only what depends on them made anew, and nothing when they stay as they are', async () => {
    const { id } = await addRecording(app)
    await put(id, { beeps: [BEEP], cuts: [] })
    expect(await app.queued(id)).toEqual(['masked'])
    await app.db.deleteFrom('audio_work').execute()
    await put(id, { beeps: [BEEP], cuts: [CUT] })
    expect(await app.queued(id)).toEqual(['copy'])
    await app.db.deleteFrom('audio_work').execute()
    await put(id, { beeps: [BEEP], cuts: [CUT] })
    expect(await app.queued(id)).toEqual([])
    expect(await auditOf(app, id)).toHaveLength(2)
  })

  test.each([
    ['beeps[0].toSeconds', { ...NONE, beeps: [{ ...BEEP, toSeconds: 1 }] }],
    ['beeps[0].toSeconds', { ...NONE, beeps: [{ ...BEEP, toSeconds: 302 }] }],
    ['cuts[1].toSeconds', { ...NONE, cuts: [CUT, { ...CUT, fromSeconds: 9 }] }],
  ])('are refused with 422 naming %s when they do not fit the call', async (field, body) => {
    const { id } = await addRecording(app)
    const answer = await put(id, body)
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_spans', errors: [{ field }] } })
    expect((await get(id)).body).toEqual(NONE)
    const refused = (await auditOf(app, id)).find(({ type }) => type === 'recording.spans_replaced')
    expect(refused).toMatchObject({ outcome: 'denied', code: 'invalid_spans' })
  })

  test.each([
    ['beeps[0].reason', { ...NONE, beeps: [{ ...BEEP, reason: 'mentions her neighbour' }] }],
    ['beeps[0].note', { ...NONE, beeps: [{ ...BEEP, note: 'her neighbour' }] }],
    ['cuts[0].channel', { ...NONE, cuts: [{ ...CUT, channel: 3 }] }],
    ['cuts', { beeps: [] }],
  ])('are refused with 400 naming %s when they do not fit the schema', async (field, body) => {
    const { id } = await addRecording(app)
    const answer = await put(id, body)
    expect(answer.status).toBe(400)
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field)
  })

  test('go by what decoding showed of the call, once that is known', async () => {
    const { id } = await addRecording(app)
    const facts = { codec: 'pcm_s16le', channels: 1, sample_rate: 8000, duration_ms: 20_000, warning: null }
    await app.db
      .insertInto('audio_facts')
      .values({ recording_id: id, ...facts, decoded_at: app.clock.now() })
      .execute()
    expect((await put(id, { ...NONE, cuts: [CUT] })).body.errors[0].field).toBe('cuts[0].channel')
    const { channel: _, ...cut } = CUT
    expect((await put(id, { ...NONE, cuts: [{ ...cut, toSeconds: 22 }] })).status).toBe(422)
    expect((await put(id, { ...NONE, cuts: [{ ...cut, toSeconds: 20.5 }] })).status).toBe(200)
  })

  test('belong to the privacy officer of the entity', async () => {
    const { id } = await addRecording(app)
    for (const claims of [member, manager, persons.coach(), persons.fraudAnalyst(), persons.recorder()]) {
      expect((await get(id, claims)).status).toBe(403)
      expect((await put(id, NONE, claims)).status).toBe(403)
    }
    const elsewhere = persons.privacyOfficer({ entity: ['hmbs-advies'] })
    const foreign = await get(id, elsewhere)
    const unknown = await get('7c1f7f0e-1111-4111-8111-111111111111', elsewhere)
    expect(foreign.status).toBe(404)
    expect(foreign.bytes.equals(unknown.bytes)).toBe(true)
    expect((await put(id, NONE, elsewhere)).status).toBe(404)
  })

  test('cannot be put on a recording that is being destroyed', async () => {
    const { id } = await addRecording(app, { status: 'destroying' })
    expect(await put(id, NONE)).toMatchObject({ status: 409, body: { code: 'deletion_in_progress' } })
  })

  test('are shown to the member as far as the copy goes, with times and reasons', async () => {
    const { id } = await addRecording(app)
    await put(id, { beeps: [BEEP], cuts: [CUT] })
    const cuts = (claims = member) => app.call(claims, 'GET', `/v1/recordings/${id}/cuts`)
    expect(await cuts()).toMatchObject({ status: 200, body: { cuts: [CUT] } })
    expect((await cuts(persons.member('M-2'))).status).toBe(404)
    expect((await cuts(officer)).status).toBe(403)
    const viewed = (await auditOf(app, id)).filter(({ type }) => type === 'recording.cuts_viewed')
    expect(viewed.map(({ outcome }) => outcome)).toEqual(['ok', 'denied', 'denied'])
  })
})
