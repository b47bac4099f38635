import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { grant, pim, type RequestsApp, refuse, startRequestsApp, TEXT } from './requests-app.ts'

let app: RequestsApp

beforeAll(async () => {
  app = await startRequestsApp()
})
beforeEach(() => app.begin(NOW))
afterAll(async () => {
  await app.close()
})

const NOW = '2026-03-05T10:00:00Z'

describe('the clock', () => {
  it('T23: an extension after the first due date is refused with 409', async () => {
    const { id } = await app.asked(['access'])
    app.clock.set('2026-04-07T22:00:00Z')
    const late = await app.act(id, 'extension', pim, { reason: 'ComplexityOfProcess', text: TEXT })
    expect([late.status, late.body.code]).toEqual([409, 'period_over'])
    app.clock.set('2026-04-07T21:59:00Z')
    const intime = await app.act(id, 'extension', pim, { reason: 'ComplexityOfProcess', text: TEXT })
    expect(intime.body).toMatchObject({
      ...{ state: 'extended', extension: { reason: 'ComplexityOfProcess' } },
      clocks: { deadline: '2026-06-05', dueDate: '2026-04-07' },
    })
    const twice = await app.act(id, 'extension', pim, { reason: 'ComplexityOfProcess', text: TEXT })
    expect(twice.body.code).toBe('not_open')
    expect(await app.noticesOf(id)).toEqual(['request_received', 'request_extended'])
  })

  test('an extension needs its reason and a text, and an officer', async () => {
    const { id, member } = await app.asked(['access'])
    for (const body of [{}, { reason: 'Busy', text: TEXT }, { reason: 'ComplexityOfProcess', text: ' ' }])
      expect((await app.act(id, 'extension', pim, body)).status).toBe(422)
    const body = { reason: 'ComplexityOfProcess', text: TEXT }
    expect((await app.act(id, 'extension', member.claims, body)).status).toBe(403)
  })

  test('a justified question pauses one clock and not the other', async () => {
    const { id, member } = await app.asked(['access'])
    app.clock.set('2026-03-07T10:00:00Z')
    const ask = { action: 'ask', doubt: 'Het adres wijkt af.', question: 'Wat is uw lidnummer?' }
    const inDoubt = (await app.act(id, 'identity', pim, ask)).body
    expect(inDoubt).toMatchObject({ state: 'identity_check', clocks: { isPaused: true } })
    expect((await app.decide(id, pim, grant('access'))).body.code).toBe('identity_required')
    app.clock.set('2026-03-17T10:00:00Z')
    const answered = (await app.act(id, 'identity', member.claims, { action: 'answer', answer: '1001' })).body
    expect(answered.clocks).toMatchObject({
      ...{ isPaused: false, deadline: '2026-04-07', dueDate: '2026-04-07', pausedDueDate: '2026-04-15' },
    })
    expect((await app.decide(id, pim, grant('access'))).body.code).toBe('identity_required')
    await app.act(id, 'identity', pim, { action: 'confirm', how: 'callback' })
    expect((await app.decide(id, pim, grant('access'))).body.state).toBe('decided')
    expect(await app.noticesOf(id)).toContain('request_identity_question')
  })

  test('reminds before the deadline, tells what is late once, and counts it every time', async () => {
    const { id } = await app.asked(['access'])
    app.clock.set('2026-04-01T10:00:00Z')
    await app.remind()
    await app.remind()
    expect(await app.noticesOf(id, 'officer')).toEqual(['request_filed', 'request_reminder'])
    app.clock.set('2026-04-06T10:00:00Z')
    const before = await app.remind()
    app.clock.set('2026-04-08T10:00:00Z')
    const after = await app.remind()
    await app.remind()
    expect(await app.noticesOf(id, 'officer')).toEqual([
      ...['request_filed', 'request_reminder', 'request_reminder', 'request_overdue'],
    ])
    expect((after.overdue ?? 0) - (before.overdue ?? 0)).toBeGreaterThan(0)
    await app.decide(id, pim, refuse('access', 'ProcessUnfounded'))
    expect((await app.remind()).overdue).toBe((after.overdue ?? 0) - 1)
  })
})
