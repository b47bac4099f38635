import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { actorFromClaims } from '../../../src/access/claims.ts'

const of = (claims: unknown) => actorFromClaims(claims, 'token')

describe('claims become an actor', () => {
  test('with everything that is known', () => {
    const claims = {
      sub: 's-1',
      roles: ['coach', 'member'],
      member_ref: 'M1',
      entity: ['hmbs', 'hmbs-advies'],
      team: 'care',
      confidentiality_signed: true,
      engaged_until: '2028-02-29',
      name: 'Anna de Vries',
    }
    expect(actorFromClaims(claims, 'session')).toEqual({
      sub: 's-1',
      roles: ['coach', 'member'],
      memberRef: 'M1',
      entities: ['hmbs', 'hmbs-advies'],
      team: 'care',
      confidentialitySigned: true,
      engagedUntil: '2028-02-29',
      via: 'session',
      displayName: 'Anna de Vries',
      authenticatedAt: null,
    })
  })

  test('who may do nothing when only the subject is known', () => {
    expect(of({ sub: 's-1' })).toEqual({
      sub: 's-1',
      roles: [],
      memberRef: null,
      entities: [],
      team: null,
      confidentialitySigned: false,
      engagedUntil: null,
      authenticatedAt: null,
      via: 'token',
      displayName: null,
    })
  })

  test.each([
    ['roles of other systems are ignored', { roles: ['admin', 'coach', '__proto__'] }, { roles: ['coach'] }],
    ['a role twice counts once', { roles: ['coach', 'coach'] }, { roles: ['coach'] }],
    ['a role in other letters is another role', { roles: ['Coach'] }, { roles: [] }],
    ['a member without a number has no calls', { roles: ['member'] }, { memberRef: null }],
    ['a number without the role gives nothing', { roles: ['agent'], member_ref: 'M1' }, { memberRef: null }],
    ['one entity may stand alone', { entity: 'hmbs' }, { entities: ['hmbs'] }],
    ['null counts as absent', { entity: null, team: null, name: null }, { entities: [], team: null }],
    ['a strange name costs the name', { name: { first: 'A' } }, { displayName: null }],
    ['a name of any length is cut off from view', { name: 'x'.repeat(5000) }, { displayName: null }],
  ])('where %s', (_name, claims, expected) => {
    expect(of({ sub: 's-1', ...claims })).toMatchObject(expected)
  })
})

describe('claims are refused', () => {
  test.each([
    ['without a subject', { sub: undefined }],
    ['with a number as the subject', { sub: 7 }],
    ['with a subject beyond any length', { sub: 'x'.repeat(256) }],
    ['with a line break in the subject', { sub: 'a\nb' }],
    ['with half a character in the subject', { sub: '\ud800' }],
    ['with an empty member number', { roles: ['member'], member_ref: '' }],
    ['with a list of member numbers', { roles: ['member'], member_ref: ['M1', 'M2'] }],
    ['with roles in one string', { roles: 'coach' }],
    ['with more roles than exist', { roles: Array(101).fill('coach') }],
    ['with an empty entity', { entity: [''] }],
    ['with a day that does not exist', { engaged_until: '2027-02-29' }],
    ['with a yes in words', { confidentiality_signed: 'yes' }],
  ])('%s', (_name, claims) => {
    expect(of({ sub: 's-1', ...claims })).toBeUndefined()
  })

  test('or understood, and never throw, whatever they are', () => {
    fc.assert(
      fc.property(fc.anything(), (claims) => {
        const actor = of(claims)
        if (actor) expect(actor.sub).not.toBe('')
      }),
    )
  })
})
