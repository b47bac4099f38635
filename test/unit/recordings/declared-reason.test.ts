import { describe, expect, test } from 'vitest'
import type { Actor, Role } from '../../../src/access/actor.ts'
import { hasItsFile, LOOKUP_REASONS, mayNamePeople } from '../../../src/recordings/declared-reason.ts'

const somebody = (role: Role, via: Actor['via']): Actor => ({
  ...{ sub: 's', roles: [role], memberRef: null, entities: ['hmbs'], team: null },
  ...{ confidentialitySigned: true, engagedUntil: null, via, displayName: null, authenticatedAt: null },
})

describe('whose call it is', () => {
  test('is told to officers in a browser only after they said for what', () => {
    for (const role of ['privacy_officer', 'records_manager', 'auditor'] as const) {
      expect(mayNamePeople(somebody(role, 'session'), {})).toBe(false)
      for (const reason of LOOKUP_REASONS)
        expect(mayNamePeople(somebody(role, 'session'), { reason })).toBe(true)
    }
  })

  test('is told to programs, and to agents of their own calls, as before', () => {
    expect(mayNamePeople(somebody('privacy_officer', 'token'), {})).toBe(true)
    expect(mayNamePeople(somebody('agent', 'session'), {})).toBe(true)
  })
})

test('a matter of somebody has a file; a check of our own needs none', () => {
  const withoutFile = LOOKUP_REASONS.filter((reason) => hasItsFile({ reason }))
  expect(withoutFile).toEqual(['unlinked_call', 'retention_check'])
  expect(LOOKUP_REASONS.every((reason) => hasItsFile({ reason, caseRef: 'x' }))).toBe(true)
})
