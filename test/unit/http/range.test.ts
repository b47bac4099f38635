import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseRange, matchesEtag, type RangeChoice } from '../../../src/http/range.ts'

const ETAG = '"abc"'
const choose = (range: string | undefined, bytes = 1000, ifRange?: string): RangeChoice =>
  chooseRange({ range, ifRange, etag: ETAG, bytes })
const FULL = { kind: 'full' }
const span = (offset: number, length: number) => ({ kind: 'span', offset, length })

/** Decides position by position, straight from the words of RFC 9110, for small files. */
function oracle(header: string, bytes: number): RangeChoice {
  const [unit, ...rest] = header.split('=')
  const set = rest.join('=')
  if (unit?.toLowerCase() !== 'bytes' || rest.length !== 1 || set.includes(',')) return { kind: 'full' }
  const [first, last, ...more] = set.split('-')
  if (first === undefined || last === undefined || more.length > 0) return { kind: 'full' }
  if (![first, last].every((digits) => [...digits].every((digit) => '0123456789'.includes(digit)))) {
    return { kind: 'full' }
  }
  if (first === '' && last === '') return { kind: 'full' }
  if (first !== '' && last !== '' && isLess(last, first)) return { kind: 'full' }
  const positions = Array.from({ length: bytes }, (_, at) => at).filter((at) =>
    first === ''
      ? !isLess(last, String(bytes - at))
      : !isLess(String(at), first) && (last === '' || !isLess(last, String(at))),
  )
  const [offset] = positions
  return offset === undefined ? { kind: 'unsatisfiable' } : { kind: 'span', offset, length: positions.length }
}

/** Compares decimal digits of any number as text. */
function isLess(one: string, other: string): boolean {
  const [a, b] = [one.replace(/^0+(?=.)/, ''), other.replace(/^0+(?=.)/, '')]
  return a.length === b.length ? a < b : a.length < b.length
}

const digits = fc.oneof(
  fc.constant(''),
  fc.integer({ min: 0, max: 80 }).map(String),
  fc.integer({ min: 0, max: 80 }).map((number) => `00${number}`),
  fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String),
)
const header = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(digits, digits).map(([first, last]) => `bytes=${first}-${last}`) },
  fc
    .tuple(fc.constantFrom('BYTES', 'Bytes', 'items', 'byte', ''), digits, digits)
    .map(([unit, first, last]) => `${unit}=${first}-${last}`),
  fc
    .array(fc.tuple(digits, digits), { maxLength: 4 })
    .map((ranges) => `bytes=${ranges.map((range) => range.join('-')).join(',')}`),
  fc.string({ unit: fc.constantFrom(...'bytes=-,0123456789 \t+.eE'), maxLength: 30 }),
  fc.string({ maxLength: 40 }),
)

describe('the range of a request', () => {
  it('agrees with a position-by-position oracle on 10,000 random headers', () => {
    fc.assert(
      fc.property(header, fc.integer({ min: 1, max: 70 }), (text, bytes) => {
        expect(choose(text, bytes)).toEqual(oracle(text, bytes))
      }),
      { numRuns: 10_000 },
    )
  })

  it('never leaves the file, whatever the header', () => {
    fc.assert(
      fc.property(header, fc.integer({ min: 1, max: 2 ** 50 }), (text, bytes) => {
        const choice = choose(text, bytes)
        if (choice.kind !== 'span') return
        expect(choice.offset).toBeGreaterThanOrEqual(0)
        expect(choice.length).toBeGreaterThan(0)
        expect(choice.offset + choice.length).toBeLessThanOrEqual(bytes)
      }),
      { numRuns: 5000 },
    )
  })

  it('is the two bytes a Safari player probes with', () => {
    expect(choose('bytes=0-1')).toEqual(span(0, 2))
  })

  it('is cut at the end of the file, and counted from it for a suffix', () => {
    expect(choose('bytes=990-2000')).toEqual(span(990, 10))
    expect(choose('bytes=990-')).toEqual(span(990, 10))
    expect(choose('bytes=-10')).toEqual(span(990, 10))
    expect(choose('bytes=-5000')).toEqual(span(0, 1000))
  })

  it('is unsatisfiable behind the end and for an empty suffix', () => {
    expect(choose('bytes=1000-')).toEqual({ kind: 'unsatisfiable' })
    expect(choose('bytes=-0')).toEqual({ kind: 'unsatisfiable' })
    expect(choose(`bytes=${'9'.repeat(400)}-`)).toEqual({ kind: 'unsatisfiable' })
  })

  it.each([
    ['absent', undefined],
    ['several', 'bytes=0-1,5-6'],
    ['a thousand', `bytes=${Array(1000).fill('0-').join(',')}`],
    ['another unit', 'items=0-1'],
    ['inverted', 'bytes=5-2'],
    ['inverted beyond 2^53', 'bytes=9007199254740993-9007199254740992'],
    ['without numbers', 'bytes=-'],
    ['negative', 'bytes=--5'],
    ['with an exponent', 'bytes=0-1e3'],
    ['with spaces', 'bytes= 0-1'],
    ['longer than any honest header', `bytes=0-${'9'.repeat(10_000)}`],
  ])('is the whole file when it is %s', (_how, text) => {
    expect(choose(text)).toEqual(FULL)
  })

  it('holds under If-Range only with the same strong ETag', () => {
    expect(choose('bytes=0-1', 1000, ETAG)).toEqual(span(0, 2))
    expect(choose('bytes=0-1', 1000, '"other"')).toEqual(FULL)
    expect(choose('bytes=0-1', 1000, `W/${ETAG}`)).toEqual(FULL)
    expect(choose('bytes=0-1', 1000, 'Sun, 22 Nov 2026 11:00:00 GMT')).toEqual(FULL)
  })
})

describe('If-None-Match', () => {
  it('matches the tag in a list, weak or strong, and the asterisk', () => {
    expect(matchesEtag('"x", W/"abc"', ETAG)).toBe(true)
    expect(matchesEtag('*', ETAG)).toBe(true)
    expect(matchesEtag('"x"', ETAG)).toBe(false)
    expect(matchesEtag(undefined, ETAG)).toBe(false)
  })
})
