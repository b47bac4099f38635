import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Actor, ROLES, type Role } from '../../../src/access/actor.ts'
import { listeningPurposes } from '../../../src/access/listeners.ts'
import { ACTIONS, can, type Intent, judge, type Subject, type TagFacts } from '../../../src/access/policy.ts'
import { REFUSAL_REASONS, type RefusalReason } from '../../../src/kernel/problem.ts'

const NOW = new Date('2026-11-22T11:00:00Z')

const actor = (roles: Role[], changes: Partial<Actor> = {}): Actor => ({
  sub: 'someone',
  roles,
  memberRef: null,
  entities: ['hmbs'],
  team: null,
  confidentialitySigned: true,
  engagedUntil: null,
  via: 'session',
  displayName: null,
  authenticatedAt: null,
  ...changes,
})
const tag = (purpose: string, changes: Partial<TagFacts> = {}): TagFacts => ({
  purpose,
  state: 'active',
  retainUntil: '2027-01-31',
  ...changes,
})
const call: Subject = {
  memberRef: 'M-1',
  agentRef: 'A-1',
  entity: 'hmbs',
  status: 'available',
  restricted: false,
  sensitivity: [],
  tags: [tag('contract_performance'), tag('fraud_prevention')],
}
const forContract: Intent = { purpose: 'contract_performance', caseRef: 'C-1' }
const forFraud: Intent = { purpose: 'fraud_prevention', caseRef: 'C-1' }

interface Case {
  readonly reason: RefusalReason
  readonly code: string
  readonly who?: Actor
  readonly what?: Partial<Subject>
  readonly intent?: Intent
}

const analyst = actor(['fraud_analyst'])
const coach = actor(['coach'])
const forSample: Intent = { purpose: 'training_coaching', sampleId: 's' }

const CASES: readonly Case[] = [
  { reason: 'role', code: 'forbidden', who: actor(['records_manager']) },
  { reason: 'engagement_over', code: 'forbidden', who: actor(['agent'], { engagedUntil: '2026-11-21' }) },
  {
    reason: 'confidentiality_not_signed',
    code: 'forbidden',
    who: actor(['agent'], { confidentialitySigned: false }),
  },
  { reason: 'purpose_missing', code: 'purpose_required', intent: { caseRef: 'C-1' } },
  { reason: 'case_missing', code: 'purpose_required', intent: { purpose: 'contract_performance' } },
  { reason: 'listening_suspended', code: 'listening_suspended', what: { suspended: true } },
  { reason: 'other_purpose', code: 'forbidden', intent: forFraud },
  { reason: 'special_category', code: 'forbidden', what: { sensitivity: ['health'] } },
  { reason: 'special_category', code: 'forbidden', what: { sensitivity: ['criminal', 'minor'] } },
  { reason: 'no_health_data', code: 'forbidden', who: actor(['medical_adviser']) },
  { reason: 'restricted', code: 'forbidden', what: { restricted: true } },
  { reason: 'quarantined', code: 'purpose_expired', what: { status: 'quarantined' } },
  { reason: 'not_playable', code: 'forbidden', what: { status: 'unplayable' } },
  { reason: 'purpose_absent', code: 'purpose_expired', who: analyst, intent: forFraud, what: { tags: [] } },
  {
    reason: 'purpose_ended',
    code: 'purpose_expired',
    what: { tags: [tag('contract_performance', { retainUntil: '2026-11-21' })] },
  },
  {
    reason: 'purpose_stopped',
    code: 'purpose_expired',
    what: { tags: [tag('contract_performance', { state: 'suspended' })] },
  },
  { reason: 'not_assigned', code: 'forbidden', who: coach, intent: forSample },
  {
    reason: 'assignment_over',
    code: 'purpose_expired',
    who: coach,
    intent: forSample,
    what: { assignment: 'over' },
  },
]

describe('a refusal to listen', () => {
  it.each(CASES)('says $reason', ({ reason, code, who = actor(['agent']), what, intent = forContract }) => {
    expect(judge(who, 'listen', { ...call, ...what }, NOW, intent)).toEqual({ decision: code, reason })
  })

  it('has a case here for every reason that the policy gives', () => {
    const told = new Set(CASES.map(({ reason }) => reason))
    // Of renditions the policy knows nothing.
    expect(REFUSAL_REASONS.filter((reason) => !told.has(reason))).toEqual(['masked_only'])
  })

  it('tells nothing of the call to who did not declare what for, or may not listen at all', () => {
    const secret = { sensitivity: ['health'], restricted: true, status: 'quarantined', tags: [] } as const
    for (const who of [actor(['records_manager']), actor(['agent'], { confidentialitySigned: false })])
      expect(judge(who, 'listen', { ...call, ...secret }, NOW, forContract)).toEqual(
        judge(who, 'listen', call, NOW, forContract),
      )
    for (const intent of [{}, { purpose: 'contract_performance' }, { caseRef: 'C-1' }, forFraud])
      expect(judge(actor(['agent']), 'listen', { ...call, ...secret }, NOW, intent)).toEqual(
        judge(actor(['agent']), 'listen', call, NOW, intent),
      )
  })

  it('has a reason exactly when the caller may know that the recording exists', () => {
    const who = fc.record({
      roles: fc.subarray([...ROLES]),
      entities: fc.subarray(['hmbs', 'hmbs-advies']),
      confidentialitySigned: fc.boolean(),
      engagedUntil: fc.constantFrom(null, '2026-11-21', '2026-11-22'),
      memberRef: fc.constantFrom(null, 'M-1', 'M-2'),
    })
    const what = fc.record({
      status: fc.constantFrom(
        ...(['available', 'quarantined', 'destroyed', 'unlinked', 'processing'] as const),
      ),
      restricted: fc.boolean(),
      sensitivity: fc.subarray(['health', 'criminal', 'minor']),
      assignment: fc.constantFrom(...(['none', 'over', 'live'] as const)),
      breakGlass: fc.constantFrom(...(['none', 'live'] as const)),
      suspended: fc.boolean(),
    })
    const intents = fc.constantFrom<Intent>({}, forContract, forFraud, forSample, { caseRef: 'C-1' })
    fc.assert(
      fc.property(who, what, intents, fc.constantFrom(...ACTIONS), (some, changes, intent, action) => {
        const person = { ...actor(some.roles), ...some }
        const subject = { ...call, ...changes }
        const verdict = judge(person, action, subject, NOW, intent)
        expect(verdict.decision).toBe(can(person, action, subject, NOW, intent))
        const isExplained = verdict.decision !== 'allowed' && verdict.decision !== 'not_found'
        expect('reason' in verdict).toBe(isExplained)
      }),
    )
  })
})

describe('a list of the recordings of a case', () => {
  const list = (who: Actor, intent: Intent) => judge(who, 'list_for_case', null, NOW, intent)

  it('is for who listens for cases, with a purpose of theirs and a case', () => {
    expect(list(analyst, forFraud)).toEqual({ decision: 'allowed' })
    for (const role of ['agent', 'medical_adviser'] as const)
      expect(list(actor([role]), forContract)).toEqual({ decision: 'allowed' })
    expect(list(analyst, forContract)).toEqual({ decision: 'forbidden', reason: 'other_purpose' })
    expect(list(analyst, { purpose: 'fraud_prevention' })).toMatchObject({ reason: 'case_missing' })
    expect(list(analyst, { caseRef: 'C-1' })).toMatchObject({ reason: 'purpose_missing' })
    expect(list({ ...analyst, confidentialitySigned: false }, forFraud)).toMatchObject({
      reason: 'confidentiality_not_signed',
    })
    expect(list({ ...analyst, engagedUntil: '2026-11-21' }, forFraud)).toMatchObject({
      reason: 'engagement_over',
    })
  })

  it('is for nobody else, whatever they declare', () => {
    const others = ROLES.filter((role) => !['agent', 'fraud_analyst', 'medical_adviser'].includes(role))
    for (const role of others)
      for (const intent of [forFraud, forContract, forSample])
        expect(list(actor([role]), intent)).toEqual({ decision: 'forbidden', reason: 'role' })
  })
})

describe('the purposes that somebody may listen for', () => {
  it.each<[Role, string[]]>([
    ['agent', ['contract_performance', 'legal_obligation']],
    ['fraud_analyst', ['fraud_prevention']],
    ['medical_adviser', ['contract_performance', 'legal_obligation']],
    ['coach', []],
    ['member', []],
    ['privacy_officer', []],
  ])('of a %s are %j', (role, purposes) => {
    expect(listeningPurposes(actor([role]))).toEqual(purposes)
  })

  it('are named once for who has several roles', () => {
    expect(listeningPurposes(actor(['agent', 'medical_adviser', 'fraud_analyst']))).toHaveLength(3)
  })
})
