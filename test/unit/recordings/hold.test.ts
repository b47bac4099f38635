import { describe, expect, it } from 'vitest'
import { entityOf, kindOf, reviewDay } from '../../../src/recordings/hold.ts'
import { refusalOf } from '../../../src/recordings/hold-target.ts'
import { reviewDayOf } from '../../../src/recordings/request-lock.ts'

describe('the day of review', () => {
  it('is twelve months ahead when none is named, at the end of a shorter month', () => {
    expect(reviewDay(undefined, '2026-07-15')).toBe('2027-07-15')
    expect(reviewDay(undefined, '2028-02-29')).toBe('2029-02-28')
  })

  it.each(['2026-07-16', '2027-07-15'])('may be %s', (day) => {
    expect(reviewDay(day, '2026-07-15')).toBe(day)
  })

  it.each(['2026-07-14', '2026-07-15', '2027-07-16'])('may not be %s', (day) => {
    expect(() => reviewDay(day, '2026-07-15')).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        errors: [expect.objectContaining({ field: 'reviewBy' })],
      }),
    )
  })
})

describe('the entity of a hold', () => {
  it('is the only one of who places it', () => {
    expect(entityOf(undefined, ['hmbs'])).toBe('hmbs')
    expect(entityOf('hmbs', ['hmbs', 'other'])).toBe('hmbs')
  })

  it('has to be named among several, and to be an own one', () => {
    expect(() => entityOf(undefined, ['hmbs', 'other'])).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    )
    expect(() => entityOf(undefined, [])).toThrow(expect.objectContaining({ code: 'invalid_request' }))
    expect(() => entityOf('third', ['hmbs', 'other'])).toThrow(expect.objectContaining({ code: 'forbidden' }))
  })
})

it('the kind of a scope names nobody', () => {
  expect(kindOf({ memberRef: 'M-1' })).toBe('memberRef')
  expect(kindOf({ query: { agentRef: 'A-1' } })).toBe('query')
})

describe('why nothing could be held', () => {
  const destroyed = { status: 'destroyed', certificateNo: 7 } as const
  const destroying = { status: 'destroying', certificateNo: null } as const

  it('names the certificate of what is gone', () => {
    expect(refusalOf([destroying, destroyed])).toMatchObject({
      code: 'destroyed',
      detail: 'Its certificate has number 7.',
    })
    expect(refusalOf([{ ...destroyed, certificateNo: null }]).detail).toBeUndefined()
  })

  it('tells what is being destroyed from what was never there', () => {
    expect(refusalOf([destroying]).code).toBe('deletion_in_progress')
    expect(refusalOf([]).code).toBe('not_found')
  })
})

it.each([
  ['2026-01-31T12:00:00Z', '2026-03-30'],
  ['2026-07-15T21:59:59Z', '2026-09-14'],
  ['2026-07-15T22:00:00Z', '2026-09-15'],
])('a request received at %s locks until a look on %s, counted in Amsterdam', (receivedAt, day) => {
  expect(reviewDayOf(new Date(receivedAt))).toBe(day)
})
