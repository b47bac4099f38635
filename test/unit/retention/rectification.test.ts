import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AudioState, type Correctable, correct, linkedAs } from '../../../src/retention/rectification.ts'
import { openRules } from '../../../src/retention/rules.ts'

const RULES = openRules(readFileSync(new URL('../../../src/retention/hmbs.yaml', import.meta.url), 'utf8'))
const NOW = new Date('2026-07-15T10:00:00Z')
const BEFORE: Correctable = {
  ...{
    memberRef: 'M-1',
    agentRef: 'A-1',
    team: 'care',
    product: 'home',
    direction: 'inbound',
    language: 'nl',
  },
  ...{ sensitivity: ['health'], links: { policy: 'P-1', claim: 'C-1' } },
  ...{ startedAt: new Date('2026-07-01T10:00:00Z'), endedAt: new Date('2026-07-01T10:05:00Z') },
}
const right = (correction: Parameters<typeof correct>[1]) => correct(BEFORE, correction, RULES, NOW)

test('of the links those named null go, the others stay; null takes all of them away', () => {
  expect(right({ links: { claim: null, complaint: 'K-1' } }).after.links).toEqual({
    policy: 'P-1',
    complaint: 'K-1',
  })
  expect(right({ links: null })).toMatchObject({ after: { links: {} }, fields: ['links'], redates: true })
})

test('only what differs counts as a change, and only some changes are about dates', () => {
  expect(right({ sensitivity: ['health'], team: 'care', memberRef: 'M-1' }).fields).toEqual([])
  expect(right({ team: null, memberRef: 'M-2', language: 'en' })).toMatchObject({
    fields: ['memberRef', 'team', 'language'],
    redates: false,
  })
  for (const dating of [{ product: 'car' }, { endedAt: null }, { sensitivity: [] }])
    expect(right(dating).redates).toBe(true)
})

test('a field that is not named says what it said', () => {
  const some = fc.record(
    {
      agentRef: fc.string({ minLength: 1 }),
      team: fc.option(fc.string({ minLength: 1 })),
      direction: fc.constantFrom('inbound' as const, 'outbound' as const),
      product: fc.constantFrom('home', 'car'),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(some, (correction) => {
      const { after, fields } = right(correction)
      expect(after).toEqual({ ...BEFORE, ...correction })
      for (const field of fields) expect(Object.keys(correction)).toContain(field)
    }),
  )
})

test('a call cannot last longer than a day, nor end after now', () => {
  expect(() => right({ startedAt: new Date('2026-06-29T10:00:00Z') })).toThrow('schema')
  expect(() => right({ endedAt: new Date('2026-07-15T10:00:01Z') })).toThrow('schema')
})

describe('a member that becomes known, or unknown', () => {
  const audio = (wish: Partial<AudioState> = {}): AudioState => ({
    isDecoded: false,
    playback: null,
    ...wish,
  })
  const parked = (reason: string) => audio({ playback: { state: 'parked', reason } })
  const link = (status: 'unlinked' | 'available' | 'quarantined', member: string | null, state = audio()) =>
    linkedAs(status, member, state, 'P30D', NOW)

  test.each([
    ['nothing is made of its audio', audio(), 'available', null],
    ['it is decoded', audio({ isDecoded: true }), 'available', null],
    [
      'it is decoded and is being decoded anew',
      audio({ isDecoded: true, playback: { state: 'waiting', reason: null } }),
      'available',
      null,
    ],
    [
      'it waits for being decoded',
      audio({ playback: { state: 'waiting', reason: null } }),
      'processing',
      null,
    ],
    ['its decoding was given up for want of means', parked('failed_repeatedly'), 'processing', null],
    ['it cannot be decoded', parked('corrupt'), 'unplayable', 'corrupt'],
  ])('is linked as what its audio is: %s', (_what, state, status, statusReason) => {
    expect(link('unlinked', 'M-1', state)).toEqual({ status, statusReason, linkBy: null })
  })

  test('waits for a member from the day it was taken from one', () => {
    expect(link('available', null)).toEqual({
      ...{ status: 'unlinked', statusReason: null, linkBy: '2026-08-14' },
    })
  })

  test('changes nothing else when it was known before, or is out of use', () => {
    expect(link('available', 'M-2')).toBeUndefined()
    expect(link('unlinked', null)).toBeUndefined()
    expect(link('quarantined', 'M-2')).toBeUndefined()
    expect(link('quarantined', null)).toBeUndefined()
  })
})
