import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BusinessEvent, EVENT_TYPES } from '../../../src/retention/events.ts'
import type { ConcernedRecording, ConcernedTag, TagChange } from '../../../src/retention/events-queries.ts'
import { redate } from '../../../src/retention/events-redate.ts'
import { openRules } from '../../../src/retention/rules.ts'

const rules = openRules(readFileSync(new URL('../../../src/retention/hmbs.yaml', import.meta.url), 'utf8'))
const inUse = {
  current: rules,
  find: (id: string, version: number) =>
    rules.rules.find((rule) => rule.id === id && rule.version === version),
}
const NOW = new Date('2026-06-01T10:00:00Z')

const rule = rules.ruleFor('contract_performance', 'home', [])
if (!rule) throw new Error('the shipped rules have no rule for contracts about homes')

const BEFORE: ConcernedTag = {
  ...{ purpose: rule.purpose, ruleId: rule.id, ruleVersion: rule.version, trigger: rule.trigger },
  ...{ triggerDate: null, retainUntil: null, state: 'pending_trigger', datedOn: null },
  awaits: [
    { type: 'policy.ended', ref: 'P', occurredOn: null },
    { type: 'claim.closed', ref: 'C', occurredOn: null },
  ],
}

const recordingWith = (tag: ConcernedTag): ConcernedRecording => ({
  ...{ id: 'r', entity: 'hmbs', status: 'available', product: 'home', sensitivity: [], tags: [tag] },
  ...{ links: { policy: 'P', claim: 'C' }, callEndedAt: new Date('2026-01-10T10:00:00Z') },
})

/** What the database does: events that others correct do not stand. */
const standing = (events: readonly BusinessEvent[]) =>
  events.filter((event) => !events.some(({ corrects }) => corrects === event.id))

const after = (tag: ConcernedTag, change: TagChange): ConcernedTag => ({
  ...tag,
  ...change,
  awaits: change.awaits as ConcernedTag['awaits'],
})

/** The tag after reports in this order, each seen with everything reported until then. */
function follow(events: readonly BusinessEvent[]): ConcernedTag {
  let tag = BEFORE
  events.forEach((_event, i) => {
    const result = redate(recordingWith(tag), tag, standing(events.slice(0, i + 1)), inUse, NOW)
    if (result.kind === 'changed') tag = after(tag, result.change)
  })
  return tag
}

const said = ({ ruleId, triggerDate, retainUntil, state, awaits }: ConcernedTag) => ({
  ...{ ruleId, triggerDate, retainUntil, state },
  awaits: awaits.map(({ type, occurredOn }) => `${type} ${occurredOn}`).sort(),
})

/** A few instants, so that some coincide; from so long ago that some ends lie in the past. */
const anyEvent = fc.record({
  type: fc.constantFrom(...EVENT_TYPES),
  ref: fc.constantFrom('P', 'C', 'other'),
  occurredAt: fc
    .constantFrom('2010-02-03', '2015-06-30', '2024-02-29', '2025-12-31', '2026-03-01')
    .map((day) => new Date(`${day}T12:00:00Z`)),
  entities: fc.constantFrom(['hmbs'], ['hmbs-advies'], ['hmbs', 'hmbs-advies']),
  corrects: fc.option(fc.integer({ min: 0, max: 9 }), { freq: 4 }),
})

const anyEvents = fc.array(anyEvent, { minLength: 1, maxLength: 8 }).map((events) =>
  events.map(
    ({ corrects, ...event }, i): BusinessEvent => ({
      ...event,
      sender: 's',
      id: `e${i}`,
      corrects: corrects === null || corrects === i ? null : `e${corrects}`,
    }),
  ),
)

test('R9: events in any order, with corrections and reopenings, give the same tag', () => {
  const inTwoOrders = anyEvents.chain((events) =>
    fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
  )
  fc.assert(
    fc.property(inTwoOrders, ([one, other]) => {
      expect(said(follow(other))).toEqual(said(follow(one)))
    }),
    { numRuns: 10_000 },
  )
})

test('R9: reporting everything a second time changes nothing', () => {
  fc.assert(
    fc.property(anyEvents, (events) => {
      const tag = follow(events)
      expect(redate(recordingWith(tag), tag, standing(events), inUse, NOW).kind).toBe('same')
    }),
    { numRuns: 5000 },
  )
})

test.each(['expired', 'withdrawn', 'objected'] as const)(
  'R7: whatever happens, a tag that is %s stays so',
  (state) => {
    const tag: ConcernedTag = { ...BEFORE, state, retainUntil: '2026-05-01' }
    fc.assert(
      fc.property(
        anyEvents,
        (events) => redate(recordingWith(tag), tag, standing(events), inUse, NOW).kind !== 'changed',
      ),
    )
  },
)

test('R7: an end that time has passed is final; one that an event set into the past can still be corrected', () => {
  const closed = (datedOn: string | null): ConcernedTag => ({
    ...BEFORE,
    ...{ state: 'active', retainUntil: '2026-05-01', triggerDate: '2019-05-01', datedOn },
    awaits: BEFORE.awaits.map((event) => ({ ...event, occurredOn: '2019-05-01' })),
  })
  const kindOf = (tag: ConcernedTag) => redate(recordingWith(tag), tag, [], inUse, NOW).kind
  expect(kindOf(closed(null))).toBe('over')
  expect(kindOf(closed('2020-01-01'))).toBe('over')
  expect(kindOf(closed('2026-05-20'))).toBe('changed')
})

test('an objection that is being considered stays so while the dates move', () => {
  const tag: ConcernedTag = { ...BEFORE, state: 'suspended', awaits: BEFORE.awaits.slice(0, 1) }
  const event: BusinessEvent = {
    ...{ id: 'e', sender: 's', type: 'policy.ended', ref: 'P', entities: ['hmbs'], corrects: null },
    occurredAt: new Date('2026-03-01T12:00:00Z'),
  }
  expect(redate(recordingWith(tag), tag, [event], inUse, NOW)).toMatchObject({
    kind: 'changed',
    change: { state: 'suspended', retainUntil: '2033-03-01' },
  })
})
