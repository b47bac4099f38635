import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { persons } from '../../support/tokens.ts'
import { leftIn } from '../retention/stage.ts'
import { agent, petra, pim, type RequestsApp, startRequestsApp } from './requests-app.ts'

let app: RequestsApp
const NOW = '2026-03-05T10:00:00Z'

beforeAll(async () => {
  app = await startRequestsApp()
  app.clock.set(NOW)
})

afterAll(async () => {
  await app.close()
})

const TRAINING = [{ purpose: 'training_coaching' }]

describe('a member files a request', () => {
  test('and is told the clock, what is asked of whom, and what may be done next', async () => {
    const member = app.newMember()
    const id = await member.call(TRAINING)
    const { status, body } = await member.file({ types: ['access'], message: 'Alles graag.\nDank!' })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      ...{ types: ['access'], state: 'received', channel: 'portal', receivedAt: '2026-03-05T10:00:00.000Z' },
      ...{ message: 'Alles graag.\nDank!', allowed: ['withdraw'], routes: null },
      identity: { state: 'confirmed', how: 'login' },
      fee: { cents: 0, ground: null },
      counts: { open: 1, proposed: 0, waiting: 0, executed: 0, refused: 0 },
    })
    expect(body.clocks).toEqual({
      ...{ targetDate: '2026-04-05', dueDate: '2026-04-07', extendedDueDate: '2026-06-05' },
      ...{ deadline: '2026-04-07', pausedDueDate: null, isPaused: false, daysLeft: 33, isOverdue: false },
    })
    expect(body.items).toMatchObject([{ type: 'access', n: 1, recordingId: id, state: 'open' }])
    expect(await app.locksOf(id)).toBe(1)
    expect(await app.auditOf(id)).toContain('recording.request_locked')
    expect(await app.stepsOf(body.id)).toEqual(['privacy_request.filed'])
    expect(await member.see(body.id)).toEqual(body)
  })

  test('about one call of several, which is the only one that is locked', async () => {
    const member = app.newMember()
    const [one, two] = [await member.call(TRAINING), await member.call(TRAINING)]
    const { body } = await member.file({ types: ['copy'], recordings: [two] })
    expect(body.items).toHaveLength(1)
    expect([await app.locksOf(one), await app.locksOf(two)]).toEqual([0, 1])
  })

  test('without any call, which is a question too', async () => {
    const { status, body } = await app.newMember().file({ types: ['access', 'erasure'] })
    expect(status).toBe(201)
    expect(body.items).toMatchObject([
      { type: 'access', recordingId: null },
      { type: 'erasure', recordingId: null },
    ])
  })

  test('purpose by purpose where the right depends on it', async () => {
    const member = app.newMember()
    await member.call([...TRAINING, { purpose: 'legal_obligation', minUntil: '2031-01-15' }])
    const { body } = await member.file({ types: ['erasure', 'copy'] })
    expect(
      body.items.map((item: { type: string; purpose: string; rightExists: boolean }) => item),
    ).toMatchObject([
      { type: 'copy', purpose: null, rightExists: true },
      { type: 'erasure', purpose: 'legal_obligation', rightExists: false },
      { type: 'erasure', purpose: 'training_coaching', rightExists: true },
    ])
  })

  it('T20: a fee cannot be part of a request', async () => {
    const answer = await app.newMember().file({ types: ['copy'], fee: 500 })
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({
      code: 'invalid_privacy_request',
      errors: [{ field: 'fee', message: 'unknown field' }],
    })
  })

  it('T20: five copies in a year are all free', async () => {
    const member = app.newMember()
    await member.call(TRAINING)
    for (let i = 0; i < 5; i++) {
      const { status, body } = await member.file({ types: ['copy'] })
      expect([status, body.fee.cents]).toEqual([201, 0])
    }
  })

  it.each(['reason', 'why', 'idDocument', 'identityDocument', 'bsn'])(
    'T21: neither a reason nor a copy of an identity document can be asked for (%s)',
    async (field) => {
      const answer = await app.newMember().file({ types: ['access'], [field]: 'x' })
      expect([answer.status, answer.body.code]).toEqual([422, 'invalid_privacy_request'])
      expect(answer.body.errors[0].field).toBe(field)
    },
  )

  test.each([
    [{ types: [] }, 'types'],
    [{ types: ['access', 'access'] }, 'types'],
    [{ types: ['delete'] }, 'types[0]'],
    [{ types: ['access'], purposes: ['training_coaching'] }, 'purposes'],
    [{ types: ['access'], eraseBy: '2026-05-01' }, 'eraseBy'],
    [{ types: ['copy', 'erasure'], eraseBy: '2026-01-01' }, 'eraseBy'],
    [{ types: ['access'], transferTo: { name: 'X', address: 'https://x.test' } }, 'transferTo'],
    [{ types: ['portability'], transferTo: { name: 'X', address: 'http://x.test' } }, 'transferTo.address'],
    [{ types: ['access'], receivedAt: '2026-03-01T10:00:00Z' }, 'receivedAt'],
    [{ types: ['access'], channel: 'mail' }, 'channel'],
    [{ types: ['access'], recordings: ['11111111-1111-4111-8111-111111111111'] }, 'recordings[0]'],
    [{ types: ['access'], message: '\u0007' }, 'message'],
  ])('%j is refused, the field is named, and nothing is stored', async (wanted, field) => {
    const member = app.newMember()
    const answer = await member.file(wanted)
    expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([422, field])
    expect((await app.send('GET', '/v1/privacy-requests', member.claims)).body.items).toEqual([])
  })

  test('about a call of somebody else is answered as about one that never was', async () => {
    const [member, other] = [app.newMember(), app.newMember()]
    const foreign = await other.call(TRAINING)
    const [one, two] = [
      await member.file({ types: ['access'], recordings: [foreign] }),
      await member.file({ types: ['access'], recordings: ['11111111-1111-4111-8111-111111111111'] }),
    ]
    expect([one.status, one.body.errors]).toEqual([two.status, two.body.errors])
    expect(await app.locksOf(foreign)).toBe(0)
  })
})

describe('an agent files for a member', () => {
  const filed = (ref: string, more: object = {}) =>
    app.send('POST', '/v1/privacy-requests', agent, {
      ...{ types: ['access'], memberRef: ref, channel: 'mail', receivedAt: '2026-03-03T08:00:00+01:00' },
      ...more,
    })

  test('and the clock runs from the arrival of the mail; who asks is still to be confirmed', async () => {
    const member = app.newMember()
    const id = await member.call(TRAINING)
    const { status, body } = await filed(member.ref, {
      proxy: { relation: 'guardian', mandateRef: 'V-2026-7', validUntil: '2027-01-01' },
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      ...{ channel: 'mail', filedAs: 'agent', receivedAt: '2026-03-03T07:00:00.000Z', memberRef: member.ref },
      ...{ identity: { state: 'unconfirmed' }, allowed: ['confirm_identity', 'withdraw'] },
      ...{ clocks: { dueDate: '2026-04-03' }, items: [], proxy: { relation: 'guardian' } },
    })
    expect(await app.locksOf(id)).toBe(1)
    const seen = await member.see(body.id)
    expect(seen.items).toHaveLength(1)
    expect(seen.allowed).toContain('confirm_identity')
  })

  test.each([
    [{ receivedAt: '2026-03-06T10:00:00Z' }, 'receivedAt'],
    [{ receivedAt: '2024-03-06T10:00:00Z' }, 'receivedAt'],
    [{ receivedAt: undefined }, 'receivedAt'],
    [{ channel: undefined }, 'channel'],
    [{ channel: 'social' }, 'channel'],
    [{ proxy: { relation: 'proxy', mandateRef: 'V-1', validUntil: '2026-01-01' } }, 'proxy.validUntil'],
  ])('with %j is refused', async (more, field) => {
    const answer = await filed(app.newMember().ref, more)
    expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([422, field])
  })

  test('other roles cannot, and a member cannot for another', async () => {
    for (const claims of [persons.coach(), persons.recorder(), persons.auditor(), app.newMember().claims]) {
      const body = { types: ['access'], memberRef: 'M-1', channel: 'mail', receivedAt: NOW }
      expect((await app.send('POST', '/v1/privacy-requests', claims, body)).status).toBe(403)
    }
  })
})

describe('who sees a request', () => {
  test('its member, who filed it, and officers of its companies; for others it never was', async () => {
    const [member, other] = [app.newMember(), app.newMember()]
    const { body } = await member.file({ types: ['access'] })
    const path = `/v1/privacy-requests/${body.id}`
    const unknown = '/v1/privacy-requests/11111111-1111-4111-8111-111111111111'
    expect((await app.send('GET', path, pim)).status).toBe(200)
    for (const claims of [other.claims, agent, persons.privacyOfficer({ entity: ['hmbs-advies'] })]) {
      const [foreign, never] = [await app.send('GET', path, claims), await app.send('GET', unknown, claims)]
      expect([foreign.status, foreign.text]).toEqual([404, never.text])
    }
    for (const claims of [persons.coach(), persons.auditor(), persons.operator(), persons.recorder()])
      expect((await app.send('GET', path, claims)).status).toBe(403)
  })

  test('the queue has the most urgent first, page by page, and only those asked for', async () => {
    const member = app.newMember()
    const file = (receivedAt: string, types: string[]) =>
      app.send('POST', '/v1/privacy-requests', petra, {
        ...{ types, memberRef: member.ref, channel: 'post', receivedAt },
      })
    const late = (await file('2026-01-20T10:00:00Z', ['access'])).body.id
    const later = (await file('2026-02-10T10:00:00Z', ['erasure'])).body.id
    const latest = (await file('2026-03-01T10:00:00Z', ['access'])).body.id
    const list = async (query: string, claims = pim) =>
      (await app.send('GET', `/v1/privacy-requests?memberRef=${member.ref}&${query}`, claims)).body
    const ids = async (query: string) => (await list(query)).items.map(({ id }: { id: string }) => id)
    expect(await ids('open=true')).toEqual([late, later, latest])
    expect(await ids('overdue=true')).toEqual([late])
    expect(await ids('type=erasure')).toEqual([later])
    expect(await ids('open=false')).toEqual([])
    const first = await list('open=true&limit=2')
    expect(first.items.map(({ id }: { id: string }) => id)).toEqual([late, later])
    expect(first.items[0].clocks).toMatchObject({ isOverdue: true, daysLeft: -13 })
    expect(await ids(`open=true&limit=2&cursor=${first.nextCursor}`)).toEqual([latest])
    const newest = await list('limit=1')
    expect(await ids(`limit=5&cursor=${newest.nextCursor}`)).toHaveLength(2)
    expect((await list('cursor=eA', pim)).code).toBe('invalid_request')
    expect((await list('', persons.privacyOfficer({ entity: ['hmbs-advies'] }))).items).toEqual([])
  })
})

it('T10: a request filed at 23:59 of the last day keeps the calls from the sweep of midnight', async () => {
  app.clock.set('2026-07-15T21:59:00Z')
  const [member, other] = [app.newMember(), app.newMember()]
  const [asked, unasked] = [await member.call(TRAINING), await other.call(TRAINING)]
  const { status } = await member.file({ types: ['access'] })
  expect(status).toBe(201)
  app.clock.set('2026-07-15T22:00:00Z')
  const sweep = app.sweeper({ graceDays: 0 })
  await sweep({ dryRun: false })
  await sweep({ dryRun: false })
  expect([await app.statusOf(asked), await app.statusOf(unasked)]).toEqual(['available', 'destroyed'])
  expect(await leftIn(app.store, asked)).toBe(1)
})
