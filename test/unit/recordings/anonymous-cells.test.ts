import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CellFacts, cellOf, countsOf } from '../../../src/recordings/anonymous-cells.ts'

const tag = (purpose: string, retainUntil: string | null, disposition: 'delete' | 'anonymise') => ({
  purpose,
  retainUntil,
  disposition,
  state: 'expired' as const,
})

const call = (changes: Partial<CellFacts> = {}): CellFacts => ({
  id: 'id',
  entity: 'hmbs',
  product: 'car',
  memberRef: 'M-1',
  startedAt: new Date('2026-01-31T23:30:00Z'),
  endedAt: new Date('2026-01-31T23:37:00Z'),
  tags: [tag('training', '2026-07-31', 'delete'), tag('contract', '2033-01-01', 'anonymise')],
  ...changes,
})

describe('the cell of a call', () => {
  it('is its month in Amsterdam, entity, product, purposes and a span of lengths', () => {
    expect(cellOf(call())).toEqual({
      month: '2026-02-01',
      entity: 'hmbs',
      product: 'car',
      purposes: 'contract+training',
      duration: '5 to 15 minutes',
    })
  })

  it('is none unless the rule that kept it longest says to anonymise', () => {
    expect(
      cellOf(
        call({ tags: [tag('training', '2034-01-01', 'delete'), tag('contract', '2033-01-01', 'anonymise')] }),
      ),
    ).toBe(undefined)
    expect(
      cellOf(call({ tags: [{ ...tag('contract', '2033-01-01', 'anonymise'), state: 'withdrawn' }] })),
    ).toBe(undefined)
    expect(cellOf(call({ tags: [] }))).toBe(undefined)
  })

  it.each([
    [59, 'under 1 minute'],
    [60, '1 to 5 minutes'],
    [899, '5 to 15 minutes'],
    [900, '15 to 30 minutes'],
    [86_400, '30 minutes or more'],
  ])('puts %i seconds into "%s"', (seconds, duration) => {
    const startedAt = new Date('2026-03-03T10:00:00Z')
    const endedAt = new Date(startedAt.getTime() + seconds * 1000)
    expect(cellOf(call({ startedAt, endedAt }))?.duration).toBe(duration)
  })
})

describe('counting', () => {
  it('counts a member when the last recording in the cell goes', () => {
    const [count] = countsOf([call({ id: 'a' }), call({ id: 'b' })], [])
    expect(count).toMatchObject({ calls: 2, members: 1 })
    expect(countsOf([call({ id: 'a' })], [call({ id: 'b' })])[0]).toMatchObject({ calls: 1, members: 0 })
    // A recording of another cell, or of somebody else, does not stand in the way.
    const others = [call({ product: 'home' }), call({ memberRef: 'M-2' })]
    expect(countsOf([call()], others)[0]).toMatchObject({ calls: 1, members: 1 })
    expect(countsOf([call({ memberRef: null })], [])[0]).toMatchObject({ calls: 1, members: 0 })
  })

  it('comes to the same however the recordings are spread over transactions', () => {
    const arbitrary = fc.array(
      fc.record({ memberRef: fc.constantFrom('M-1', 'M-2', 'M-3', null), batch: fc.nat(4) }),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(arbitrary, (plan) => {
        const calls = plan.map(({ memberRef, batch }, n) => ({
          facts: call({ id: String(n), memberRef }),
          batch,
        }))
        const totals = { calls: 0, members: 0 }
        for (const batch of [0, 1, 2, 3, 4]) {
          const going = calls.filter((one) => one.batch === batch).map(({ facts }) => facts)
          const later = calls.filter((one) => one.batch > batch).map(({ facts }) => facts)
          for (const { calls: more, members } of countsOf(going, later)) {
            totals.calls += more
            totals.members += members
          }
        }
        const known = new Set(plan.flatMap(({ memberRef }) => memberRef ?? []))
        expect(totals).toEqual({ calls: plan.length, members: known.size })
      }),
    )
  })
})
