import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { Problem } from '../../../src/kernel/problem.ts'
import { answerTo, type Decision, type DecisionFacts } from '../../../src/privacy/decision.ts'
import { clocksOf } from '../../../src/privacy/request-clock.ts'
import { REASON_CODES, REQUEST_TYPES, UAVG_41_CODES } from '../../../src/privacy/request-model.ts'
import { presentItem } from '../../../src/privacy/request-present.ts'
import type { ItemRow } from '../../../src/privacy/request-queries.ts'
import {
  isOver,
  NEXT_STEPS,
  nextStepsOf,
  type StepFacts,
  stateOf,
} from '../../../src/privacy/request-state.ts'

const count = fc.nat({ max: 3 })
const items = fc.record({ open: count, proposed: count, waiting: count, executed: count, refused: count })
const facts = fc.record({
  identity: fc.constantFrom('confirmed', 'unconfirmed', 'asked', 'answered', 'failed') as fc.Arbitrary<
    StepFacts['identity']
  >,
  isTakenUp: fc.boolean(),
  isExtended: fc.boolean(),
  isWithdrawn: fc.boolean(),
  isClosed: fc.boolean(),
  items,
  canExtend: fc.boolean(),
  feeAsked: fc.boolean(),
  addressToConfirm: fc.boolean(),
  isDelivered: fc.boolean(),
  isDownloadConfirmed: fc.boolean(),
  isHumanReview: fc.boolean(),
})

describe('the state of a request', () => {
  test('is an answer only when every question has one, and fulfilled only when all is done', () => {
    fc.assert(
      fc.property(facts, (one) => {
        const state = stateOf(one)
        const { open, proposed, waiting, executed } = one.items
        const isAnswered = ['decided', 'fulfilled', 'closed'].includes(state)
        if (one.isWithdrawn) return state === 'withdrawn'
        if (open + proposed > 0) return !isAnswered
        if (state === 'fulfilled') return waiting === 0 && executed > 0
        return isAnswered
      }),
    )
  })

  test('ends exactly when nothing is left to be done', () => {
    fc.assert(
      fc.property(facts, (one) => {
        const left = one.items.open + one.items.proposed + one.items.waiting
        return isOver(one) === (one.isWithdrawn || left === 0)
      }),
    )
  })

  test('offers only what can follow: nobody decides on nothing, and members decide on nothing at all', () => {
    fc.assert(
      fc.property(facts, (one) => {
        const all = { ...one, state: stateOf(one) }
        const [officer, member] = [nextStepsOf(all, 'officer'), nextStepsOf(all, 'member')]
        const mayDecide = !one.isWithdrawn && !one.isClosed && one.items.open + one.items.refused > 0
        expect(officer.includes('decide')).toBe(mayDecide)
        expect(member.some((step) => ['decide', 'approve', 'extend', 'record_fee'].includes(step))).toBe(
          false,
        )
        expect(officer.includes('extend') && (one.isExtended || !one.canExtend)).toBe(false)
        if (one.isWithdrawn) expect(officer).toEqual([])
        expect(NEXT_STEPS).toEqual(expect.arrayContaining(officer))
      }),
    )
  })
})

const NOW = new Date('2026-03-05T10:00:00Z')
const item: ItemRow = {
  ...{
    request_id: 'r',
    type: 'access',
    n: 1,
    recording_id: 'c',
    entity: 'hmbs',
    purpose: null,
    legal_basis: null,
  },
  ...{
    state: 'open',
    reason_code: null,
    answer: null,
    refused_until: null,
    decided_by: null,
    decided_at: null,
  },
  ...{ necessity: null, proportionality: null, review_on: null, approved_by: null, approved_at: null },
  ...{ executed_at: null, result: null, gone_at: null, restricted_at: null },
}
const base: DecisionFacts = {
  ...{
    identity: 'confirmed',
    mandateUntil: null,
    decider: 'pim',
    earlierDeciders: [],
    keptUntil: null,
    now: NOW,
  },
}

const day = fc.constantFrom('2026-01-01', '2026-03-05', '2026-03-06', '2026-12-31', '2028-01-01')
const anyDecision: fc.Arbitrary<Decision> = fc.record(
  {
    type: fc.constantFrom(...REQUEST_TYPES),
    outcome: fc.constantFrom('granted' as const, 'partial' as const, 'refused' as const),
    reason: fc.constantFrom(...REASON_CODES),
    text: fc.constant('Uitleg.'),
    refusedUntil: day,
    uavg41: fc.record({ necessity: fc.constant('n'), proportionality: fc.constant('p'), reviewOn: day }),
    earlierDecider: fc.constantFrom('pim', 'robot'),
  },
  { requiredKeys: ['type', 'outcome', 'text'] },
)
const anyFacts: fc.Arbitrary<DecisionFacts> = fc.record({
  identity: fc.constantFrom('confirmed', 'unconfirmed', 'asked', 'answered', 'failed') as fc.Arbitrary<
    DecisionFacts['identity']
  >,
  mandateUntil: fc.constantFrom(null, '2026-03-04', '2026-03-05'),
  decider: fc.constantFrom('pim', 'petra'),
  earlierDeciders: fc.subarray(['pim', 'petra']),
  keptUntil: fc.constantFrom(null, '2027-01-15'),
  now: fc.constant(NOW),
})
const anyItem = fc
  .record({
    state: fc.constantFrom('open', 'proposed', 'granted', 'partial', 'refused', 'withdrawn') as fc.Arbitrary<
      ItemRow['state']
    >,
    legal_basis: fc.constantFrom(null, 'consent', 'contract', 'legal_obligation', 'legitimate_interests'),
  })
  .map((changes) => ({ ...item, ...changes }))

describe('an answer', () => {
  it('T22: there is no way to a refusal without a person, a reason and the ways to complain', () => {
    let refusals = 0
    fc.assert(
      fc.property(anyItem, anyDecision, anyFacts, (before, decision, given) => {
        const question = { ...before, type: decision.type }
        const change = attempt(() => answerTo(question, decision, given))
        if (change === undefined) return
        expect(['open', 'refused']).toContain(before.state)
        const after: ItemRow = { ...question, ...change } as ItemRow
        if (after.state === 'proposed') expect(UAVG_41_CODES).toContain(after.reason_code)
        if (after.state !== 'refused') return
        refusals += 1
        expect(UAVG_41_CODES).not.toContain(after.reason_code)
        expect([after.decided_by, after.answer]).toEqual([given.decider, 'Uitleg.'])
        const { refusal } = presentItem({ ...after, call_started_at: null }, 'member')
        expect(refusal?.code).toBe(decision.reason)
        expect(refusal?.routes.authority.name).toBe('Autoriteit Persoonsgegevens')
        expect(refusal?.routes.court.until).toBe('2026-04-16')
      }),
      { numRuns: 3000 },
    )
    expect(refusals).toBeGreaterThan(20)
  })

  test('grants nothing to somebody of whom it is not certain that they may ask', () => {
    fc.assert(
      fc.property(anyItem, anyDecision, anyFacts, (before, decision, given) => {
        const change = attempt(() => answerTo({ ...before, type: decision.type }, decision, given))
        if (change?.state !== 'granted' && change?.state !== 'partial') return
        expect(given.identity).toBe('confirmed')
        expect(given.mandateUntil).not.toBe('2026-03-04')
        if (decision.type === 'human_review') {
          expect(given.earlierDeciders).not.toContain(given.decider)
          expect(decision.earlierDecider).not.toBe(given.decider)
        }
      }),
      { numRuns: 3000 },
    )
  })

  test('that the law forbids lasts until the day the law says, when nobody says another', () => {
    const decision: Decision = { type: 'erasure', outcome: 'refused', reason: 'LegallyExempted', text: 'x' }
    const question = { ...item, type: 'erasure', purpose: 'legal_obligation' }
    const until = (decided: Decision, keptUntil: string | null) =>
      answerTo(question, decided, { ...base, keptUntil }).refused_until
    expect(until(decision, '2027-01-15')).toBe('2027-01-15')
    expect(until({ ...decision, refusedUntil: '2026-06-01' }, '2027-01-15')).toBe('2026-06-01')
    expect(until({ ...decision, reason: 'ProcessUnfounded' }, '2027-01-15')).toBeNull()
    expect(until(decision, null)).toBeNull()
  })
})

/** Undefined for what is refused as a Problem; anything else is a fault of the code. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

describe('the clocks', () => {
  const clock = {
    ...{ state: 'identity_check' as const, receivedAt: NOW, targetDate: '2026-04-05', dueDate: '2026-04-07' },
    ...{ extendedDueDate: '2026-06-05', deadline: '2026-04-07', extendedAt: null },
    ...{ identityAskedAt: null, identityAnsweredAt: null },
  }

  test('count whole days over the change to summer time, and are late the day after', () => {
    const at = (instant: string) => clocksOf(clock, new Date(instant))
    expect(at('2026-03-28T12:00:00Z').daysLeft).toBe(10)
    expect(at('2026-04-07T21:59:59Z')).toMatchObject({ daysLeft: 0, isOverdue: false })
    expect(at('2026-04-07T22:00:00Z')).toMatchObject({ daysLeft: -1, isOverdue: true })
    expect(clocksOf({ ...clock, state: 'decided' }, new Date('2026-05-01T10:00:00Z')).isOverdue).toBe(false)
  })

  test('a pause is counted from the day that was not moved, and ends on a working day', () => {
    const asked = { ...clock, identityAskedAt: new Date('2026-03-06T10:00:00Z') }
    const answered = { ...asked, identityAnsweredAt: new Date('2026-03-16T10:00:00Z') }
    expect(clocksOf(answered, new Date('2026-03-20T10:00:00Z'))).toMatchObject({
      ...{ pausedDueDate: '2026-04-15', isPaused: false, dueDate: '2026-04-07' },
    })
    expect(clocksOf(asked, new Date('2026-03-10T10:00:00Z'))).toMatchObject({
      ...{ pausedDueDate: '2026-04-09', isPaused: true },
    })
    const extended = { ...answered, extendedAt: NOW }
    expect(clocksOf(extended, new Date('2026-03-20T10:00:00Z')).pausedDueDate).toBe('2026-06-15')
  })

  test('a question that was not asked without delay pauses nothing', () => {
    const late = { ...clock, identityAskedAt: new Date('2026-03-13T10:00:00Z') }
    expect(clocksOf(late, new Date('2026-03-20T10:00:00Z'))).toMatchObject({
      pausedDueDate: null,
      isPaused: false,
    })
  })
})
