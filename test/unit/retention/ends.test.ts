import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { TagDates } from '../../../src/recordings/ends.ts'
import * as ends from '../../../src/recordings/ends.ts'
import { civilOf, dayNumber, oracleAddDays, oracleStartOfDay, text } from './calendar-oracle.ts'

const ZONES = [
  ['UTC', 0],
  ['America/New_York', 240],
  ['Asia/Tokyo', -540],
] as const

/** Three zones of these make more than a hundred thousand cases. */
const RUNS = 35_000
const FIRST = dayNumber({ year: 2020, month: 1, day: 1 })
const LAST = dayNumber({ year: 2045, month: 12, day: 31 })

/** A last day as a number of days, so that the oracle needs no dates. */
interface NumberedTag {
  readonly purpose: string
  readonly state: TagDates['state']
  readonly day: number | null
}

const anyDay = fc.integer({ min: FIRST, max: LAST })
const anyTag: fc.Arbitrary<NumberedTag> = fc.record({
  purpose: fc.constantFrom('a', 'b', 'c', 'd'),
  state: fc.constantFrom('pending_trigger', 'active', 'suspended', 'expired', 'withdrawn', 'objected'),
  day: fc.option(anyDay, { freq: 6 }),
})
const anyCase = fc.record({
  tags: fc.uniqueArray(anyTag, { maxLength: 4, selector: ({ purpose }) => purpose }),
  linkBy: fc.option(anyDay, { freq: 3, nil: null }),
  now: fc.integer({ min: FIRST * 86_400, max: LAST * 86_400 }).map((seconds) => seconds * 1000),
})

/** The first moment after a day in Amsterdam, in milliseconds. */
const after = (day: number): number => oracleStartOfDay(oracleAddDays(civilOf(day), 1))

/** The same answer a second time: numbers only, nothing shared with the product. */
function oracle(tags: readonly NumberedTag[], linkBy: number | null) {
  const ends = tags.flatMap(({ state, day }) => {
    if (state === 'withdrawn' || state === 'objected') return []
    if (state === 'pending_trigger') return [Number.POSITIVE_INFINITY]
    return day === null ? (state === 'suspended' ? [Number.POSITIVE_INFINITY] : []) : [day]
  })
  if (ends.length === 0) return { day: null, due: 0 }
  const end = Math.min(Math.max(...ends), linkBy ?? Number.POSITIVE_INFINITY)
  return end === Number.POSITIVE_INFINITY ? { day: null, due: null } : { day: end, due: after(end) }
}

const tagsOf = (tags: readonly NumberedTag[]) =>
  tags.map(({ purpose, state, day }) => ({
    purpose,
    state,
    retainUntil: day === null ? null : text(civilOf(day)),
  }))

describe.each(ZONES)('T11: with a server in %s', (zone, julyOffset) => {
  const original = process.env.TZ
  let { endsOf } = ends
  beforeAll(async () => {
    process.env.TZ = zone
    // Afresh, because known days are remembered.
    vi.resetModules()
    endsOf = (await import('../../../src/recordings/ends.ts')).endsOf
  })
  afterAll(() => {
    if (original === undefined) delete process.env.TZ
    else process.env.TZ = original
  })

  test('the server zone is really in effect', () => {
    expect(new Date('2026-07-01T12:00:00Z').getTimezoneOffset()).toBe(julyOffset)
  })

  test('the end equals the oracle', () => {
    fc.assert(
      fc.property(anyCase, ({ tags, linkBy, now }) => {
        const expected = oracle(tags, linkBy)
        const found = endsOf(tagsOf(tags), new Date(now), linkBy === null ? null : text(civilOf(linkBy)))
        return (
          found.keepUntil === (expected.day === null ? null : text(civilOf(expected.day))) &&
          (found.dueAt?.getTime() ?? null) === expected.due &&
          found.kept === (expected.due === null || now < expected.due)
        )
      }),
      { numRuns: RUNS },
    )
  })

  test('the deciding tag has the end of the recording, whatever the order of the tags', () => {
    fc.assert(
      fc.property(anyCase, ({ tags, linkBy, now }) => {
        const limit = linkBy === null ? null : text(civilOf(linkBy))
        const found = endsOf(tagsOf(tags), new Date(now), limit)
        const reversed = endsOf(tagsOf(tags).reverse(), new Date(now), limit)
        const { deciding, keepUntil } = found
        return (
          deciding?.purpose === reversed.deciding?.purpose &&
          (deciding === undefined || keepUntil === null || deciding.retainUntil === keepUntil)
        )
      }),
      { numRuns: 3000 },
    )
  })
})

const { endsOf, isFree, mayBeDestroyedAt, minimumOf } = ends

const NOW = new Date('2026-03-02T10:00:00Z')
const GRACE = { days: 7, since: null }
const FREE = { held: false, requested: false, restricted: false }

test('a suspended purpose keeps the bytes, with its day or, while its trigger is awaited, without', () => {
  expect(endsOf([{ state: 'suspended', retainUntil: '2026-05-01' }], NOW).keepUntil).toBe('2026-05-01')
  expect(endsOf([{ state: 'suspended', retainUntil: null }], NOW)).toMatchObject({ dueAt: null, kept: true })
})

test('nothing that stands in the way is overcome by a date', () => {
  const end = endsOf([{ state: 'active', retainUntil: '2020-01-01' }], NOW)
  expect(mayBeDestroyedAt(end, FREE, GRACE)?.toISOString()).toBe('2020-01-08T23:00:00.000Z')
  for (const obstacle of ['held', 'requested', 'restricted']) {
    const obstacles = { ...FREE, [obstacle]: true }
    expect(isFree(obstacles)).toBe(false)
    expect(mayBeDestroyedAt(end, obstacles, GRACE)).toBeNull()
  }
})

test('the grace counts from the quarantine, and a trigger that is awaited has no end at all', () => {
  const since = new Date('2026-03-01T10:00:00Z')
  const end = endsOf([{ state: 'expired', retainUntil: '2026-02-01' }], NOW)
  expect(mayBeDestroyedAt(end, FREE, { days: 7, since })?.toISOString()).toBe('2026-03-08T10:00:00.000Z')
  expect(
    mayBeDestroyedAt(endsOf([{ state: 'pending_trigger', retainUntil: null }], NOW), FREE, GRACE),
  ).toBeNull()
})

test('the statutory minimum is the latest of the purposes that count', () => {
  const tag = (state: TagDates['state'], minUntil: string | null) => ({
    state,
    retainUntil: '2040-01-01',
    minUntil,
  })
  expect(minimumOf([tag('active', '2030-01-01'), tag('active', null), tag('expired', '2031-01-01')])).toBe(
    '2031-01-01',
  )
  expect(minimumOf([tag('withdrawn', '2035-01-01'), tag('active', null)])).toBeNull()
})
