import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeApplyRules } from '../../../src/retention/apply-rules.ts'
import { datesOf, keepRecording, tagOf } from './rule-recordings.ts'
import { type RuleStage, rulesText, setRuleStage } from './rule-stage.ts'

const SHORTER = rulesText({ training: 'version: 2, period: P3M' })
const LONGER = rulesText({ training: 'version: 2, period: P9M' })
const GROUND = 'The supervisor asked for nine months in its letter of June.'

let stage: RuleStage
let applyRules: ReturnType<typeof makeApplyRules>

beforeEach(async () => {
  stage = await setRuleStage()
  applyRules = makeApplyRules(stage)
})

afterEach(() => stage.close())

const keep = (...args: Parameters<typeof keepRecording> extends [unknown, unknown, ...infer R] ? R : never) =>
  keepRecording(stage.db, stage.books, ...args)

test('T32: a shorter period reaches existing recordings fourteen days after its approval, not before', async () => {
  const id = await keep([{ day: '2026-05-01' }])
  const version = await stage.adopt(SHORTER, '2026-07-16')
  stage.clock.set('2026-07-28T21:59:00Z')
  expect(await applyRules()).toEqual({ version, tags: 0, done: false })
  expect(await tagOf(stage.db, id)).toEqual(['training@1', '2026-11-01', 'active'])

  stage.clock.set('2026-07-28T22:00:00Z')
  expect(await applyRules()).toEqual({ version, tags: 1, done: true })
  expect(await tagOf(stage.db, id)).toEqual(['training@2', '2026-08-01', 'active'])
  expect(await datesOf(stage.db, id)).toEqual({
    keep_until: '2026-08-01',
    due_at: new Date('2026-08-01T22:00:00Z'),
    objects_changed_at: stage.clock.now(),
  })
  expect(await applyRules()).toBeUndefined()
  const events = await stage.db
    .selectFrom('audit_event')
    .select(['type', 'detail'])
    .where('type', 'like', 'rules.applied%')
    .orderBy('type')
    .execute()
  expect(events).toEqual([
    { type: 'rules.applied', detail: { version, tags: 1 } },
    { type: 'rules.applied_to_recordings', detail: { version, tags: 1, recordings: 1 } },
  ])
})

test('T32: a longer period is for new recordings, unless a ground was given', async () => {
  const id = await keep([{ day: '2026-05-01' }])
  const version = await stage.adopt(LONGER, '2026-07-16')
  stage.clock.set('2026-09-01T00:00:00Z')
  expect(await applyRules()).toEqual({ version, tags: 0, done: true })
  expect(await tagOf(stage.db, id)).toEqual(['training@1', '2026-11-01', 'active'])
})

test('a longer period with a ground holds from its first day', async () => {
  const id = await keep([{ day: '2026-05-01' }])
  const version = await stage.adopt(LONGER, '2026-07-16', GROUND)
  stage.clock.set('2026-07-16T06:00:00Z')
  expect(await applyRules()).toEqual({ version, tags: 1, done: false })
  expect(await tagOf(stage.db, id)).toEqual(['training@2', '2027-02-01', 'active'])
  expect(await applyRules()).toEqual({ version, tags: 0, done: false })
})

test('T32: nothing that has ended comes back, whatever its state says', async () => {
  const ended = [
    await keep([{ day: '2025-12-01', state: 'expired' }]),
    await keep([{ day: '2026-05-01', state: 'withdrawn' }]),
    await keep([{ day: '2026-05-01', state: 'objected' }]),
    await keep([{ day: '2026-01-10' }]),
    await keep([{ day: '2026-05-01' }], { status: 'quarantined' }),
  ]
  const before = await Promise.all(ended.map((id) => tagOf(stage.db, id)))
  await stage.adopt(LONGER, '2026-07-16', GROUND)
  stage.clock.set('2026-09-01T00:00:00Z')
  expect(await applyRules()).toMatchObject({ tags: 0, done: true })
  expect(await Promise.all(ended.map((id) => tagOf(stage.db, id)))).toEqual(before)
})

test('the longest purpose still keeps the recording, and a purpose that waits goes on waiting', async () => {
  const contract = { purpose: 'contract_performance', rule: 'contract' } as const
  const both = await keep([{ day: '2026-05-01' }, { ...contract, day: '2020-01-01' }])
  const waiting = await keep([{ day: '2026-05-01' }, { ...contract, day: null }])
  await stage.adopt(
    SHORTER.replace('id: contract, version: 1', 'id: contract, version: 2').replace('P7Y', 'P5Y'),
    '2026-07-16',
  )
  stage.clock.set('2026-08-15T00:00:00Z')
  expect(await applyRules()).toMatchObject({ tags: 4, done: true })
  expect(await datesOf(stage.db, both)).toMatchObject({ keep_until: '2026-08-01' })
  expect(await datesOf(stage.db, waiting)).toMatchObject({ keep_until: null, due_at: null })
  expect(await tagOf(stage.db, waiting, 'contract_performance')).toEqual([
    'contract@2',
    null,
    'pending_trigger',
  ])
})

test('a rule that counts from another event leaves existing recordings alone', async () => {
  const id = await keep([{ purpose: 'contract_performance', rule: 'contract', day: '2024-01-01' }])
  const other = rulesText().replace('id: contract, version: 1', 'id: contract, version: 2')
  await stage.adopt(other.replace('trigger: policy.ended', 'trigger: claim.closed'), '2026-07-16')
  stage.clock.set('2026-09-01T00:00:00Z')
  expect(await applyRules()).toMatchObject({ tags: 0, done: true })
  expect(await tagOf(stage.db, id, 'contract_performance')).toEqual(['contract@1', '2031-01-01', 'active'])
})

test('a rule for a sensitivity reaches only the recordings that have it', async () => {
  const plain = await keep([{ day: '2026-05-01' }])
  const health = await keep([{ day: '2026-05-01' }], { sensitivity: ['health'] })
  const more =
    '  - { id: health, version: 1, purpose: training_coaching, sensitivity: health, trigger: call.ended, period: P1M, disposition: delete, ground: g, source: s }\n'
  await stage.adopt(rulesText({ more }), '2026-07-16')
  stage.clock.set('2026-08-15T00:00:00Z')
  expect(await applyRules()).toMatchObject({ tags: 1, done: true })
  expect(await tagOf(stage.db, plain)).toEqual(['training@1', '2026-11-01', 'active'])
  expect(await tagOf(stage.db, health)).toEqual(['health@1', '2026-06-01', 'active'])
})

test('F26: a run that breaks off is finished by the next, and two at once do the work once', async () => {
  const ids = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      keep([{ day: `2026-05-${String((index % 28) + 1).padStart(2, '0')}` }]),
    ),
  )
  const version = await stage.adopt(SHORTER, '2026-07-16')
  stage.clock.set('2026-08-15T00:00:00Z')
  expect(await applyRules(AbortSignal.abort())).toEqual({ version, tags: 0, done: false })
  const runs = await Promise.all([applyRules(), makeApplyRules(stage)()])
  expect(runs.reduce((sum, run) => sum + (run?.tags ?? 0), 0)).toBe(40)
  for (const id of ids) expect((await tagOf(stage.db, id))[0]).toBe('training@2')
})
