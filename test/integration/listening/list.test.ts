import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY } from '../../../src/kernel/units.ts'
import { entityPageQuery, memberPageQuery } from '../../../src/recordings/find-queries.ts'
import type { RecordingItemJson } from '../../../src/recordings/present.ts'
import { persons } from '../../support/tokens.ts'
import { addRecording, asMember, bearer, type ListeningApp, NOW, startListeningApp } from './listening-app.ts'

let app: ListeningApp
const own: string[] = []
let foreign: string
beforeAll(async () => {
  app = await startListeningApp()
  const noon = Date.parse(NOW)
  for (let day = 1; day <= 7; day++) {
    // Two calls may start in the same instant; the id decides then.
    const startedAt = new Date(noon - Math.ceil(day / 2) * DAY)
    own.push((await addRecording(app, { startedAt, product: day === 3 ? 'car' : 'health' })).id)
  }
  foreign = (await addRecording(app, { memberRef: 'M-2', agentRef: 'agent-1', dueAt: new Date(noon) })).id
  await addRecording(app, { memberRef: 'M-3', entity: 'hmbs-advies' })
  for (const status of ['receiving', 'destroying', 'destroyed'] as const) await addRecording(app, { status })
  await addRecording(app, { memberRef: null, status: 'unlinked' })
})
afterAll(() => app.close())

interface Page {
  readonly items: RecordingItemJson[]
  readonly nextCursor: string | null
}
const request = (query: string, headers: Record<string, string>) =>
  fetch(`${app.url}/v1/recordings${query}`, { headers })
async function list(query = '', headers = asMember(app)): Promise<Page> {
  const response = await request(query, headers)
  expect(response.status).toBe(200)
  return (await response.json()) as Page
}
const idsOf = (page: Page): string[] => page.items.map(({ id }) => id)
const same = (actual: readonly string[], expected: readonly string[]): void =>
  expect(new Set(actual)).toEqual(new Set(expected))

describe('the list of recordings', () => {
  it('has a member’s own recordings, newest first, and nothing else', async () => {
    const page = await list()
    same(idsOf(page), own)
    const starts = page.items.map(({ startedAt }) => startedAt ?? '')
    expect(starts).toEqual(starts.toSorted((a, b) => b.localeCompare(a)))
    expect(page.nextCursor).toBeNull()
  })

  it('shows a member no reference of ours, nor fields that only one recording needs', async () => {
    const [item] = (await list()).items
    expect(item).toMatchObject({
      entity: 'hmbs',
      status: 'available',
      durationSeconds: 300,
      keepUntil: '2027-05-22',
      held: false,
    })
    expect(item?.purposes.map(({ purpose, retainUntil }) => [purpose, retainUntil])).toEqual([
      ['fraud_prevention', '2027-05-22'],
      ['training_coaching', '2027-05-22'],
    ])
    for (const field of [
      'memberRef',
      'agentRef',
      'callId',
      'team',
      'links',
      'audio',
      'sensitivity',
      'channels',
    ]) {
      expect(item).not.toHaveProperty(field)
    }
  })

  it('gives every recording exactly once over pages of any size, also where calls start together', async () => {
    for (const limit of [1, 2, 3, 7]) {
      const seen: string[] = []
      let cursor: string | null = null
      do {
        const page: Page = await list(`?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`)
        expect(page.items.length).toBeLessThanOrEqual(limit)
        seen.push(...idsOf(page))
        cursor = page.nextCursor
      } while (cursor)
      expect(seen.length).toBe(own.length)
      same(seen, own)
    }
  })

  it('keeps its place to the microsecond', async () => {
    const ref = 'M-micro'
    for (let n = 0; n < 4; n++) {
      const { id } = await addRecording(app, { memberRef: ref })
      await app.pool.query(
        `update recording set started_at = '2026-11-01T10:00:00.00000${n}Z' where id = $1`,
        [id],
      )
    }
    const headers = bearer(app, persons.member(ref))
    const first = await list('?limit=2', headers)
    const second = await list(`?limit=2&cursor=${first.nextCursor}`, headers)
    expect(new Set([...idsOf(first), ...idsOf(second)]).size).toBe(4)
  })

  it('filters by product, purpose, status and time', async () => {
    expect((await list('?product=car')).items.length).toBe(1)
    expect((await list('?purpose=fraud_prevention')).items.length).toBe(7)
    expect((await list('?purpose=service_quality')).items.length).toBe(0)
    expect((await list('?status=quarantined')).items.length).toBe(0)
    expect((await list('?from=2026-11-21')).items.length).toBe(2)
    expect((await list('?from=2026-11-20&to=2026-11-20')).items.length).toBe(2)
    expect((await list('?to=2026-11-20T11:00:00Z')).items.length).toBe(3)
  })

  it('never reaches other members, whatever the filter or the cursor says', async () => {
    expect((await list('?memberRef=M-2')).items).toEqual([])
    const cursor = Buffer.from(JSON.stringify(['2030-01-01T00:00:00.000000Z', randomUUID()])).toString(
      'base64url',
    )
    same(idsOf(await list(`?cursor=${cursor}`)), own)
    expect((await list('', bearer(app, persons.member('M-nobody')))).items).toEqual([])
  })

  it.each([
    '?tenantId=x',
    '?memberId[]=M-2',
    '?limit=0',
    '?limit=101',
    '?limit=x',
    '?status=destroyed',
    '?from=yesterday',
    '?cursor=%22',
    '?cursor=W10',
    '?memberRef=a&memberRef=b',
    '?agentRef=A-7',
  ])('refuses %s with 400', async (query) => {
    const response = await request(query, asMember(app))
    expect(response.status).toBe(400)
    await response.arrayBuffer()
  })

  it('refuses a cursor whose time does not exist', async () => {
    const cursor = Buffer.from(JSON.stringify(['2026-13-41T00:00:00.000000Z', randomUUID()])).toString(
      'base64url',
    )
    expect((await request(`?cursor=${cursor}`, asMember(app))).status).toBe(400)
  })

  it('has the recordings of their entities for staff, with references', async () => {
    const page = await list('?limit=100', bearer(app, persons.privacyOfficer()))
    expect(idsOf(page)).toEqual(expect.arrayContaining([...own, foreign]))
    expect(page.items.every(({ entity }) => entity === 'hmbs')).toBe(true)
    expect(page.items.find(({ id }) => id === foreign)).toMatchObject({
      memberRef: 'M-2',
      agentRef: 'agent-1',
    })
    expect(page.items.some(({ status }) => status === 'unlinked')).toBe(true)
    const both = bearer(app, { ...persons.recordsManager(), entity: ['hmbs', 'hmbs-advies'] })
    const entities = (await list('?limit=100', both)).items.map(({ entity }) => entity)
    same(entities, ['hmbs', 'hmbs-advies'])
    same(idsOf(await list('?memberRef=M-2', both)), [foreign])
    same(idsOf(await list('?dueBefore=2026-11-23', both)), [foreign])
  })

  it('has an agent’s own calls only', async () => {
    const agent = bearer(app, persons.agent())
    same(idsOf(await list('', agent)), [foreign])
    expect((await list('?agentRef=A-7', agent)).items).toEqual([])
  })

  it('is refused to roles that never browse, and audited with names of filters only', async () => {
    for (const claims of [persons.coach(), persons.fraudAnalyst(), persons.operator()]) {
      expect((await request('', bearer(app, claims))).status).toBe(403)
    }
    const { rows } = await app.pool.query(
      "select outcome, detail from audit_event where type = 'recording.listed' and detail -> 'filters' ? 'memberRef'",
    )
    expect(rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows)).not.toContain('M-2')
  })

  it('reads a page by index: the plan neither sorts nor scans the table', async () => {
    await app.pool.query(`insert into recording (id, entity, status, member_ref, agent_ref, started_at, received_at)
      select gen_random_uuid(), 'hmbs', 'available', 'M-bulk-' || n % 20, 'A-' || n % 10,
        timestamptz '2020-01-01' + n * interval '1 minute', now() from generate_series(1, 20000) n`)
    await app.pool.query('vacuum analyze recording')
    const after = { at: '2020-02-01T00:00:00.000000Z', id: randomUUID() }
    const queries = {
      recording_by_member: memberPageQuery(app.db, 'M-bulk-7', { limit: 51, after }),
      recording_by_entity: entityPageQuery(app.db, 'hmbs', { limit: 51, after }),
      recording_by_agent: entityPageQuery(app.db, 'hmbs', { limit: 51, agentRef: 'A-7' }),
    }
    for (const [index, query] of Object.entries(queries)) {
      const plan = JSON.stringify(await query.explain('json'))
      expect(plan).toContain(index)
      expect(plan).not.toContain('"Seq Scan"')
      expect(plan).not.toMatch(/"Sort Key":\["(recording\.)?started_at/)
    }
  })
})
