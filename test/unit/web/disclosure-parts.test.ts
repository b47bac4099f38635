import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { partsOf, textOf } from '../../../src/web/disclosures/parts.ts'

const part = fc
  .tuple(fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: 1, max: 50_000 }))
  .map(([fromSeconds, length]) => ({ fromSeconds, toSeconds: fromSeconds + length }))

describe('parts of a call that are to be given', () => {
  test('are read as they are shown', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        expect(partsOf(textOf(parts))).toEqual(parts)
      }),
    )
  })

  test('nothing written means all of it', () => {
    expect(partsOf('  ')).toBeNull()
  })

  test.each(['1:15-0:30', '0:30', '0:30-1:75', 'alles', '0:30-0:30', ',', '0:30-1:15, x'])(
    '%s is not taken for something else',
    (text) => {
      expect(partsOf(text)).toBeUndefined()
    },
  )
})
