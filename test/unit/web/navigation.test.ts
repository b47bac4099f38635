import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MOST_IN_A_ROW, navigationOf, type Placed } from '../../../src/web/shell/navigation.ts'

const FEW: Placed[] = [{ path: '/' }, { path: '/verzoeken' }, { path: '/voorkeuren' }]
const MANY: Placed[] = [
  { path: '/toezicht', group: 'oversight' },
  { path: '/opnamen', group: 'recordings' },
  { path: '/blokkades', group: 'recordings' },
  { path: '/bewaartermijnen', group: 'retention' },
  { path: '/goedkeuringen', group: 'retention' },
  { path: '/opruimen', group: 'retention' },
  { path: '/berichten' },
]

const anyAreas = fc.uniqueArray(
  fc.record(
    { path: fc.stringMatching(/^\/[a-z]{1,8}$/), group: fc.constantFrom('a', 'b', 'c') },
    { requiredKeys: ['path'] },
  ),
  { selector: ({ path }) => path, maxLength: 20 },
)

describe('the ways in the header', () => {
  test('a few areas stand in one row, each under its own name', () => {
    const { entries, current } = navigationOf(FEW, '/voorkeuren')
    expect(entries.map(({ path, group }) => [path, group])).toEqual(FEW.map(({ path }) => [path, null]))
    expect(current?.path).toBe('/voorkeuren')
  })

  test('of many, those that belong together share a link; the one the page is in shows what is inside', () => {
    const { entries, current } = navigationOf(MANY, '/goedkeuringen')
    expect(entries.map(({ path, group }) => [path, group])).toEqual([
      ['/toezicht', null],
      ['/opnamen', 'recordings'],
      ['/bewaartermijnen', 'retention'],
      ['/berichten', null],
    ])
    expect(current?.areas.map(({ path }) => path)).toEqual([
      '/bewaartermijnen',
      '/goedkeuringen',
      '/opruimen',
    ])
  })

  test('a page deeper down belongs to its area; one that only begins alike does not', () => {
    expect(navigationOf(MANY, '/blokkades/0193').current?.path).toBe('/opnamen')
    expect(navigationOf(MANY, '/opnamenlijst').current).toBeUndefined()
    expect(navigationOf(FEW, '/gesprekken/0193').current?.path).toBe('/')
    expect(navigationOf(FEW, '/nergens').current).toBeUndefined()
  })

  test('nothing is lost or shown twice, and an entry leads to the first that is in it', () => {
    fc.assert(
      fc.property(anyAreas, (areas) => {
        const { entries } = navigationOf(areas, '/')
        const shown = entries.flatMap((entry) => entry.areas)
        expect(shown).toHaveLength(areas.length)
        expect(new Set(shown)).toEqual(new Set(areas))
        if (areas.length <= MOST_IN_A_ROW) expect(shown).toEqual(areas)
        for (const { path, areas: inside } of entries) expect(path).toBe(inside[0].path)
      }),
    )
  })
})
