import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayOf, startOfDayAfter } from '../../../src/kernel/calendar.ts'
import { Problem } from '../../../src/kernel/problem.ts'
import { endsOf } from '../../../src/recordings/ends.ts'
import type { CallMetadata } from '../../../src/recordings/model.ts'
import { makeDeriveRetention } from '../../../src/retention/derive.ts'
import { openRules } from '../../../src/retention/rules.ts'

const rules = openRules(readFileSync(new URL('../../../src/retention/hmbs.yaml', import.meta.url), 'utf8'))
const derive = makeDeriveRetention(() => rules)
const NOW = new Date('2026-03-02T10:00:00Z')

const call = (wish: Partial<CallMetadata> = {}): CallMetadata => ({
  callId: 'call-1',
  startedAt: new Date('2026-03-01T10:00:00Z'),
  endedAt: new Date('2026-03-01T10:05:00Z'),
  memberRef: 'M-1',
  agentRef: 'A-1',
  team: null,
  entity: 'hmbs',
  product: 'home',
  direction: 'inbound',
  language: 'nl',
  noticeVersion: '2026-01',
  purposes: ['training_coaching'],
  sensitivity: [],
  channels: null,
  silence: [],
  links: {},
  sha256: null,
  ...wish,
})

function problemOf(wish: Partial<CallMetadata>, now = NOW): Problem {
  try {
    derive(call(wish), now)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test('a call for training is kept six months, to the end of the last day in Amsterdam', () => {
  expect(derive(call(), NOW)).toEqual({
    keepUntil: '2026-09-01',
    dueAt: new Date('2026-09-01T22:00:00Z'),
    linkBy: null,
    tags: [
      {
        purpose: 'training_coaching',
        legalBasis: 'legitimate_interests',
        product: 'home',
        ruleId: 'training',
        ruleVersion: 1,
        trigger: 'call.ended',
        triggerDate: '2026-03-01',
        minUntil: null,
        retainUntil: '2026-09-01',
        state: 'active',
        disposition: 'delete',
        review: false,
        openUntil: null,
        awaits: [],
      },
    ],
  })
})

test('T1: every purpose has its own end, and the latest keeps the recording', () => {
  const derived = derive(
    call({ purposes: ['training_coaching', 'fraud_prevention', 'service_quality'] }),
    NOW,
  )
  expect(derived.tags.map(({ purpose, retainUntil }) => [purpose, retainUntil])).toEqual([
    ['training_coaching', '2026-09-01'],
    ['fraud_prevention', '2027-03-01'],
    ['service_quality', '2026-06-01'],
  ])
  expect(derived.keepUntil).toBe('2027-03-01')
})

test('T3: a purpose that waits for its event keeps the recording without a date', () => {
  const derived = derive(call({ purposes: ['training_coaching', 'contract_performance'] }), NOW)
  expect(derived).toMatchObject({ keepUntil: null, dueAt: null })
  expect(derived.tags[1]).toMatchObject({
    state: 'pending_trigger',
    trigger: 'policy.ended+claim.closed',
    triggerDate: null,
    retainUntil: null,
  })
})

test('the clock starts with the end of the call, on the Amsterdam day', () => {
  const startedAt = new Date('2025-12-31T22:50:00Z')
  const over = derive(call({ startedAt, endedAt: new Date('2025-12-31T23:30:00Z') }), NOW)
  expect(over.tags[0]?.triggerDate).toBe('2026-01-01')
  expect(derive(call({ startedAt, endedAt: null }), NOW).tags[0]?.triggerDate).toBe('2025-12-31')
})

test('an old call keeps its expired purpose for the record when another still counts', () => {
  const startedAt = new Date('2025-06-01T10:00:00Z')
  const derived = derive(
    call({ startedAt, endedAt: null, purposes: ['training_coaching', 'fraud_prevention'] }),
    NOW,
  )
  expect(derived.tags.map(({ state }) => state)).toEqual(['expired', 'active'])
  expect(derived.keepUntil).toBe('2026-06-01')
})

test('a call of which every purpose is over is not stored at all', () => {
  const lastMoment = new Date('2026-09-01T21:59:59.999Z')
  expect(derive(call(), lastMoment).keepUntil).toBe('2026-09-01')
  expect(problemOf({}, new Date('2026-09-01T22:00:00Z')).code).toBe('nothing_to_keep')
})

test('everything the catalogue does not have is named at once', () => {
  const problem = problemOf({
    entity: 'other',
    product: 'boat',
    noticeVersion: '1999',
    purposes: ['training_coaching', 'guessing', 'training_coaching'],
    sensitivity: ['health', 'mood'],
  })
  expect(problem.code).toBe('invalid_metadata')
  expect(problem.errors.map(({ field }) => field)).toEqual([
    'entity',
    'product',
    'noticeVersion',
    'purposes[1]',
    'purposes[2]',
    'sensitivity[1]',
  ])
})

test('a call without any purpose is refused', () => {
  expect(problemOf({ purposes: [] })).toMatchObject({ code: 'invalid_metadata' })
})

test('marketing may not be put on audio', () => {
  expect(problemOf({ purposes: ['marketing'] })).toMatchObject({
    code: 'invalid_metadata',
    errors: [{ field: 'purposes[0]', message: 'is a purpose for which audio may not be kept' }],
  })
})

test('T44: a purpose that was not announced is a conflict', () => {
  expect(
    problemOf({ noticeVersion: '2024-01', purposes: ['training_coaching', 'fraud_prevention'] }),
  ).toMatchObject({
    code: 'purpose_not_announced',
    errors: [{ field: 'purposes[1]' }],
  })
})

test('T33: a purpose without a rule is refused, never kept for ever', () => {
  const yaml = `format: 1
catalogue:
  entities: [hmbs]
  products: [home, car]
  purposes: { training_coaching: { basis: consent, nl: t, en: t } }
  notices: { '2026-01': [training_coaching] }
rules:
  - { id: car, version: 1, purpose: training_coaching, product: car, trigger: call.ended, period: P6M,
      disposition: delete, ground: g, source: s }
`
  const narrow = makeDeriveRetention(() => openRules(yaml))
  expect(() => narrow(call(), NOW)).toThrow(Problem)
  expect(narrow(call({ product: 'car' }), NOW).tags[0]?.legalBasis).toBe('consent')
})

const anyCall = fc
  .record({
    product: fc.constantFrom(...rules.products),
    purposes: fc.subarray(rules.notices.get('2026-01') as string[], { minLength: 1 }),
    startedAt: fc.date({ min: new Date('2010-01-01'), max: NOW, noInvalidDate: true }),
    sensitivity: fc.subarray([...rules.sensitivities]),
  })
  .map((wish) => call({ ...wish, endedAt: null }))

test('whatever is accepted is still to be kept, and due only after its last purpose', () => {
  fc.assert(
    fc.property(anyCall, (metadata) => {
      let derived: ReturnType<typeof derive>
      try {
        derived = derive(metadata, NOW)
      } catch (error) {
        return error instanceof Problem && error.code === 'nothing_to_keep'
      }
      const waits = derived.tags.some(({ state }) => state === 'pending_trigger')
      if (waits || !derived.keepUntil || !derived.dueAt) return waits && !derived.keepUntil && !derived.dueAt
      const ends = derived.tags.map(({ retainUntil }) => retainUntil ?? '')
      return (
        ends.every((end) => end <= (derived.keepUntil ?? '')) &&
        ends.includes(derived.keepUntil) &&
        derived.dueAt > NOW &&
        derived.dueAt.getTime() === startOfDayAfter(derived.keepUntil).getTime() &&
        derived.keepUntil >= dayOf(NOW)
      )
    }),
    { numRuns: 5000 },
  )
})

const anyTag = fc.record({
  state: fc.constantFrom('pending_trigger', 'active', 'suspended', 'expired', 'withdrawn', 'objected'),
  retainUntil: fc.option(fc.constantFrom('2025-01-01', '2026-03-01', '2026-03-02', '2027-12-31')),
} as const)

test('adding a tag never brings the due instant forward, and removing what does not count changes nothing', () => {
  const at = (due: Date | null) => due?.getTime() ?? Number.POSITIVE_INFINITY
  fc.assert(
    fc.property(fc.array(anyTag, { maxLength: 6 }), anyTag, (tags, extra) => {
      const before = endsOf(tags, NOW)
      const after = endsOf([...tags, extra], NOW)
      const counting = tags.filter(({ state }) => state !== 'withdrawn' && state !== 'objected')
      return at(after.dueAt) >= at(before.dueAt) && at(endsOf(counting, NOW).dueAt) === at(before.dueAt)
    }),
  )
})
