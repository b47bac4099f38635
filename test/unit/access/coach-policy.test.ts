import { describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/access/actor.ts'
import { type Assignment, can, type Subject } from '../../../src/access/policy.ts'

const NOW = new Date('2026-11-22T11:00:00Z')

const coach: Actor = {
  sub: 'coach-1',
  roles: ['coach'],
  memberRef: null,
  entities: ['hmbs'],
  team: 'care',
  confidentialitySigned: true,
  engagedUntil: null,
  authenticatedAt: null,
  via: 'token',
  displayName: null,
}
const call: Subject = {
  memberRef: 'M-1',
  agentRef: 'A-1',
  entity: 'hmbs',
  status: 'available',
  restricted: false,
  sensitivity: [],
  tags: [{ purpose: 'training_coaching', state: 'active', retainUntil: '2027-05-22' }],
  assignment: 'live',
}
const listen = (
  actor: Partial<Actor> = {},
  subject: Partial<Subject> = {},
  intent: object = { sampleId: 's' },
) =>
  can({ ...coach, ...actor }, 'listen', { ...call, ...subject }, NOW, {
    purpose: 'training_coaching',
    ...intent,
  })

describe('a coach who names a sample', () => {
  it.each<[Assignment, string]>([
    ['live', 'allowed'],
    ['over', 'purpose_expired'],
    ['none', 'forbidden'],
  ])('hears by their assignment: %s', (assignment, decision) => {
    expect(listen({}, { assignment })).toBe(decision)
  })

  it('hears nothing that is restricted, on its way out, or not whole', () => {
    expect(listen({}, { restricted: true })).toBe('forbidden')
    expect(listen({}, { status: 'quarantined' })).toBe('purpose_expired')
    for (const status of ['processing', 'unplayable', 'unlinked'] as const)
      expect(listen({}, { status })).toBe('forbidden')
    for (const status of ['receiving', 'destroying', 'destroyed'] as const)
      expect(listen({}, { status })).toBe('not_found')
  })

  it('needs the role, the promise, the entity and the engagement', () => {
    expect(listen({ roles: ['agent'] })).toBe('forbidden')
    expect(listen({ confidentialitySigned: false })).toBe('forbidden')
    expect(listen({ entities: ['hmbs-advies'] })).toBe('not_found')
    expect(listen({ engagedUntil: '2026-11-21' })).toBe('forbidden')
    expect(listen({ engagedUntil: '2026-11-22' })).toBe('allowed')
  })

  it('takes no copy, reads no metadata and sees no list', () => {
    for (const action of ['copy', 'read', 'accesses'] as const)
      expect(can(coach, action, call, NOW, { sampleId: 's' })).toBe('forbidden')
    expect(can(coach, 'list', null, NOW)).toBe('forbidden')
  })

  it('gets nothing by a purpose and a case instead', () => {
    expect(listen({}, {}, { caseRef: 'C-1' })).toBe('forbidden')
  })
})
