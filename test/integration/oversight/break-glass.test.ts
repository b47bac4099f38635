import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY, MINUTE, SECOND } from '../../../src/kernel/units.ts'
import { makeRaiseOversight } from '../../../src/privacy/oversight-alarms.ts'
import { type Claims, persons } from '../../support/tokens.ts'
import { addRecording, NOW } from '../listening/listening-app.ts'
import { agent, type OversightApp, officer, second, startOversightApp } from './oversight-app.ts'

let app: OversightApp
beforeAll(async () => {
  app = await startOversightApp()
})
afterAll(() => app.close())

const REASON = 'somebody said that they would harm themselves'
const open = (claims: Claims, recordingId: string, more: object = {}) =>
  app.call(claims, 'POST', '/v1/break-glass', { recordingId, reason: REASON, ...more })
const review = (claims: Claims, id: string, outcome = 'justified') =>
  app.call(claims, 'POST', `/v1/break-glass/${id}/review`, { outcome, note: 'the police were told' })
/** Nobody else's work: a purpose that is over, and health. */
const closedCall = () =>
  addRecording(app, {
    sensitivity: ['health'],
    tags: [{ purpose: 'contract_performance', state: 'expired', retainUntil: '2026-01-31' }],
  })

describe('an emergency access', () => {
  it('opens one recording to one person for an hour, and everybody concerned can see that', async () => {
    app.clock.set(NOW)
    const { id, audio } = await closedCall()
    const other = await closedCall()
    expect((await app.hear(agent, id, '')).status).toBe(403)
    const { status, body } = await open(agent, id)
    expect([status, body]).toMatchObject([
      201,
      { recordingId: id, openedBy: 'agent-1', live: true, endsAt: '2026-11-22T12:00:00.000Z' },
    ])
    // Opened on a Sunday: Monday and Tuesday are the two working days.
    expect(body.reviewBy).toBe('2026-11-24')
    const heard = await app.hear(agent, id, '')
    expect([heard.status, heard.text.length > 0, audio.length]).toEqual([200, true, 1000])
    expect((await app.call(agent, 'GET', `/v1/recordings/${id}`)).body.allowed).toEqual(['listen'])
    expect((await app.hear(agent, other.id, '')).status).toBe(403)
    expect((await app.hear(persons.agent({ sub: 'agent-2' }), id, '')).status).toBe(403)
    expect((await app.call(agent, 'GET', `/v1/recordings/${id}/copy`)).status).toBe(403)

    const [opened] = await app.auditOfType('recording.audio_opened')
    expect(opened).toMatchObject({ outcome: 'denied' })
    const heardEvents = (await app.auditOfType('recording.audio_opened')).filter(
      ({ outcome }) => outcome === 'ok',
    )
    expect(heardEvents).toMatchObject([{ recording_id: id, detail: { breakGlass: body.id } }])
    expect(await app.noticesOf('break_glass_opened')).toMatchObject([
      { role: 'privacy_officer', entity: 'hmbs', about_id: body.id, facts: { reviewBy: '2026-11-24' } },
    ])
    const seen = await app.call(persons.member('M-1001'), 'GET', `/v1/recordings/${id}/accesses`)
    expect(seen.body.items).toMatchObject([{ roles: ['agent'], breakGlass: true, byYou: false }])

    app.clock.advance(60 * MINUTE - SECOND)
    expect((await app.hear(agent, id, '')).status).toBe(200)
    app.clock.advance(SECOND)
    expect((await app.hear(agent, id, '')).status).toBe(403)
  })

  it('is refused without a reason that explains it, for longer than an hour, or twice without a review', async () => {
    const { id } = await closedCall()
    expect((await open(agent, id, { reason: 'too short' })).body.errors).toMatchObject([{ field: 'reason' }])
    expect((await open(agent, id, { minutes: 61 })).body.errors).toMatchObject([{ field: 'minutes' }])
    const first = await open(agent, id, { minutes: 5 })
    app.clock.advance(10 * MINUTE)
    expect((await open(agent, id)).body.code).toBe('review_pending')
    expect((await review(officer, first.body.id)).status).toBe(200)
    expect((await open(agent, id)).status).toBe(201)
  })

  it('opens nothing that is destroyed, restricted, of another entity or of a supplier whose time is over', async () => {
    const gone = await addRecording(app, { status: 'destroyed' })
    const restricted = await addRecording(app, { restricted: true })
    const foreign = await addRecording(app, { entity: 'hmbs-advies' })
    const { id } = await closedCall()
    const codes = await Promise.all([
      open(agent, gone.id),
      open(agent, foreign.id),
      open(agent, randomUUID()),
      open(agent, 'nonsense'),
      open(persons.member('M-2'), id),
      open(persons.operator(), id),
      open(agent, restricted.id),
      open(persons.auditor(), id),
      open({ ...agent, sub: 'agent-3', engaged_until: '2026-01-31' }, id),
      open({ ...agent, sub: 'agent-4', confidentiality_signed: false }, id),
    ])
    const N = [404, 'not_found']
    const F = [403, 'forbidden']
    expect(codes.map(({ status, body }) => [status, body.code])).toEqual([N, N, N, N, N, N, F, F, F, F])
    expect((await app.auditOfType('break_glass.opened')).filter((e) => e.outcome === 'denied').length).toBe(
      11,
    )
  })

  it('is reviewed by somebody else, and ends at once when it was not justified', async () => {
    const { id } = await closedCall()
    const own = await open(officer, id)
    expect((await review(officer, own.body.id)).body.code).toBe('second_person_required')
    expect((await review(agent, own.body.id)).body.code).toBe('forbidden')
    expect((await review(persons.privacyOfficer({ entity: ['hmbs-advies'] }), own.body.id)).status).toBe(404)
    expect((await app.hear(officer, id, '')).status).toBe(200)
    const reviewed = await review(second, own.body.id, 'unjustified')
    expect([reviewed.status, reviewed.body]).toMatchObject([
      200,
      { live: false, outcome: 'unjustified', reviewedBy: 'officer-2' },
    ])
    expect((await app.hear(officer, id, '')).status).toBe(403)
    expect((await review(second, own.body.id)).body.code).toBe('not_open')
  })

  it('takes listening from its person when nobody reviewed it in two working days, until somebody does', async () => {
    app.clock.set('2026-12-24T10:00:00Z')
    const person = persons.agent({ sub: 'agent-5' })
    const { id } = await closedCall()
    const work = await addRecording(app, { tags: [{ purpose: 'contract_performance' }] })
    const { body } = await open(person, id)
    // Christmas, its second day and a weekend come between: 28 and 29 December are the two working days.
    expect(body.reviewBy).toBe('2026-12-29')
    app.clock.set('2026-12-29T22:59:59Z')
    expect((await app.hear(person, work.id)).status).toBe(200)
    app.clock.set('2026-12-29T23:00:00Z')
    expect((await app.hear(person, work.id)).body.code).toBe('listening_suspended')
    expect((await open(person, work.id)).body.code).toBe('listening_suspended')
    const counts = new Map<string, number>()
    const raise = makeRaiseOversight({
      ...{ db: app.db, clock: app.clock, logger: { error() {} } as never },
      report: (concern, count) => void counts.set(concern, count),
    })
    await raise()
    await raise()
    expect(counts.get('break_glass_overdue')).toBeGreaterThan(0)
    const told = (await app.noticesOf('break_glass_overdue')).filter(({ about_id }) => about_id === body.id)
    expect(told).toHaveLength(1)
    expect((await app.call(officer, 'GET', '/v1/break-glass?open=true')).body.items[0]).toMatchObject({
      id: body.id,
      overdue: true,
    })
    await review(officer, body.id)
    expect((await app.hear(person, work.id)).status).toBe(200)
  })
})

describe('the list of emergency accesses', () => {
  it('shows officers all of their entities, others their own, and members nothing', async () => {
    app.clock.set(NOW)
    app.clock.advance(60 * DAY)
    for (let n = 0; n < 3; n++) {
      app.clock.advance(MINUTE)
      await open(persons.agent({ sub: `agent-${20 + n}` }), (await closedCall()).id)
    }
    const first = await app.call(officer, 'GET', '/v1/break-glass?limit=2')
    expect(first.body.items.map((item: { openedBy: string }) => item.openedBy)).toEqual([
      'agent-22',
      'agent-21',
    ])
    const next = await app.call(officer, 'GET', `/v1/break-glass?limit=1&cursor=${first.body.nextCursor}`)
    expect(next.body.items).toMatchObject([{ openedBy: 'agent-20' }])
    const own = await app.call(persons.agent({ sub: 'agent-21' }), 'GET', '/v1/break-glass')
    expect(own.body.items).toHaveLength(1)
    expect((await app.call(persons.member('M-1'), 'GET', '/v1/break-glass')).status).toBe(403)
    expect((await app.call(officer, 'GET', '/v1/break-glass?cursor=x')).body.errors).toMatchObject([
      { field: 'cursor' },
    ])
  })
})
