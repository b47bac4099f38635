import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Actor, hasRole, ROLES, type Role } from '../../../src/access/actor.ts'
import { can, type Intent, type Subject } from '../../../src/access/policy.ts'

const NOW = new Date('2026-11-22T11:00:00Z')

const actor = (roles: Role[], changes: Partial<Actor> = {}): Actor => ({
  sub: 'someone',
  roles,
  memberRef: null,
  entities: ['hmbs'],
  team: null,
  confidentialitySigned: true,
  engagedUntil: null,
  via: 'token',
  authenticatedAt: null,
  displayName: null,
  ...changes,
})
const member = actor(['member'], { memberRef: 'M-1', entities: [], confidentialitySigned: false })
const subject = (changes: Partial<Subject> = {}): Subject => ({
  memberRef: 'M-1',
  agentRef: 'A-1',
  entity: 'hmbs',
  status: 'available',
  restricted: false,
  sensitivity: [],
  tags: [{ purpose: 'fraud_prevention', state: 'active', retainUntil: '2027-01-31' }],
  ...changes,
})
const listen = (who: Actor, changes: Partial<Subject> = {}, intent: Intent = {}) =>
  can(who, 'listen', subject(changes), NOW, intent)

describe('an emergency', () => {
  const live = { breakGlass: 'live' as const }
  const expired = [{ purpose: 'fraud_prevention', state: 'expired' as const, retainUntil: '2026-01-31' }]
  const people = [
    'agent',
    'coach',
    'fraud_analyst',
    'medical_adviser',
    'privacy_officer',
    'records_manager',
  ] as const

  it('opens a recording to the people of its entity, whatever its purposes and what was said in it', () => {
    const hard = { ...live, tags: expired, sensitivity: ['health', 'criminal', 'minor'] }
    for (const role of people) {
      expect([role, listen(actor([role]), hard)]).toEqual([role, 'allowed'])
      expect([role, can(actor([role]), 'read', subject(hard), NOW)]).toEqual([role, 'allowed'])
      expect(listen(actor([role]), { ...hard, status: 'quarantined' })).toBe('allowed')
    }
  })

  it('opens nothing that is gone or restricted, no copy, and nothing to who is not one of them', () => {
    const anySubject = fc.record({
      status: fc.constantFrom(
        'available',
        'destroying',
        'destroyed',
        'receiving',
        'unplayable',
        'quarantined',
      ),
      restricted: fc.boolean(),
      entity: fc.constantFrom('hmbs', 'hmbs-advies'),
      memberRef: fc.constantFrom('M-1', 'M-2', null),
    }) as fc.Arbitrary<Partial<Subject>>
    const anyActor = fc
      .record({ role: fc.constantFrom(...ROLES), signed: fc.boolean(), over: fc.boolean() })
      .map(({ role, signed, over }) =>
        actor([role], { confidentialitySigned: signed, engagedUntil: over ? '2026-01-31' : null }),
      )
    fc.assert(
      fc.property(anyActor, anySubject, fc.boolean(), (who, changes, suspended) => {
        const what = subject({ ...changes, ...live, tags: expired, suspended })
        if (!hasRole(who, 'member')) expect(can(who, 'copy', what, NOW)).not.toBe('allowed')
        if (hasRole(who, 'member') || can(who, 'listen', what, NOW) !== 'allowed') return
        expect(people).toContain(who.roles[0])
        expect([who.confidentialitySigned, who.engagedUntil]).toEqual([true, null])
        expect([what.restricted, what.entity, suspended]).toEqual([false, 'hmbs', false])
        expect(['available', 'quarantined']).toContain(what.status)
      }),
      { numRuns: 3000 },
    )
  })

  it('does not open a sample', () => {
    expect(listen(actor(['coach']), live, { sampleId: 's' })).toBe('forbidden')
  })

  it('opens nothing to a member: the calls of others stay unknown', () => {
    expect(listen(member, { ...live, memberRef: 'M-2' })).toBe('not_found')
    expect(can(member, 'break_glass', subject({ memberRef: 'M-2' }), NOW)).toBe('not_found')
  })
})

const analyst = actor(['fraud_analyst'])

describe('somebody whose listening is suspended', () => {
  it('hears nothing as staff, and their own calls as a member', () => {
    const suspended = { suspended: true }
    expect(listen(analyst, suspended, { purpose: 'fraud_prevention', caseRef: 'C-1' })).toBe(
      'listening_suspended',
    )
    expect(can(analyst, 'break_glass', subject(suspended), NOW)).toBe('listening_suspended')
    expect(listen(actor(['coach']), { ...suspended, assignment: 'live' }, { sampleId: 's' })).toBe(
      'listening_suspended',
    )
    expect(can(member, 'listen', subject(suspended), NOW)).toBe('allowed')
  })
})
