import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findPool, poolQuery } from '../../../src/coaching/pool-queries.ts'
import { DAY, HOUR } from '../../../src/kernel/units.ts'
import { persons } from '../../support/tokens.ts'
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

const ids = (sample: { items: { recordingId: string }[] }): string[] =>
  sample.items.map(({ recordingId }) => recordingId)

describe('a sample', () => {
  it('has what was asked for, says how it was drawn, and nothing of the member', async () => {
    const { id } = await app.addCall()
    const { status, body, text } = await app.draw({ seed: 'spring' })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      entity: 'hmbs',
      drawnBy: 'coach-1',
      seed: 'spring',
      criteria: { team: 'care', from: '2026-08-22', to: '2026-11-22', size: 50 },
      poolSize: 1,
      endsOn: '2026-12-06',
      coaches: ['coach-1'],
      counts: { open: 1, reviewed: 0, withdrawn: 0 },
    })
    expect(body.items).toEqual([
      {
        n: 1,
        recordingId: id,
        agentRef: 'A-1',
        team: 'care',
        product: 'disability',
        language: 'nl',
        month: '2026-11',
        durationSeconds: 300,
        stratum: 'A-1',
        state: 'open',
        masked: 'none',
        endsOn: '2026-12-06',
        notes: 0,
        released: false,
      },
    ])
    expect(text).not.toMatch(/M-\d|call-|startedAt|memberRef|2026-11-19/)
  })

  it('is on record with its seed, its pool and every call', async () => {
    const { id } = await app.addCall()
    const { body } = await app.draw()
    const drawn = (await app.auditOfType('training.sample_drawn')).find(
      ({ detail }) => detail.sample === body.id,
    )
    expect(drawn).toMatchObject({
      actor_sub: 'coach-1',
      outcome: 'ok',
      detail: { sample: body.id, seed: body.seed, poolSize: 1, poolSha256: body.poolSha256, drawn: 1 },
    })
    const calls = (await app.auditOfType('training.call_drawn')).filter(
      ({ detail }) => detail.sample === body.id,
    )
    expect(calls.map(({ recording_id }) => recording_id)).toEqual([id])
    expect(JSON.stringify(drawn?.detail)).not.toContain('M-')
  })

  it('is drawn again by its seed from the same pool, and differs by another', async () => {
    for (let i = 0; i < 20; i++) await app.addCall({ agentRef: `A-${i}` })
    const wish = { size: 5, seed: 'again' }
    const first = (await app.draw(wish)).body
    await app.db.deleteFrom('training_sample').execute()
    const second = (await app.draw(wish)).body
    expect(ids(second)).toEqual(ids(first))
    expect(second.poolSha256).toBe(first.poolSha256)
    await app.db.deleteFrom('training_sample').execute()
    expect(ids((await app.draw({ ...wish, seed: 'other' })).body)).not.toEqual(ids(first))
  })

  it('leaves out what may not be used, and says how many and why', async () => {
    const { id } = await app.addCall()
    const tags = (state: 'objected' | 'suspended' | 'expired', retainUntil = '2027-05-22') => ({
      tags: [{ purpose: 'training_coaching', state, retainUntil }],
    })
    await app.addCall(tags('objected'))
    await app.addCall(tags('suspended'))
    for (const flag of ['health', 'criminal', 'minor', 'payment']) await app.addCall({ sensitivity: [flag] })
    await app.addCall({ restricted: true })
    await app.addCall({ startedAt: new Date(Date.parse(NOW) - 23 * HOUR) })
    const held = await app.addCall()
    await app.db.updateTable('recording').set({ hold_count: 1 }).where('id', '=', held.id).execute()
    const untold = await app.addCall()
    await app.db
      .updateTable('recording')
      .set({ notice_version: '2020' })
      .where('id', '=', untold.id)
      .execute()
    await app.addCall({ memberRef: 'M-refuses' })
    await app.db
      .insertInto('member_preference')
      .values({ member_ref: 'M-refuses', kind: 'training', allowed: false, changed_at: app.clock.now() })
      .execute()
    // These are not even calls like those asked for.
    await app.addCall(tags('expired'))
    await app.addCall({ tags: [{ purpose: 'training_coaching', retainUntil: '2026-11-21' }] })
    await app.addCall({ tags: [{ purpose: 'fraud_prevention' }] })
    await app.addCall({ status: 'unlinked', memberRef: null })
    await app.addCall({ status: 'quarantined' })
    await app.addCall({ entity: 'hmbs-advies' })
    const { body } = await app.draw()
    expect(ids(body)).toEqual([id])
    expect(body.excluded).toEqual({
      objected: 3,
      sensitive: 4,
      restricted: 1,
      held: 1,
      tooRecent: 1,
      notAnnounced: 1,
      agentLimit: 0,
      memberLimit: 0,
    })
  })

  it('has at most five calls of an agent in a month, over all samples, and one of a member', async () => {
    for (let i = 0; i < 8; i++) await app.addCall()
    await app.addCall({ agentRef: 'A-2', memberRef: 'M-same' })
    await app.addCall({ agentRef: 'A-2', memberRef: 'M-same' })
    const first = (await app.draw({ size: 5 })).body
    const second = (await app.draw()).body
    const ofAgent = [...first.items, ...second.items].filter(({ agentRef }) => agentRef === 'A-1')
    expect(ofAgent).toHaveLength(5)
    expect(second.excluded).toMatchObject({ agentLimit: 7, memberLimit: 1 })
    app.clock.set('2026-12-01T11:00:00Z')
    const next = (await app.draw()).body
    expect(next.items.filter((item: { agentRef: string }) => item.agentRef === 'A-1')).toHaveLength(5)
  })

  it('keeps the limit when several are drawn at once', async () => {
    for (let i = 0; i < 30; i++) await app.addCall()
    const drawn = await Promise.all(Array.from({ length: 6 }, () => app.draw({ size: 3 })))
    expect(drawn.map(({ status }) => status)).toEqual(Array(6).fill(201))
    expect(drawn.flatMap(({ body }) => body.items)).toHaveLength(5)
  })

  it('ends with the purpose of a call, where that comes first', async () => {
    await app.addCall({ tags: [{ purpose: 'training_coaching', retainUntil: '2026-11-25' }] })
    const { body } = await app.draw()
    expect(body.endsOn).toBe('2026-12-06')
    expect(body.items[0].endsOn).toBe('2026-11-25')
  })

  it('is narrowed by agent, product and days', async () => {
    const old = await app.addCall({ startedAt: new Date('2026-10-03T22:30:00Z'), product: 'car' })
    await app.addCall({ product: 'car' })
    await app.addCall({ agentRef: 'A-2' })
    const wish = { product: 'car', agentRef: 'A-1', from: '2026-10-04', to: '2026-10-04' }
    expect(ids((await app.draw(wish)).body)).toEqual([old.id])
    expect((await app.draw({ from: '2026-10-05', to: '2026-10-04' })).status).toBe(400)
  })
})

describe('who draws', () => {
  it('is a coach who promised confidentiality, for an own entity and an own team', async () => {
    await app.addCall()
    const denied = async () =>
      (await app.auditOfType('training.sample_drawn')).filter(({ outcome }) => outcome === 'denied').length
    const before = await denied()
    const refused = async (claims: Parameters<CoachingApp['draw']>[1], wish = {}) =>
      (await app.draw(wish, claims)).status
    expect(await refused(agent)).toBe(403)
    expect(await refused(persons.privacyOfficer())).toBe(403)
    expect(await refused(persons.member('M-1'))).toBe(403)
    expect(await refused({ ...coach, confidentiality_signed: false })).toBe(403)
    expect(await refused({ ...coach, engaged_until: '2026-11-21' })).toBe(403)
    expect(await refused(coach, { entity: 'hmbs-advies' })).toBe(403)
    expect(await refused(coach, { team: 'cars' })).toBe(403)
    expect(await refused({ ...coach, entity: ['hmbs', 'hmbs-advies'] })).toBe(400)
    expect((await app.draw({}, stranger)).body.items).toEqual([])
    expect(await denied()).toBe(before + 8)
  })

  it('sees own samples and those they are a coach of; others do not exist', async () => {
    await app.addCall()
    const { body } = await app.draw({ coaches: ['coach-2'] })
    const path = `/v1/training-samples/${body.id}`
    expect((await app.call(colleague, 'GET', path)).body).toEqual((await app.call(coach, 'GET', path)).body)
    const missing = await app.call(coach, 'GET', `/v1/training-samples/${crypto.randomUUID()}`)
    const foreign = await app.call(stranger, 'GET', path)
    expect([foreign.status, foreign.body.code]).toEqual([404, 'not_found'])
    expect(missing.body).toEqual({ ...foreign.body, instance: missing.body.instance })
    expect((await app.call(coach, 'GET', '/v1/training-samples')).body.items).toHaveLength(1)
    expect((await app.call(stranger, 'GET', '/v1/training-samples')).body.items).toEqual([])
    expect((await app.call(agent, 'GET', '/v1/training-samples')).status).toBe(403)
  })

  it('counts what happened to a sample as often as a page asks, without a line in the audit', async () => {
    const { id: recordingId } = await app.addCall()
    const { body } = await app.draw()
    const path = `/v1/training-samples/${body.id}`
    const counts = async () => (await app.call(coach, 'GET', `${path}/counts`)).body
    const viewed = async () => (await app.auditOfType('training.sample_viewed')).length
    const before = await viewed()
    expect(await counts()).toEqual({ ...body.counts, waiting: 0 })
    await app.db
      .updateTable('purpose_tag')
      .set({ state: 'objected' })
      .where('recording_id', '=', recordingId)
      .execute()
    expect(await app.withdraw()).toBe(1)
    expect(await counts()).toMatchObject({ withdrawn: body.counts.withdrawn + 1 })
    expect(await viewed()).toBe(before)
    const foreign = await app.call(stranger, 'GET', `${path}/counts`)
    expect([foreign.status, foreign.body.code]).toEqual([404, 'not_found'])
    expect(await viewed()).toBe(before + 1)
  })

  it('raises an alarm by a search, which says nothing of whom was looked for', async () => {
    await app.call(coach, 'GET', '/v1/recordings?memberRef=M-famous')
    await app.call(coach, 'GET', '/v1/recordings?memberRef=M-famous')
    const anomalies = await app.db.selectFrom('staff_anomaly').selectAll().execute()
    expect(anomalies).toMatchObject([{ actor_sub: 'coach-1', kind: 'coach_search', count: 2, blocks: false }])
    expect(JSON.stringify(anomalies)).not.toContain('famous')
  })

  it('gets nothing by a search, which is on record', async () => {
    const { status } = await app.call(coach, 'GET', '/v1/recordings?memberRef=M-1001')
    expect(status).toBe(403)
    expect((await app.auditOfType('recording.listed'))[0]).toMatchObject({
      outcome: 'denied',
      actor_sub: 'coach-1',
      detail: { filters: ['memberRef'] },
    })
  })
})

describe('the pool', () => {
  it('is found by index among many calls', async () => {
    await app.db.transaction().execute(async (tx) => {
      await sql`insert into recording (id, entity, status, member_ref, agent_ref, team, started_at, received_at, notice_version)
        select gen_random_uuid(), 'hmbs-verzekeringen', 'available', 'M-' || i, 'A-' || i % 50, 'care',
          timestamptz '2026-11-20' - i * interval '10 minutes', now(), '2026-01' from generate_series(1, 12000) i`.execute(
        tx,
      )
      await sql`insert into purpose_tag (recording_id, purpose, legal_basis, product, rule_id, rule_version, trigger, retain_until, state)
        select id, 'training_coaching', 'legitimate_interests', 'none', 'training', 1, 'call.ended', '2027-05-01', 'active'
        from recording where entity = 'hmbs-verzekeringen'`.execute(tx)
    })
    await sql`analyze recording, purpose_tag`.execute(app.db)
    const criteria = {
      entity: 'hmbs-verzekeringen',
      team: null,
      agentRef: null,
      product: null,
      from: '2026-11-10',
      to: '2026-11-12',
    }
    const moment = {
      today: '2026-11-22',
      startedFrom: new Date('2026-11-10T00:00:00+01:00'),
      startedBefore: new Date('2026-11-13T00:00:00+01:00'),
      settledBefore: new Date(Date.parse(NOW) - DAY),
      notices: ['2026-01'],
    }
    const { pool } = await findPool(app.db, criteria, moment)
    expect(pool).toHaveLength(432)
    const query = poolQuery(criteria, moment).compile(app.db)
    const { rows } = await app.pool.query(`explain ${query.sql}`, [...query.parameters])
    const plan = rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('recording_by_entity')
    expect(plan).not.toContain('Seq Scan on recording')
  })
})
