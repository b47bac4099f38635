import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PreferencesJson } from '../../../src/privacy/preferences.ts'
import { callMetadata, deliver } from '../../support/deliver.ts'
import { persons } from '../../support/tokens.ts'
import { AUDIO, type EventsService, purposeOf, startEventsService } from '../retention/events-service.ts'

let app: EventsService
const officer = persons.privacyOfficer()

beforeAll(async () => {
  app = await startEventsService()
})

afterAll(async () => {
  await app.close()
})

/** A member of whom nothing is known yet. */
function newMember() {
  const ref = `M-${randomUUID()}`
  const claims = persons.member(ref)
  const send = (method: string, path: string, body?: unknown) =>
    app.send<PreferencesJson>(method, path, claims, body)
  return {
    ref,
    claims,
    choices: async () => (await send('GET', '/v1/preferences')).body,
    choose: (training: boolean, statistics = true) =>
      send('PUT', '/v1/preferences', { training, statistics }),
    object: (id: string, purpose = 'training_coaching') =>
      app.send('POST', `/v1/recordings/${id}/purposes/${purpose}/objection`, claims),
    record: (purposes: readonly string[]) => app.record({ memberRef: ref, purposes }),
  }
}

const stateOf = async (id: string, purpose = 'training_coaching') =>
  purposeOf(await app.see(id), purpose).state

const heardForFraud = async (id: string): Promise<number> => {
  const path = `/v1/recordings/${id}/audio?purpose=fraud_prevention&caseRef=Z-1`
  return (await app.service.call(path, persons.fraudAnalyst())).status
}

describe('no training', () => {
  test('ends training for all own calls at once, and leaves what others need', async () => {
    const [member, other] = [newMember(), newMember()]
    const both = await member.record(['training_coaching', 'fraud_prevention'])
    const foreign = await other.record(['training_coaching'])
    expect(await member.choices()).toEqual({
      ...{ training: true, statistics: true, trainingCalls: 1, trainingOnlyCalls: 0 },
      changedAt: { training: null, statistics: null },
    })
    const chosen = await member.choose(false)
    expect(chosen.status).toBe(200)
    expect(chosen.body).toMatchObject({ training: false, statistics: true, trainingCalls: 0 })
    expect(chosen.body.changedAt).toEqual({ training: expect.any(String), statistics: null })
    expect(await stateOf(both.id)).toBe('objected')
    expect(await stateOf(both.id, 'fraud_prevention')).toBe('active')
    expect(await heardForFraud(both.id)).toBe(200)
    expect(await stateOf(foreign.id)).toBe('active')
    expect(await other.choices()).toMatchObject({ training: true, trainingCalls: 1 })
  })

  test('makes a call due that nothing else keeps, and the member is told how many before', async () => {
    const member = newMember()
    const { id } = await member.record(['training_coaching'])
    await member.record(['training_coaching', 'service_quality'])
    expect(await member.choices()).toMatchObject({ trainingCalls: 2, trainingOnlyCalls: 1 })
    await member.choose(false)
    const due = await app.see(id)
    expect(due.keepUntil).toBeNull()
    expect(Date.parse(due.dueAt ?? '')).toBeLessThan(Date.now())
    const listened = await app.service.call(`/v1/recordings/${id}/audio`, member.claims)
    expect(listened.status).toBe(200)
  })

  test('counts for calls that come later: training ends at receipt, and what only training would keep is refused', async () => {
    const member = newMember()
    await member.choose(false)
    const { id } = await member.record(['training_coaching', 'fraud_prevention'])
    expect(await stateOf(id)).toBe('objected')
    const refused = await deliver({
      baseUrl: app.service.baseUrl,
      token: app.service.issuer.token(persons.importer()),
      metadata: callMetadata({ memberRef: member.ref, purposes: ['training_coaching'] }),
      audio: AUDIO,
    })
    expect([refused.status, (refused.body as { code: string }).code]).toEqual([422, 'nothing_to_keep'])
  })

  test('counts for a call that is linked to the member afterwards', async () => {
    const member = newMember()
    await member.choose(false)
    const { id } = await app.record({ memberRef: null, purposes: ['training_coaching', 'fraud_prevention'] })
    const linked = await app.send('PATCH', `/v1/recordings/${id}`, officer, { memberRef: member.ref })
    expect(linked.status).toBe(200)
    expect(await stateOf(id)).toBe('objected')
  })

  test('stops an officer from adding the purpose again', async () => {
    const member = newMember()
    const { id } = await member.record(['fraud_prevention'])
    await member.choose(false)
    const added = await app.send('POST', `/v1/recordings/${id}/purposes`, officer, {
      ...{ purpose: 'training_coaching', compatibleUse: 'this was asked for by the team of the care line' },
    })
    expect(added.status).toBe(403)
  })

  test('and then training again: for later calls only, nothing that ended revives', async () => {
    const member = newMember()
    const before = await member.record(['training_coaching', 'fraud_prevention'])
    await member.choose(false)
    await member.choose(true)
    const after = await member.record(['training_coaching', 'fraud_prevention'])
    expect([await stateOf(before.id), await stateOf(after.id)]).toEqual(['objected', 'active'])
    expect(await member.choices()).toMatchObject({ training: true, trainingCalls: 1 })
  })

  test('chosen while calls arrive misses none of them', async () => {
    const member = newMember()
    const arriving = Array.from({ length: 12 }, () =>
      member.record(['training_coaching', 'fraud_prevention']),
    )
    await arriving[0]
    const chosen = member.choose(false)
    const calls = await Promise.all(arriving)
    expect((await chosen).status).toBe(200)
    const states = await Promise.all(calls.map(({ id }) => stateOf(id)))
    expect(new Set(states)).toEqual(new Set(['objected']))
  })
})

describe('an objection of the member to training of one call', () => {
  test('is honoured at once and for good, for that call only', async () => {
    const member = newMember()
    const one = await member.record(['training_coaching', 'service_quality'])
    const two = await member.record(['training_coaching'])
    const answer = await member.object(one.id)
    expect(answer.status).toBe(200)
    expect(purposeOf(answer.body, 'training_coaching').state).toBe('objected')
    expect(await stateOf(two.id)).toBe('active')
    const path = `/v1/recordings/${one.id}/purposes/training_coaching/objection`
    await app.send('DELETE', path, officer)
    expect(await stateOf(one.id)).toBe('objected')
    expect(await app.auditOf(one.id)).toContain('recording.purpose_objected')
  })

  test('is not for other purposes, and not for calls of others', async () => {
    const [member, other] = [newMember(), newMember()]
    const { id } = await member.record(['training_coaching', 'fraud_prevention'])
    expect((await member.object(id, 'fraud_prevention')).status).toBe(403)
    expect(await other.object(id)).toMatchObject({ status: 404 })
    const both = persons.privacyOfficer({ roles: ['privacy_officer', 'member'], member_ref: other.ref })
    const filed = await app.send('POST', `/v1/recordings/${id}/purposes/training_coaching/objection`, both)
    expect(purposeOf(filed.body, 'training_coaching').state).toBe('suspended')
  })
})

test('choices are for members only, and every change is on record without a number of anybody', async () => {
  for (const claims of [officer, persons.coach(), persons.recorder(), persons.operator()]) {
    expect((await app.send('GET', '/v1/preferences', claims)).status).toBe(403)
    const body = { training: false, statistics: false }
    expect((await app.send('PUT', '/v1/preferences', claims, body)).status).toBe(403)
  }
  const member = newMember()
  await member.choose(false, false)
  await member.choose(false, false)
  const events = await app.db
    .selectFrom('audit_event')
    .select(['outcome', 'detail'])
    .where('type', '=', 'preferences.changed')
    .where('actor_sub', '=', String(member.claims.sub))
    .execute()
  expect(events).toEqual([{ outcome: 'ok', detail: { training: false, statistics: false, calls: 0 } }])
})

test.each([
  {},
  { training: false },
  { training: 'no', statistics: true },
  { training: true, statistics: true, x: 1 },
])('a choice like %j is refused', async (body) => {
  expect((await app.send('PUT', '/v1/preferences', newMember().claims, body)).status).toBe(400)
})
