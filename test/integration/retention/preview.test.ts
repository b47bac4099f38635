import { afterEach, beforeEach, expect, test } from 'vitest'
import type { z } from 'zod'
import { makeApplyRules } from '../../../src/retention/apply-rules.ts'
import { PreviewSchema } from '../../../src/retention/preview-present.ts'
import { persons } from '../../support/tokens.ts'
import { datesOf, keepRecording } from './rule-recordings.ts'
import { officer, type RuleStage, rulesText, setRuleStage } from './rule-stage.ts'

const RULES = '/v1/retention/rules'
const SHORTER = rulesText({ training: 'version: 2, period: P3M' })
const LONGER = rulesText({ training: 'version: 2, period: P9M' })

type Page = z.infer<typeof PreviewSchema>
/** The pages that follow have no counts. */
type FirstPage = { [K in keyof Page]-?: Exclude<Page[K], undefined> }

let stage: RuleStage

beforeEach(async () => {
  stage = await setRuleStage()
})

afterEach(() => stage.close())

const keep = (...args: Parameters<typeof keepRecording> extends [unknown, unknown, ...infer R] ? R : never) =>
  keepRecording(stage.db, stage.books, ...args)

async function preview(version: number | 'current', query = '', claims = officer) {
  const response = await stage.call(`${RULES}/${version}/preview${query}`, claims)
  return PreviewSchema.parse(await response.json()) as FirstPage
}

async function draft(document: string, lengtheningGround?: string): Promise<number> {
  const body = { document, effectiveFrom: '2026-07-20', ...(lengtheningGround ? { lengtheningGround } : {}) }
  return ((await (await stage.post(RULES, officer, body)).json()) as { version: number }).version
}

const none = { held: 0, locked: 0, restricted: 0 }

test('T32: before anybody approves, a draft shows what it would make due, and changes nothing', async () => {
  const sooner = await keep([{ day: '2026-05-01' }])
  const held = await keep([{ day: '2026-04-20' }], { hold_count: 1 })
  await keep([{ day: '2026-01-01' }])
  await keep([{ day: '2026-05-01' }, { purpose: 'contract_performance', rule: 'contract', day: null }])
  await keep([{ day: '2026-05-01' }], { entity: 'hmbs-advies' })
  const version = await draft(SHORTER)
  const answer = await preview(version, '?at=2026-08-10')
  expect(answer).toMatchObject({
    version,
    at: '2026-08-10',
    effectiveFrom: '2026-07-20',
    shortensFrom: '2026-07-29',
  })
  expect(answer.due).toEqual({
    asThingsAre: { total: 1, ...none },
    underThisVersion: { total: 3, ...none, held: 1 },
    additionally: { total: 2, ...none, held: 1 },
    noLonger: { total: 0, ...none },
  })
  const expected = [
    {
      id: sooner,
      entity: 'hmbs',
      change: 'additionally_due',
      keepUntil: '2026-11-01',
      keepUntilUnderThisVersion: '2026-08-01',
    },
    // The notice is over on 29 July; until then it is kept.
    {
      id: held,
      entity: 'hmbs',
      change: 'additionally_due',
      keepUntil: '2026-10-20',
      keepUntilUnderThisVersion: '2026-07-28',
    },
  ]
  expect(answer.items).toEqual(expected.sort((a, b) => (a.id < b.id ? -1 : 1)))
  expect((await datesOf(stage.db, sooner)).keep_until).toBe('2026-11-01')
})

test('the months say when recordings become due, as things are and under the version', async () => {
  await keep([{ day: '2026-05-01' }])
  await keep([{ day: '2026-01-01' }])
  const { months } = await preview(await draft(SHORTER))
  expect(months).toHaveLength(24)
  const filled = months.filter(({ asThingsAre, underThisVersion }) => asThingsAre + underThisVersion > 0)
  expect(filled).toEqual([
    { month: '2026-07-01', asThingsAre: 1, underThisVersion: 1 },
    { month: '2026-08-01', asThingsAre: 0, underThisVersion: 1 },
    { month: '2026-11-01', asThingsAre: 1, underThisVersion: 0 },
  ])
})

test('a longer period prolongs nothing that exists without a ground, and what still runs with one', async () => {
  const running = await keep([{ day: '2026-02-01' }])
  await keep([{ day: '2026-01-10' }])
  const at = '?at=2026-09-01'
  expect((await preview(await draft(LONGER), at)).due.noLonger.total).toBe(0)
  const grounded = await preview(await draft(LONGER, 'The supervisor asked for nine months.'), at)
  expect(grounded.due).toMatchObject({
    asThingsAre: { total: 2 },
    underThisVersion: { total: 1 },
    noLonger: { total: 1 },
  })
  expect(grounded.items).toMatchObject([{ id: running, change: 'no_longer_due' }])
})

test('before the notice is over a shorter period shows no effect; the default day shows all of it', async () => {
  await keep([{ day: '2026-03-01' }])
  const version = await draft(SHORTER)
  expect((await preview(version, '?at=2026-07-28')).due.additionally.total).toBe(0)
  const full = await preview(version)
  expect([full.at, full.due.additionally.total]).toEqual(['2026-07-29', 1])
})

test('what the preview foresees is what applying the rules makes of every recording', async () => {
  const ids: string[] = []
  for (let index = 0; index < 60; index += 1) {
    const day = `2026-0${(index % 6) + 1}-${String(((index * 7) % 28) + 1).padStart(2, '0')}`
    const second = {
      purpose: 'contract_performance',
      rule: 'contract',
      day: index % 3 ? `2019-08-${10 + (index % 19)}` : null,
    } as const
    ids.push(
      await keep(index % 2 ? [{ day }] : [{ day }, second], {
        product: index % 5 ? 'home' : 'car',
        sensitivity: index % 4 ? [] : ['health'],
      }),
    )
  }
  const more =
    '  - { id: car, version: 1, purpose: training_coaching, product: car, trigger: call.ended, period: P2M, disposition: delete, ground: g, source: s }\n' +
    '  - { id: car-health, version: 1, purpose: training_coaching, product: car, sensitivity: health, trigger: call.ended, period: P1M, disposition: delete, ground: g, source: s }\n'
  const document = rulesText({ training: 'version: 2, period: P4M', more })
  const version = await stage.adopt(document, '2026-07-16')
  const at = '2026-08-20'
  const foreseen = await preview(version, `?at=${at}&limit=1000`)
  stage.clock.set('2026-07-29T00:00:00Z')
  await makeApplyRules(stage)()
  const due = await stage.db
    .selectFrom('recording')
    .select('id')
    .where('due_at', '<=', new Date('2026-08-19T22:00:00Z'))
    .execute()
  expect(foreseen.due.underThisVersion.total).toBe(due.length)
  expect(foreseen.due.additionally.total).toBeGreaterThan(5)
  for (const item of foreseen.items) expect(due.map(({ id }) => id)).toContain(item.id)
  const after = await preview('current', `?at=${at}&limit=1000`)
  expect(after.items.map(({ id }) => id)).toEqual(due.map(({ id }) => id).sort())
  expect(ids).toHaveLength(60)
})

test('the time machine lists what is due on a day, in pages', async () => {
  const ids = await Promise.all(['2026-01-01', '2026-01-02', '2026-01-03'].map((day) => keep([{ day }])))
  await keep([{ day: '2026-05-01' }])
  const first = await preview('current', '?at=2026-08-01&limit=2')
  const second = await preview('current', `?at=2026-08-01&limit=2&cursor=${first.nextCursor}`)
  expect([...first.items, ...second.items].map(({ id, change }) => [id, change])).toEqual(
    ids.sort().map((id) => [id, 'due']),
  )
  expect(second.nextCursor).toBeNull()
  expect([first.due.asThingsAre.total, second.due, second.months]).toEqual([3, undefined, undefined])
})

test('records managers and auditors look ahead, others do not, and it is on record', async () => {
  for (const claims of [persons.recordsManager(), persons.auditor()]) await preview('current', '', claims)
  for (const claims of [persons.member('M-1'), persons.coach(), persons.operator()])
    expect((await stage.call(`${RULES}/current/preview`, claims)).status).toBe(403)
  const events = await stage.db
    .selectFrom('audit_event')
    .select('outcome')
    .where('type', '=', 'rules.previewed')
    .execute()
  expect(events).toHaveLength(2)
})

test.each(['?at=tomorrow', '?limit=0', '?cursor=x', '?more=1'])('the preview refuses "%s"', async (query) => {
  expect((await stage.call(`${RULES}/current/preview${query}`, officer)).status).toBe(400)
})

test('there is no preview of what there is not', async () => {
  expect((await stage.call(`${RULES}/9/preview`, officer)).status).toBe(404)
})
