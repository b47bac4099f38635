import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TagState } from '../../../src/db/schema.ts'
import { drawFactors, maskedOutput } from '../../../src/recordings/derive-masked.ts'
import { verdictOn } from '../../../src/recordings/expire-masked.ts'
import type { TrainingFacts } from '../../../src/recordings/expire-masked-queries.ts'
import { trainingUse } from '../../../src/recordings/training-use.ts'

/** Noon in Amsterdam on 22 May 2027. */
const NOW = new Date('2027-05-22T10:00:00Z')
const tag = (state: TagState = 'active', retainUntil: string | null = '2027-05-22') => ({
  ...{ purpose: 'training_coaching', state, retainUntil },
})
const other = { purpose: 'contract_performance', state: 'active', retainUntil: '2030-01-01' } as const

describe('the use of a recording for training', () => {
  test('lasts to the end of the last day in Amsterdam', () => {
    const subject = { tags: [tag(), other], sensitivity: [] }
    expect(trainingUse(subject, new Date('2027-05-22T21:59:59Z'))).toBe('allowed')
    expect(trainingUse(subject, new Date('2027-05-22T22:00:00Z'))).toBe('purpose_over')
  })

  test.each(['suspended', 'objected', 'withdrawn', 'expired'] as const)('is over while it is %s', (state) => {
    expect(trainingUse({ tags: [tag(state), other], sensitivity: [] }, NOW)).toBe('purpose_over')
  })

  test('needs the purpose itself, whatever else the recording is kept for', () => {
    expect(trainingUse({ tags: [other], sensitivity: [] }, NOW)).toBe('purpose_over')
    expect(trainingUse({ tags: [], sensitivity: [] }, NOW)).toBe('purpose_over')
  })

  test.each(['health', 'criminal', 'minor', 'payment'])('is closed to calls marked %s', (flag) => {
    expect(trainingUse({ tags: [tag()], sensitivity: [flag] }, NOW)).toBe('sensitive')
    expect(trainingUse({ tags: [tag()], sensitivity: ['none'] }, NOW)).toBe('allowed')
  })
})

describe('a masked rendition', () => {
  const facts: TrainingFacts = {
    ...{ id: 'x', status: 'available', isFree: true, restricted: false, sensitivity: [] },
    ...{ tags: [tag()], hasMasked: true, isDecoded: true },
  }
  const over = { ...facts, tags: [tag('objected')] }

  test('stays until the day after the last one', () => {
    expect(verdictOn(facts, NOW)).toEqual({ act: 'keep', lookAt: new Date('2027-05-22T22:00:00Z') })
  })

  test('stays without a date while the end is not known', () => {
    expect(verdictOn({ ...facts, tags: [tag('pending_trigger', null)] }, NOW)).toEqual({ act: 'leave' })
  })

  test('goes when training may not use the recording any more, and says why', () => {
    expect(verdictOn(over, NOW)).toEqual({ act: 'remove', because: 'purpose_over' })
    expect(verdictOn({ ...facts, sensitivity: ['health'] }, NOW)).toEqual({
      act: 'remove',
      because: 'sensitive',
    })
  })

  test('stays with a recording that is protected, and with one whose destruction has begun', () => {
    expect(verdictOn({ ...over, isFree: false }, NOW)).toEqual({ act: 'leave' })
    expect(verdictOn({ ...over, status: 'destroying' }, NOW)).toEqual({ act: 'leave' })
  })

  test('is made once training may use the recording, unless that is restricted or was never decoded', () => {
    const without = { ...facts, hasMasked: false }
    expect(verdictOn(without, NOW)).toEqual({ act: 'make' })
    expect(verdictOn({ ...without, isFree: false }, NOW)).toEqual({ act: 'make' })
    expect(verdictOn({ ...without, isFree: false, restricted: true }, NOW)).toEqual({ act: 'leave' })
    expect(verdictOn({ ...without, isDecoded: false }, NOW)).toEqual({ act: 'leave' })
    expect(verdictOn({ ...over, hasMasked: false }, NOW)).toEqual({ act: 'leave' })
  })
})

describe('how far voices are moved', () => {
  const draw = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
    minLength: 3,
    maxLength: 3,
  })
  const from = (values: readonly number[]) => {
    const left = [...values]
    return () => left.shift() ?? 0
  }

  test('is never little, and in opposite directions for two parties', () => {
    fc.assert(
      fc.property(draw, (values) => {
        const [deeper, higher] = [...drawFactors(2, from(values))].sort((a, b) => a - b)
        expect(deeper).toBeGreaterThanOrEqual(0.8)
        expect(deeper).toBeLessThanOrEqual(0.87)
        expect(higher).toBeGreaterThanOrEqual(1.18)
        expect(higher).toBeLessThanOrEqual(1.28)
        expect(drawFactors(1, from(values))).toEqual(drawFactors(2, from(values)).slice(0, 1))
      }),
    )
  })

  test('goes either way for either party', () => {
    expect(drawFactors(1, from([0, 0, 0.2]))).toEqual([0.8])
    expect(drawFactors(1, from([0, 0, 0.8]))).toEqual([1.18])
  })
})

test('the longest lists there can be still fit into one argument of a program', () => {
  const every = (seconds: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ fromSeconds: i * seconds, toSeconds: i * seconds + 1.234 }))
  const silence = every(13.123, 1000).map((range) => ({ ...range, reason: 'hold' as const }))
  const beeps = every(27.123, 500).map((range, i) => ({
    ...range,
    channel: 1 + (i % 2),
    reason: 'name' as const,
  }))
  const output = maskedOutput({ channels: 2, sampleRate: 8000, silence }, beeps, Math.random)
  // Linux takes 128 KiB, with the zero at its end.
  expect(output?.filter?.length).toBeLessThan(128 * 1024 - 1)
})
