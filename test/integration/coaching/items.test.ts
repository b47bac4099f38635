import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { NOW } from '../listening/listening-app.ts'
import { agent, type CoachingApp, coach, colleague, startCoachingApp, stranger } from './coaching-app.ts'

let app: CoachingApp
beforeAll(async () => {
  app = await startCoachingApp()
})
beforeEach(async () => {
  app.clock.set(NOW)
  await app.clear()
})
afterAll(() => app.close())

/** A sample of one call, for these coaches, and the address of its item. */
async function oneCall(coaches: string[] = []) {
  const { id: recordingId } = await app.addCall()
  const { body } = await app.draw({ coaches })
  const sample = `/v1/training-samples/${body.id}`
  return { recordingId, sample, sampleId: body.id as string, item: `${sample}/items/1` }
}
const note = (claims: typeof coach, item: string, text: string, atSeconds = 1) =>
  app.call(claims, 'POST', `${item}/notes`, { atSeconds, text })
const score = (claims: typeof coach, item: string, answers: object) =>
  app.call(claims, 'PUT', `${item}/score`, { answers })
const textsOf = async (claims: typeof coach, item: string) =>
  (await app.call(claims, 'GET', `${item}/notes`)).body.items.map(({ text }: { text: string }) => text)

describe('notes', () => {
  it('are kept in the order of the call, and removed by their author', async () => {
    const { item, sample } = await oneCall()
    const late = await note(coach, item, 'Vat goed samen.\nEn wacht.', 42.5)
    expect(late.status).toBe(201)
    expect(late.body).toMatchObject({ atSeconds: 42.5, author: 'coach-1', own: true })
    await note(coach, item, 'Begroet.', 1.25)
    expect(await textsOf(coach, item)).toEqual(['Begroet.', 'Vat goed samen.\nEn wacht.'])
    expect((await app.call(coach, 'GET', sample)).body.items[0].notes).toBe(2)
    expect((await app.call(coach, 'DELETE', `${item}/notes/${late.body.id}`)).status).toBe(204)
    expect((await app.call(coach, 'DELETE', `${item}/notes/${late.body.id}`)).status).toBe(404)
    expect(await textsOf(coach, item)).toEqual(['Begroet.'])
  })

  it('are for the coaches of the sample only, and fit the call', async () => {
    const { item, sample } = await oneCall()
    expect((await note(stranger, item, 'x')).status).toBe(404)
    expect((await note(agent, item, 'x')).status).toBe(403)
    expect((await note(coach, `${sample}/items/2`, 'x')).status).toBe(404)
    expect((await note(coach, item, 'x', -1)).status).toBe(400)
    expect((await note(coach, item, '\u202Ex')).status).toBe(400)
    expect((await note(coach, item, '  ')).status).toBe(400)
    expect(await textsOf(coach, item)).toEqual([])
  })

  it('are on record without their words', async () => {
    const { item, recordingId, sampleId } = await oneCall()
    await note(coach, item, 'een geheim woord')
    const added = (await app.auditOfType('training.note_added')).find(
      ({ detail }) => detail.sample === sampleId,
    )
    expect(added).toMatchObject({ recording_id: recordingId, actor_sub: 'coach-1', detail: { n: 1 } })
    expect(JSON.stringify(added)).not.toContain('geheim')
  })

  it('end with the assignment; what was written can still be released', async () => {
    const { item } = await oneCall()
    await note(coach, item, 'op tijd')
    app.clock.set('2026-12-07T08:00:00Z')
    expect((await note(coach, item, 'te laat')).body.code).toBe('not_open')
    expect((await score(coach, item, { opening: 3 })).body.code).toBe('not_open')
    expect((await app.call(coach, 'POST', `${item}/release`)).status).toBe(200)
  })
})

describe('what is released', () => {
  it('is what the agent of the call sees, and changes no more', async () => {
    const { item, recordingId, sampleId } = await oneCall()
    const own = await note(coach, item, 'Begroet.', 2)
    await score(coach, item, { opening: 1, answer: 4 })
    const feedback = async (claims = agent) => (await app.call(claims, 'GET', '/v1/feedback')).body.items
    expect(await feedback()).toEqual([
      expect.objectContaining({
        sampleId,
        recordingId,
        state: 'used',
        notes: [],
        scores: [],
        releasedAt: null,
      }),
    ])
    expect((await app.call(coach, 'POST', `${item}/release`)).status).toBe(200)
    expect(await feedback()).toEqual([
      expect.objectContaining({
        state: 'released',
        month: '2026-11',
        notes: [{ atSeconds: 2, text: 'Begroet.' }],
        scores: [{ formVersion: 'call-quality@1', answers: { opening: 1, answer: 4 }, total: 3.25 }],
      }),
    ])
    expect(await feedback({ ...agent, sub: 'A-2' })).toEqual([])
    expect((await app.call(coach, 'GET', '/v1/feedback')).status).toBe(403)
    for (const answer of [
      await note(coach, item, 'nog iets'),
      await score(coach, item, { opening: 4 }),
      await app.call(coach, 'DELETE', `${item}/notes/${own.body.id}`),
      await app.call(coach, 'POST', `${item}/release`),
    ])
      expect([answer.status, answer.body.code]).toEqual([409, 'not_open'])
  })
})

describe('coaches who judge the same call', () => {
  it('see nothing of each other before all have scored, and change nothing after', async () => {
    const { item, sample } = await oneCall(['coach-2'])
    await note(coach, item, 'van de een')
    await note(colleague, item, 'van de ander')
    await score(coach, item, { opening: 1, answer: 4 })
    expect(await textsOf(colleague, item)).toEqual(['van de ander'])
    const calibration = async (claims = coach) =>
      (await app.call(claims, 'GET', `${sample}/calibration`)).body.items[0]
    expect(await calibration(colleague)).toEqual({ n: 1, complete: false, scored: 1, scores: [], spread: {} })
    expect(await calibration()).toMatchObject({
      complete: false,
      scores: [{ coach: 'coach-1', total: 3.25 }],
    })
    expect((await app.call(coach, 'POST', `${item}/release`)).body.code).toBe('not_open')
    expect((await score(coach, item, { opening: 2, answer: 4 })).status).toBe(200)
    await score(colleague, item, { opening: 4 })
    expect(await calibration()).toMatchObject({
      complete: true,
      scores: [
        { coach: 'coach-1', own: true },
        { coach: 'coach-2', own: false },
      ],
      spread: { opening: { min: 2, max: 4, mean: 3 }, answer: { min: 4, max: 4, mean: 4 } },
    })
    expect((await textsOf(colleague, item)).length).toBe(2)
    expect((await score(coach, item, { opening: 4 })).body.code).toBe('not_open')
    expect((await app.call(coach, 'GET', sample)).body).toMatchObject({ counts: { reviewed: 1 } })
    expect((await app.call(coach, 'POST', `${item}/release`)).status).toBe(200)
  })

  it('answer by the form only', async () => {
    const { item } = await oneCall()
    const form = (await app.call(coach, 'GET', '/v1/score-form')).body
    expect(form).toMatchObject({ id: 'call-quality', version: 1 })
    const refused = await score(coach, item, { opening: 3, mood: 1, closing: 99 })
    expect(refused.status).toBe(400)
    expect(refused.body.errors.map(({ field }: { field: string }) => field)).toEqual([
      'answers.mood',
      'answers.closing',
    ])
  })
})
