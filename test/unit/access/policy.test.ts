import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Actor, ROLES, type Role } from '../../../src/access/actor.ts'
import {
  ACTIONS,
  type Action,
  allowedActions,
  can,
  type Intent,
  type Subject,
} from '../../../src/access/policy.ts'
import type { Decision } from '../../../src/access/verdict.ts'

const NOW = new Date('2026-11-22T11:00:00Z')
const INTENTS: Record<string, Intent> = {
  fraud_analyst: { purpose: 'fraud_prevention', caseRef: 'C-1' },
  agent: { purpose: 'contract_performance', caseRef: 'C-1' },
  medical_adviser: { purpose: 'contract_performance', caseRef: 'C-1' },
}
const NO_INTENT: Intent = { purpose: 'training_coaching', caseRef: 'C-1' }

const actor = (roles: Role[], changes: Partial<Actor> = {}): Actor => ({
  sub: 'someone',
  roles,
  memberRef: null,
  entities: ['hmbs'],
  team: null,
  confidentialitySigned: true,
  engagedUntil: null,
  authenticatedAt: null,
  via: 'token',
  displayName: null,
  ...changes,
})
const member = actor(['member'], { memberRef: 'M-1', entities: [], confidentialitySigned: false })
const analyst = actor(['fraud_analyst'])
const purposes = ['training_coaching', 'fraud_prevention', 'contract_performance', 'legal_obligation']
const subject = (changes: Partial<Subject> = {}): Subject => ({
  memberRef: 'M-1',
  agentRef: 'A-1',
  entity: 'hmbs',
  status: 'available',
  restricted: false,
  sensitivity: [],
  tags: purposes.map((purpose) => ({ purpose, state: 'active', retainUntil: '2027-01-31' })),
  ...changes,
})
const listen = (
  who: Actor,
  changes: Partial<Subject> = {},
  intent = INTENTS.fraud_analyst,
  now = NOW,
): Decision => can(who, 'listen', subject(changes), now, intent)

/** Lists for a case depend on what is declared, and are tested beside it (`refusal-reasons.test.ts`). */
type AboutCalls = Exclude<Action, 'list_for_case'>
const ABOUT_CALLS = ACTIONS.filter((action) => action !== 'list_for_case')

/** Role by action on a recording of the actor's entity that is not their own; everything else follows below. */
const A = 'allowed'
const F = 'forbidden'
const N = 'not_found'
const MATRIX: Record<Role, Record<AboutCalls, Decision>> = {
  recorder: { ingest: A, list: A, read: A, listen: F, copy: F, accesses: F, break_glass: F },
  importer: { ingest: A, list: A, read: A, listen: F, copy: F, accesses: F, break_glass: F },
  member: { ingest: F, list: A, read: N, listen: N, copy: N, accesses: N, break_glass: N },
  agent: { ingest: F, list: A, read: F, listen: A, copy: F, accesses: F, break_glass: A },
  coach: { ingest: F, list: F, read: F, listen: F, copy: F, accesses: F, break_glass: A },
  fraud_analyst: { ingest: F, list: F, read: F, listen: A, copy: F, accesses: F, break_glass: A },
  medical_adviser: { ingest: F, list: F, read: F, listen: F, copy: F, accesses: F, break_glass: A },
  privacy_officer: { ingest: F, list: A, read: A, listen: F, copy: F, accesses: A, break_glass: A },
  records_manager: { ingest: F, list: A, read: A, listen: F, copy: F, accesses: F, break_glass: A },
  auditor: { ingest: F, list: A, read: A, listen: F, copy: F, accesses: A, break_glass: F },
  operator: { ingest: F, list: F, read: N, listen: N, copy: N, accesses: N, break_glass: N },
}

describe('the access policy', () => {
  const cells = ROLES.flatMap((role) =>
    ABOUT_CALLS.map((action) => ({ role, action, decision: MATRIX[role][action] })),
  )

  it.each(cells)(
    'answers $decision when a $role asks to $action a recording of their entity',
    ({ role, action, decision }) => {
      expect(can(actor([role]), action, subject(), NOW, INTENTS[role] ?? NO_INTENT)).toBe(decision)
    },
  )

  it.each(cells.filter(({ action }) => action !== 'list' && action !== 'ingest'))(
    'hides recordings of other entities from a $role who asks to $action',
    ({ role, action }) => {
      const other = subject({ entity: 'hmbs-advies' })
      expect(can(actor([role]), action, other, NOW, INTENTS[role] ?? NO_INTENT)).toBe('not_found')
    },
  )

  it('hides recordings without complete bytes from everybody', () => {
    for (const status of ['receiving', 'destroying', 'destroyed'] as const) {
      for (const role of ROLES) {
        for (const action of ['read', 'listen', 'copy', 'accesses', 'break_glass'] as const) {
          const who = actor([role], { memberRef: 'M-1' })
          expect(can(who, action, subject({ status }), NOW, INTENTS[role] ?? NO_INTENT)).toBe('not_found')
        }
      }
    }
  })

  it('allows nothing that the table does not, whatever the combination of facts', () => {
    const anySubject = fc.record({
      memberRef: fc.constantFrom('M-1', 'M-2', null),
      agentRef: fc.constantFrom('someone', 'A-1', null),
      entity: fc.constantFrom('hmbs', 'hmbs-advies'),
      status: fc.constantFrom(
        'receiving',
        'processing',
        'available',
        'unplayable',
        'unlinked',
        'quarantined',
        'destroying',
        'destroyed',
      ),
      restricted: fc.boolean(),
      sensitivity: fc.subarray(['health', 'criminal', 'minor']),
      tags: fc.constant(subject().tags),
    }) as fc.Arbitrary<Subject>
    const anyActor = fc
      .record({
        role: fc.constantFrom(...ROLES),
        memberRef: fc.constantFrom('M-1', null),
        signed: fc.boolean(),
      })
      .map(({ role, memberRef, signed }) => actor([role], { memberRef, confidentialitySigned: signed }))
    fc.assert(
      fc.property(
        anyActor,
        anySubject,
        fc.constantFrom('listen' as const, 'copy' as const),
        (who, what, action) => {
          const [role] = who.roles
          if (can(who, action, what, NOW, INTENTS[role ?? 'member'] ?? NO_INTENT) !== 'allowed') return
          if (role === 'member') {
            expect(what.memberRef).toBe(who.memberRef)
            return
          }
          expect(action).toBe('listen')
          expect(['agent', 'fraud_analyst', 'medical_adviser']).toContain(role)
          // While a recording is made ready its original can be heard.
          expect(['processing', 'available']).toContain(what.status)
          expect([who.confidentialitySigned, what.restricted, what.entity]).toEqual([true, false, 'hmbs'])
        },
      ),
      { numRuns: 5000 },
    )
  })
})

describe('a member', () => {
  it('listens to and copies their own recordings as long as the bytes exist', () => {
    for (const status of ['processing', 'available', 'unplayable', 'quarantined'] as const) {
      const own = subject({ status, restricted: true, sensitivity: ['health'], tags: [] })
      for (const action of ['read', 'listen', 'copy', 'accesses'] as const) {
        expect(can(member, action, own, NOW)).toBe('allowed')
      }
    }
  })

  it('does not know of the recordings of another member, or of nobody', () => {
    expect(listen(member, { memberRef: 'M-2' })).toBe('not_found')
    expect(listen(member, { memberRef: null, status: 'unlinked' })).toBe('not_found')
    expect(listen(actor(['member'], { memberRef: null }), { memberRef: null })).toBe('not_found')
  })

  it('needs the role: a member reference in a token of staff opens nothing', () => {
    expect(listen(actor(['coach'], { memberRef: 'M-1' }))).toBe('forbidden')
  })

  it('who also works here keeps their own recordings after the engagement has ended', () => {
    const both = actor(['member', 'agent'], { memberRef: 'M-1', engagedUntil: '2026-01-31' })
    expect(can(both, 'listen', subject(), NOW)).toBe('allowed')
    expect(can(both, 'listen', subject({ memberRef: 'M-2' }), NOW, INTENTS.agent)).toBe('forbidden')
  })
})

describe('staff who listen', () => {
  it('state purpose and case', () => {
    expect(listen(analyst, {}, {})).toBe('purpose_required')
    expect(listen(analyst, {}, { purpose: 'fraud_prevention' })).toBe('purpose_required')
    expect(listen(analyst, {}, { purpose: 'fraud_prevention', caseRef: '' })).toBe('purpose_required')
  })

  it('use a purpose of their role', () => {
    expect(listen(analyst, {}, { purpose: 'contract_performance', caseRef: 'C-1' })).toBe('forbidden')
    expect(listen(actor(['agent']), {}, { purpose: 'legal_obligation', caseRef: 'C-1' })).toBe('allowed')
    expect(listen(actor(['agent']), {}, { purpose: 'fraud_prevention', caseRef: 'C-1' })).toBe('forbidden')
  })

  it('lose access when the last day of the purpose is over in Amsterdam, summer and winter', () => {
    const until = (retainUntil: string) => ({
      tags: [{ purpose: 'fraud_prevention', state: 'active' as const, retainUntil }],
    })
    const at = (instant: string, day: string) =>
      listen(analyst, until(day), INTENTS.fraud_analyst, new Date(instant))
    expect(at('2026-11-22T22:59:59.999Z', '2026-11-22')).toBe('allowed')
    expect(at('2026-11-22T23:00:00Z', '2026-11-22')).toBe('purpose_expired')
    expect(at('2026-07-01T21:59:59.999Z', '2026-07-01')).toBe('allowed')
    expect(at('2026-07-01T22:00:00Z', '2026-07-01')).toBe('purpose_expired')
  })

  it('have access while the end of the purpose awaits its trigger, and in no other state', () => {
    const inState = (state: Subject['tags'][number]['state'], retainUntil: string | null) =>
      listen(analyst, { tags: [{ purpose: 'fraud_prevention', state, retainUntil }] })
    expect(inState('pending_trigger', null)).toBe('allowed')
    for (const state of ['suspended', 'expired', 'withdrawn', 'objected'] as const) {
      expect(inState(state, '2027-01-31')).toBe('purpose_expired')
    }
    expect(listen(analyst, { tags: [] })).toBe('purpose_expired')
  })

  it('are not helped by the tag of another purpose', () => {
    const tags = [{ purpose: 'training_coaching', state: 'active' as const, retainUntil: '2030-01-01' }]
    expect(listen(analyst, { tags })).toBe('purpose_expired')
  })

  it('have nothing in quarantine, and nothing that is not available', () => {
    expect(listen(analyst, { status: 'quarantined' })).toBe('purpose_expired')
    expect(listen(analyst, { status: 'unlinked', memberRef: null })).toBe('forbidden')
    expect(listen(analyst, { status: 'unplayable' })).toBe('forbidden')
  })

  it('do not hear a restricted recording', () => {
    expect(listen(analyst, { restricted: true })).toBe('forbidden')
  })

  it('have signed for confidentiality and are still engaged, to the end of the last day', () => {
    expect(listen({ ...analyst, confidentialitySigned: false })).toBe('forbidden')
    expect(listen({ ...analyst, engagedUntil: '2026-11-22' })).toBe('allowed')
    expect(listen({ ...analyst, engagedUntil: '2026-11-21' })).toBe('forbidden')
  })

  it('hear special categories only in the roles that are there for them', () => {
    const adviser = actor(['medical_adviser'])
    const health = { sensitivity: ['health'] }
    const criminal = { sensitivity: ['criminal'] }
    expect(listen(analyst, health)).toBe('allowed')
    expect(listen(analyst, criminal)).toBe('allowed')
    expect(listen(adviser, health, INTENTS.medical_adviser)).toBe('allowed')
    expect(listen(adviser, { sensitivity: ['health', 'criminal'] }, INTENTS.medical_adviser)).toBe(
      'forbidden',
    )
    expect(listen(actor(['agent']), health, INTENTS.agent)).toBe('forbidden')
    expect(listen(actor(['agent']), { sensitivity: ['minor'] }, INTENTS.agent)).toBe('allowed')
  })

  it('with two roles do not mix the purpose of one with the sensitivity of the other', () => {
    const both = actor(['agent', 'fraud_analyst'])
    expect(listen(both, { sensitivity: ['health'] }, INTENTS.agent)).toBe('forbidden')
    expect(listen(both, { sensitivity: ['health'] })).toBe('allowed')
  })

  it('read the metadata of calls they took part in', () => {
    const agent = actor(['agent'], { sub: 'A-1' })
    expect(can(agent, 'read', subject(), NOW)).toBe('allowed')
    expect(can(agent, 'read', subject({ agentRef: 'A-2' }), NOW)).toBe('forbidden')
  })
})

describe('what an answer says is allowed', () => {
  it('agrees with the policy', () => {
    expect(allowedActions(member, subject(), NOW)).toEqual(['listen', 'copy', 'accesses'])
    expect(allowedActions(analyst, subject(), NOW)).toEqual(['listen'])
    expect(allowedActions(analyst, subject({ restricted: true }), NOW)).toEqual([])
    expect(allowedActions(actor(['privacy_officer']), subject(), NOW)).toEqual(['accesses'])
    expect(allowedActions(actor(['recorder']), subject(), NOW)).toEqual([])
  })
})
