import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unstorableText } from '../../../src/http/unstorable-text.ts'

const fields = (sent: unknown): string[] => unstorableText(sent).map(({ field }) => field)

test('text that can be kept is let through, whatever carries it', () => {
  const texts = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))
  const sent = fc.dictionary(texts, fc.oneof(texts, fc.array(texts), fc.dictionary(texts, fc.integer())))
  fc.assert(fc.property(sent, (value) => void expect(unstorableText(value)).toEqual([])))
})

test('NUL and half of a surrogate pair are named by where they stand, in names of fields too', () => {
  expect(fields({ a: 'x\0', b: [{ c: 'fine' }, { c: '\ud800' }] })).toEqual(['a', 'b[1].c'])
  expect(fields({ a: { 'x\0': 1 } })).toEqual(['a'])
  expect(fields('\udfff')).toEqual(['body'])
})

test('a body as deep as one can be is gone through', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(50_000)}"\\u0000"${']'.repeat(50_000)}`)
  expect(unstorableText(deep)).toHaveLength(1)
})
