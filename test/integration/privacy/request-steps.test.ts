import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import {
  agent,
  FRAUD,
  grant,
  petra,
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

describe('who asks', () => {
  const filed = async (more: object = {}) => {
    const member = app.newMember()
    await member.call([TRAINING])
    const { body } = await app.send('POST', '/v1/privacy-requests', agent, {
      ...{ types: ['copy'], memberRef: member.ref, channel: 'mail', receivedAt: NOW, ...more },
    })
    return { member, id: body.id as string }
  }

  test('by mail, is confirmed before anything is granted: by a call back, or by the member in the portal', async () => {
    const [one, two] = [await filed(), await filed()]
    expect((await app.decide(one.id, pim, grant('copy'))).body.code).toBe('identity_required')
    await app.act(one.id, 'identity', agent, { action: 'confirm', how: 'callback' })
    expect((await app.decide(one.id, pim, grant('copy'))).status).toBe(200)
    const confirmed = await app.act(two.id, 'identity', two.member.claims, {
      action: 'confirm',
      how: 'callback',
    })
    expect(confirmed.body.identity).toMatchObject({ state: 'confirmed', how: 'portal' })
  })

  test('that did not become certain, can be refused for it by a person, and only then', async () => {
    const { id, member } = await filed()
    const refusal = refuse('copy', 'IdentityVerificationFailure')
    expect((await app.decide(id, pim, refusal)).status).toBe(422)
    await app.act(id, 'identity', pim, { action: 'ask', doubt: 'd', question: 'q' })
    const judged = await app.act(id, 'identity', member.claims, { action: 'confirm', how: 'portal' })
    expect(judged.body.code).toBe('not_open')
    await app.act(id, 'identity', pim, { action: 'fail', doubt: 'Geen antwoord op drie vragen.' })
    expect((await app.decide(id, pim, refusal)).body.counts).toMatchObject({ refused: 1 })
  })

  test('for somebody else, with a mandate that has not ended', async () => {
    const { id } = await filed({ proxy: { relation: 'proxy', mandateRef: 'V-1', validUntil: '2026-03-10' } })
    await app.act(id, 'identity', agent, { action: 'confirm', how: 'callback' })
    app.clock.set('2026-03-11T10:00:00Z')
    expect((await app.decide(id, pim, grant('copy'))).body.code).toBe('identity_required')
    app.clock.set('2026-03-10T10:00:00Z')
    expect((await app.decide(id, pim, grant('copy'))).status).toBe(200)
  })
})

describe('other steps', () => {
  it('T20: a fee needs a lawful ground for this request, recorded by an officer, and stops nothing', async () => {
    const { id, member } = await app.asked(['copy'])
    const fee = { cents: 450, ground: 'further_copy', note: 'Tweede kopie.' }
    expect((await app.act(id, 'fee', member.claims, fee)).status).toBe(403)
    expect((await app.act(id, 'fee', pim, { ...fee, ground: 'ThirdRequestThisYear' })).status).toBe(422)
    expect((await app.act(id, 'fee', pim, { cents: 450, ground: 'ProcessExcessive' })).status).toBe(422)
    const first = await app.act(id, 'fee', pim, fee)
    expect([first.status, first.body.errors[0].field]).toEqual([422, 'ground'])
    await app.decide(id, pim, grant('copy'))
    await app.deliver(id)
    const again = (await member.file({ types: ['copy'] })).body.id
    const asked2 = await app.act(again, 'fee', pim, fee)
    expect(asked2.body).toMatchObject({ fee: { cents: 450, acceptedAt: null }, clocks: { isPaused: false } })
    const accepted = await app.act(again, 'fee/acceptance', member.claims)
    expect(accepted.body.fee.acceptedAt).toEqual(expect.any(String))
  })

  test('a human review has the view of the member, and somebody who did not decide before', async () => {
    const { id: first, member } = await app.asked(['access'])
    await app.decide(first, pim, refuse('access', 'ProcessUnfounded'))
    const { body } = await member.file({ types: ['human_review'], decisionRef: first })
    await app.act(body.id, 'view', member.claims, { text: 'Ik ben het er niet mee eens.' })
    const again = await app.decide(body.id, pim, refuse('human_review', 'ProcessUnfounded'))
    expect([again.status, again.body.code]).toEqual([403, 'second_person_required'])
    const named = await app.decide(body.id, petra, grant('human_review', { earlierDecider: 'privacy-2' }))
    expect(named.body.code).toBe('second_person_required')
    const reviewed = await app.decide(body.id, petra, grant('human_review', { earlierDecider: 'robot' }))
    expect(reviewed.body.state).toBe('fulfilled')
    expect(reviewed.body.steps.map(({ type }: { type: string }) => type)).toContain('view_added')
  })

  test('portability is for what rests on consent or a contract; the address is confirmed by the member', async () => {
    const transferTo = { name: 'Andere Verzekeraar N.V.', address: 'https://andere.example/ontvangst' }
    const { id, member } = await app.asked(['portability'], [TRAINING], { transferTo })
    expect((await member.see(id)).allowed).toContain('confirm_address')
    expect((await app.act(id, 'confirm-address', pim)).status).toBe(403)
    const { body } = await app.act(id, 'confirm-address', member.claims)
    expect(body.transfer).toMatchObject({ ...transferTo, confirmedAt: expect.any(String) })
  })

  test('other systems hear of every state of a request, and not whose it is', async () => {
    const { db, clock } = app
    await db
      .insertInto('webhook_endpoint')
      .values({
        ...{ id: randomUUID(), url: 'https://hooks.example/x', types: ['request.state_changed'] },
        ...{ entities: ['hmbs'], kek_id: 'k', secret: Buffer.alloc(1), created_by: 'pim' },
        created_at: clock.now(),
      })
      .execute()
    const { id, member } = await app.asked(['access'])
    await app.act(id, 'review', pim)
    await app.decide(id, pim, grant('access'))
    await app.act(id, 'withdrawal', member.claims)
    const events = await db.selectFrom('webhook_event').select('data').where('subject', '=', id).execute()
    expect(events).toHaveLength(4)
    for (const state of ['received', 'in_review', 'decided', 'withdrawn'])
      expect(events).toContainEqual({ data: { requestId: id, state } })
  })

  test('a request that is taken back ends with its locks, and starts no other', async () => {
    const { id, call, member } = await app.asked(['access', 'objection'], [FRAUD])
    const { body } = await app.act(id, 'withdrawal', member.claims)
    expect(body).toMatchObject({ state: 'withdrawn', counts: { open: 0 }, endedAt: expect.any(String) })
    expect([await app.locksOf(call), await app.tagsOf(call)]).toEqual([0, { fraud_prevention: 'active' }])
    expect((await app.decide(id, pim, grant('access'))).body.code).toBe('not_open')
    expect((await app.act(id, 'withdrawal', member.claims)).body.code).toBe('not_open')
  })

  test('officers see who took a request up; steps on a request of somebody else answer as on none', async () => {
    const { id } = await app.asked(['access'])
    const { body } = await app.act(id, 'review', pim)
    expect(body).toMatchObject({ state: 'in_review', takenUpBy: 'privacy-1' })
    const stranger = app.newMember()
    const unknown = '11111111-1111-4111-8111-111111111111'
    for (const verb of ['withdrawal', 'confirm-address', 'confirm-download', 'fee/acceptance', 'review']) {
      const [foreign, never] = [
        await app.act(id, verb, stranger.claims),
        await app.act(unknown, verb, stranger.claims),
      ]
      expect([foreign.status, foreign.text]).toEqual([404, never.text])
    }
  })

  test('a dossier is closed after the time for a court, and deleted five years later', async () => {
    const { id } = await app.asked(['restriction'])
    await app.decide(id, pim, grant('restriction'))
    const stateOn = async (instant: string) => {
      app.clock.set(instant)
      await app.tend()
      return (await app.send('GET', `/v1/privacy-requests/${id}`, pim)).body.state
    }
    expect(await stateOn('2026-04-16T09:00:00Z')).toBe('fulfilled')
    expect(await stateOn('2026-04-16T11:00:00Z')).toBe('closed')
    expect(await stateOn('2031-04-16T10:00:00Z')).toBe('closed')
    expect(await stateOn('2031-04-17T10:00:00Z')).toBeUndefined()
    const byItself = await app.db
      .selectFrom('audit_event')
      .select(['type', 'entities'])
      .where('type', 'in', ['privacy_request.closed', 'privacy_request.deleted'])
      .where(sql<boolean>`detail ->> 'privacyRequest' = ${id}`)
      .orderBy('occurred_at')
      .execute()
    expect(byItself).toEqual([
      { type: 'privacy_request.closed', entities: ['hmbs'] },
      { type: 'privacy_request.deleted', entities: ['hmbs'] },
    ])
  })
})
