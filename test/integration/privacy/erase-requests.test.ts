import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { persons } from '../../support/tokens.ts'
import {
  FRAUD,
  grant,
  LEGAL,
  pim,
  type RequestsApp,
  refuse,
  startRequestsApp,
  TRAINING,
} from './requests-app.ts'

let app: RequestsApp

beforeAll(async () => {
  app = await startRequestsApp()
})
beforeEach(() => app.begin(NOW))
afterAll(async () => {
  await app.close()
})

const NOW = '2026-03-05T10:00:00Z'

describe('erasure', () => {
  it('T25: refused until a day with reasons, training gone at once, reopened and executed on the day without anybody asking', async () => {
    const { id, call, member } = await app.asked(['erasure'], [TRAINING, LEGAL])
    const { body } = await app.decide(
      id,
      pim,
      grant('erasure', { purposes: ['training_coaching'] }),
      refuse('erasure', 'LegallyExempted', { purposes: ['legal_obligation'] }),
    )
    expect(body.items).toMatchObject([
      { purpose: 'legal_obligation', state: 'refused', refusal: { refusedUntil: '2027-01-15' } },
      { purpose: 'training_coaching', state: 'granted', result: 'erased' },
    ])
    expect(await app.tagsOf(call)).toEqual({ training_coaching: 'withdrawn', legal_obligation: 'active' })
    expect(await app.locksOf(call)).toBe(0)
    const sweep = app.sweeper({ graceDays: 0 })
    app.clock.set('2027-01-15T22:59:00Z')
    await app.tend()
    await sweep({ dryRun: false })
    expect(await app.statusOf(call)).toBe('available')
    app.clock.set('2027-01-15T23:00:00Z')
    await app.tend()
    await sweep({ dryRun: false })
    await sweep({ dryRun: false })
    expect(await app.statusOf(call)).toBe('destroyed')
    const seen = await member.see(id)
    expect(seen.items).toMatchObject([
      { purpose: 'legal_obligation', state: 'granted', recordingId: null, goneAt: expect.any(String) },
      { purpose: 'training_coaching', state: 'granted', recordingId: null, goneAt: expect.any(String) },
    ])
    expect(seen.state).toBe('fulfilled')
    expect(await app.noticesOf(id)).toEqual([
      ...['request_decided', 'request_fulfilled', 'request_received'],
      ...['request_fulfilled', 'request_reopened'],
    ])
    expect(await app.stepsOf(id)).toContain('privacy_request.reopened')
    const filed = await app.send('GET', `/v1/privacy-requests?memberRef=${member.ref}`, pim)
    expect(filed.body.items).toHaveLength(1)
  })

  it('T25: with a law whose end is not known yet, the day follows once it is', async () => {
    const open = { purpose: 'legal_obligation', retainUntil: null }
    const { id, call, member } = await app.asked(['erasure'], [open])
    await app.decide(id, pim, refuse('erasure', 'LegallyExempted'))
    await app.tend()
    expect((await member.see(id)).items[0]?.refusal?.refusedUntil).toBeNull()
    await app.db
      .updateTable('purpose_tag')
      .set({ state: 'active', min_until: '2026-09-01', retain_until: '2026-09-01' })
      .where('recording_id', '=', call)
      .execute()
    await app.tend()
    expect((await member.see(id)).items[0]?.refusal?.refusedUntil).toBe('2026-09-01')
    expect(await app.noticesOf(id)).toContain('request_refused_until')
    app.clock.set('2026-09-02T10:00:00Z')
    await app.tend()
    expect((await member.see(id)).items[0]).toMatchObject({ state: 'granted', result: 'already_ended' })
  })

  test('is outranked by a hold: the purposes end and the recording stays', async () => {
    const { id, call } = await app.asked(['erasure'])
    const hold = { type: 'claim', matterRef: 'CL-1', reason: 'a dispute', scope: { recordings: [call] } }
    const held = await app.send('POST', '/v1/holds', persons.recordsManager(), hold)
    expect(held.status).toBeLessThan(300)
    await app.decide(id, pim, grant('erasure'))
    const sweep = app.sweeper({ graceDays: 0 })
    await sweep({ dryRun: false })
    await sweep({ dryRun: false })
    expect([await app.statusOf(call), await app.tagsOf(call)]).toEqual([
      'available',
      { training_coaching: 'withdrawn' },
    ])
  })

  test('with a copy: delivered first, erased after the member has it', async () => {
    const { id, call, member } = await app.asked(['copy', 'erasure'])
    const { body } = await app.decide(id, pim, grant('copy'), grant('erasure'))
    expect(body).toMatchObject({ state: 'decided', counts: { waiting: 2, executed: 0 } })
    await app.tend()
    expect(await app.tagsOf(call)).toEqual({ training_coaching: 'active' })
    await app.deliver(id)
    await app.deliver(id)
    const delivered = await member.see(id)
    expect(delivered).toMatchObject({
      counts: { waiting: 1, executed: 1 },
      delivery: { eraseBy: '2026-04-04' },
    })
    expect(delivered.allowed).toContain('confirm_download')
    expect(await app.locksOf(call)).toBe(1)
    const confirmed = await app.act(id, 'confirm-download', member.claims)
    expect(confirmed.body).toMatchObject({ state: 'fulfilled', counts: { waiting: 0, executed: 2 } })
    expect([await app.tagsOf(call), await app.locksOf(call)]).toEqual([{ training_coaching: 'withdrawn' }, 0])
  })

  test('with two things to be delivered waits for both', async () => {
    const { id, call, member } = await app.asked(['access', 'copy', 'erasure'], [FRAUD])
    await app.decide(id, pim, grant('access'), grant('erasure', { purposes: ['fraud_prevention'] }))
    await app.deliver(id)
    await app.act(id, 'confirm-download', member.claims)
    await app.tend()
    expect(await app.tagsOf(call)).toEqual({ fraud_prevention: 'active' })
    await app.decide(id, pim, grant('copy'))
    await app.deliver(id)
    await app.tend()
    expect(await app.tagsOf(call)).toEqual({ fraud_prevention: 'active' })
    await app.act(id, 'confirm-download', member.claims)
    expect(await app.tagsOf(call)).toEqual({ fraud_prevention: 'withdrawn' })
  })

  test('with a copy that nobody fetched: after the day that was set', async () => {
    const { id, call } = await app.asked(['copy', 'erasure'], [TRAINING], { eraseBy: '2026-03-20' })
    await app.decide(id, pim, grant('erasure'), grant('copy'))
    app.clock.set('2026-03-21T10:00:00Z')
    await app.tend()
    expect(await app.tagsOf(call)).toEqual({ training_coaching: 'active' })
    await app.deliver(id)
    app.clock.set('2026-03-22T10:00:00Z')
    await app.tend()
    expect(await app.tagsOf(call)).toEqual({ training_coaching: 'withdrawn' })
  })
})

it('T26: consent that is withdrawn takes the call out of training at once, keeps what the law needs, and the member is told', async () => {
  const consent = { purpose: 'training_coaching', basis: 'consent' } as const
  const { id, call, body } = await app.asked(['consent_withdrawal'], [consent, LEGAL])
  expect(body).toMatchObject({
    state: 'fulfilled',
    items: [{ purpose: 'training_coaching', state: 'granted', result: 'withdrawn' }],
  })
  expect(body.items[0].answer).toContain('een ander doel')
  expect(body.items[0].answerEn).toContain('another purpose')
  expect(await app.tagsOf(call)).toEqual({ training_coaching: 'withdrawn', legal_obligation: 'active' })
  const sweep = app.sweeper({ graceDays: 0 })
  await sweep({ dryRun: false })
  expect(await app.statusOf(call)).toBe('available')
  expect(await app.noticesOf(id)).toEqual(['request_fulfilled', 'request_received'])
})

describe('what is contested', () => {
  const rowOf = (id: string) =>
    app.db.selectFrom('recording').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

  test('is restricted from the receipt on, and until a day after the member was told of the end', async () => {
    const { id, call } = await app.asked(['rectification'])
    expect((await rowOf(call)).restricted).toBe(true)
    await app.decide(id, pim, grant('rectification', { correction: { direction: 'outbound' } }))
    expect(await rowOf(call)).toMatchObject({ restricted: true, direction: 'outbound' })
    app.clock.set('2026-03-06T09:59:00Z')
    await app.tend()
    expect((await rowOf(call)).restricted).toBe(true)
    app.clock.set('2026-03-06T10:01:00Z')
    await app.tend()
    expect((await rowOf(call)).restricted).toBe(false)
    expect(await app.auditOf(call)).toEqual(
      expect.arrayContaining(['recording.restricted', 'recording.rectified', 'recording.restriction_lifted']),
    )
  })

  test('by two requests stays restricted until both are answered', async () => {
    const { member, call, id } = await app.asked(['rectification'])
    const second = (await member.file({ types: ['rectification'] })).body.id
    await app.decide(id, pim, refuse('rectification', 'ProcessUnfounded'))
    app.clock.set('2026-03-09T10:00:00Z')
    await app.tend()
    expect((await rowOf(call)).restricted).toBe(true)
    await app.decide(second, pim, refuse('rectification', 'ProcessUnfounded'))
    await app.tend()
    expect((await rowOf(call)).restricted).toBe(false)
  })

  test('takes as many statements for a dozen calls as for two, at the receipt, the answer and the withdrawal', async () => {
    const query = vi.spyOn(pg.Client.prototype, 'query')
    const statementsFor = async (calls: number): Promise<number[]> => {
      const member = app.newMember()
      for (let n = 0; n < calls; n += 1) await member.call([FRAUD])
      const counts: number[] = []
      const counted = async <T extends { readonly status: number }>(answering: Promise<T>): Promise<T> => {
        const answer = await answering
        expect(answer.status).toBeLessThan(300)
        counts.push(query.mock.calls.length)
        query.mockClear()
        return answer
      }
      query.mockClear()
      const file = async (type: string) => (await counted(member.file({ types: [type] }))).body.id
      await counted(app.decide(await file('rectification'), pim, refuse('rectification', 'ProcessUnfounded')))
      const withdrawal = `/v1/privacy-requests/${await file('objection')}/withdrawal`
      await counted(app.send('POST', withdrawal, member.claims, {}))
      await counted(app.decide(await file('restriction'), pim, grant('restriction')))
      return counts
    }
    // The first of its kind prepares what later ones find.
    await statementsFor(1)
    expect(await statementsFor(12)).toEqual(await statementsFor(2))
    query.mockRestore()
  })

  test('keeps a restriction that somebody placed on another ground', async () => {
    const member = app.newMember()
    const call = await member.call([FRAUD])
    const path = `/v1/recordings/${call}/restriction`
    await app.send('POST', path, pim, { ground: 'needed_for_claims' })
    const { body } = await member.file({ types: ['objection'] })
    await app.decide(body.id, pim, grant('objection'))
    app.clock.set('2026-03-09T10:00:00Z')
    await app.tend()
    expect((await rowOf(call)).restricted).toBe(true)
  })

  test('a restriction that was asked for is placed by the decision', async () => {
    const { id, call } = await app.asked(['restriction'])
    expect((await rowOf(call)).restricted).toBe(false)
    const { body } = await app.decide(id, pim, grant('restriction'))
    expect([body.state, (await rowOf(call)).restricted]).toEqual(['fulfilled', true])
  })

  test('T40: who was given the call hears of every restriction that a request places', async () => {
    const member = app.newMember()
    const told = async (call: string) => {
      const notices = app.db.selectFrom('recipient_notice').select('what').where('recording_id', '=', call)
      return (await notices.execute()).map(({ what }) => what)
    }
    const given = async () => {
      const call = await member.call([FRAUD])
      await giveAway(call)
      return call
    }
    const [contested, objected, asked] = [await given(), await given(), await given()]
    await member.file({ types: ['rectification'], recordings: [contested] })
    await member.file({ types: ['objection'], recordings: [objected] })
    const { body } = await member.file({ types: ['restriction'], recordings: [asked] })
    expect([await told(contested), await told(objected), await told(asked)]).toEqual([
      ...[['restricted'], ['restricted'], []],
    ])
    await app.decide(body.id, pim, grant('restriction'))
    expect(await told(asked)).toEqual(['restricted'])
  })
})

/** A disclosure of the call that its recipient has opened. */
async function giveAway(recordingId: string): Promise<void> {
  const id = randomUUID()
  const at = app.clock.now()
  await app.db
    .insertInto('disclosure')
    .values({
      ...{ id, entity: 'hmbs', state: 'sent', recipient_type: 'other_institution', recipient_name: 'X BV' },
      ...{ recipient_country: 'NL', eu_list: '2026', purpose: 'p', legal_basis: 'contract', reason: 'r' },
      ...{ channel: 'portal', requested_by: 'fien', requested_at: at, approve_until: at },
      ...{ first_approver: 'pim', first_approved_at: at, second_approver: 'petra', second_approved_at: at },
    })
    .execute()
  await app.db
    .insertInto('disclosure_recording')
    .values({ disclosure_id: id, recording_id: recordingId, n: 1, opened_at: at })
    .execute()
}
