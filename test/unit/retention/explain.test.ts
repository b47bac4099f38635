import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { CallMetadata, PurposeTag } from '../../../src/recordings/model.ts'
import { makeDeriveRetention } from '../../../src/retention/derive.ts'
import { type Explained, explain } from '../../../src/retention/explain.ts'
import type { ExplainedFacts } from '../../../src/retention/explain-queries.ts'
import { dayWords, periodWords } from '../../../src/retention/explain-words.ts'
import { openRules } from '../../../src/retention/rules.ts'

const rules = openRules(readFileSync(new URL('../../../src/retention/hmbs.yaml', import.meta.url), 'utf8'))
const NOW = new Date('2026-03-02T10:00:00Z')

function recording(purposes: readonly string[], wish: Partial<Explained> = {}): Explained {
  const call: CallMetadata = {
    callId: 'c',
    startedAt: new Date('2026-03-01T10:00:00Z'),
    endedAt: null,
    memberRef: 'M',
    agentRef: 'A',
    team: null,
    entity: 'hmbs',
    product: 'home',
    direction: 'inbound',
    language: 'nl',
    noticeVersion: '2026-01',
    purposes,
    sensitivity: [],
    channels: null,
    silence: [],
    links: {},
    sha256: null,
  }
  const { tags, keepUntil, dueAt } = makeDeriveRetention(() => rules)(call, NOW)
  const id = 'c1f0a3de-6b1c-4f8e-9b57-1d2e3f4a5b6c'
  const dates = { keepUntil, dueAt: dueAt?.toISOString() ?? null }
  return { id, status: 'available', purposes: tags, held: false, restricted: false, ...dates, ...wish }
}

const NO_FACTS: ExplainedFacts = { linkBy: null, quarantinedAt: null, holds: [], requests: [], openUntil: {} }
const find = (id: string, version: number) =>
  rules.rules.find((rule) => rule.id === id && rule.version === version)

const told = (explained: Explained, now = NOW, facts: Partial<ExplainedFacts> = {}) =>
  explain(explained, { ...NO_FACTS, ...facts }, { purposes: rules.purposes, find }, { now, graceDays: 7 })

test('every purpose, the day that wins and what follows are told in both languages', () => {
  const { steps } = told(recording(['training_coaching', 'service_quality']))
  expect(steps.map(({ en }) => en)).toEqual([
    'Purpose "training and coaching of staff": kept by rule training@1, 6 months after the end of the call (1 March 2026), up to and including 1 September 2026.',
    'Purpose "improvement of the service": kept by rule service@1, 3 months after the end of the call (1 March 2026), up to and including 1 June 2026.',
    'The latest of these days counts, that of "training and coaching of staff": the recording stays up to and including 1 September 2026. Staff may use it for a purpose only until that purpose ends.',
    'After the last day all use by staff stops at once; 7 days later (from 9 September 2026) the recording is destroyed.',
  ])
  expect(steps[0]?.nl).toBe(
    'Doel "training en coaching van medewerkers": bewaren volgens regel training@1, 6 maanden na het einde van het gesprek (1 maart 2026), tot en met 1 september 2026.',
  )
})

test('a purpose that is over says so, even before the sweep has marked it', () => {
  const { steps } = told(
    recording(['training_coaching', 'service_quality']),
    new Date('2026-06-02T00:00:00Z'),
  )
  expect(steps[0]?.en).toContain('up to and including')
  expect(steps[1]?.en).toContain('over since the end of 1 June 2026')
})

test('a purpose that waits says what for, and what would fix the date', () => {
  const { steps, changes } = told(recording(['contract_performance', 'training_coaching']))
  expect(steps[0]?.en).toContain(
    '7 years after the end of the policy or, if later, the closing of the claim. The end of the policy or, if later, the closing of the claim has not been reported',
  )
  expect(steps.find(({ step }) => step === 'end')?.nl).toContain('geen einddatum')
  expect(changes.map(({ en }) => en)).toEqual([
    'Once the end of the policy or, if later, the closing of the claim is reported, the end date is fixed.',
    'An objection that is upheld ends the purposes that rest on legitimate interests.',
    'A complaint, claim or lawsuit postpones the destruction while it lasts.',
  ])
})

test('a hold and a restriction are told instead of a destruction', () => {
  const { steps, changes } = told(recording(['training_coaching'], { held: true, restricted: true }))
  expect(steps.map(({ step }) => step)).toEqual(['purpose', 'end', 'hold', 'restriction'])
  expect(changes.at(-1)?.en).toContain('the normal retention period applies again')
})

test('in quarantine the member is told until when listening is possible', () => {
  const { steps } = told(recording(['training_coaching'], { status: 'quarantined' }))
  expect(steps.at(-1)).toMatchObject({
    step: 'quarantine',
    en: expect.stringContaining('7 days after the end'),
  })
})

test('a rule that is no longer in force is named without a period it may never have had', () => {
  const base = recording(['training_coaching'])
  const old = base.purposes.map((tag): PurposeTag => ({ ...tag, ruleVersion: 0 }))
  expect(told({ ...base, purposes: old }).steps[0]?.en).toContain(
    'by rule training@0, counted from the end of the call',
  )
})

test.each([
  ['P6M', '6 maanden', '6 months'],
  ['P1Y', '1 jaar', '1 year'],
  ['P1Y1M', '1 jaar en 1 maand', '1 year and 1 month'],
  ['P2W3D', '2 weken en 3 dagen', '2 weeks and 3 days'],
])('%s is told as "%s" and "%s"', (period, nl, en) => {
  expect(periodWords(period)).toEqual({ nl, en })
})

test('a day is told the same whatever the zone of the server', () => {
  expect(dayWords('2026-02-28')).toEqual({ nl: '28 februari 2026', en: '28 February 2026' })
})

test('holds are told by number, kind and review, and an open request by its review', () => {
  const { steps, changes } = told(recording(['training_coaching'], { held: true }), NOW, {
    holds: [
      { type: 'complaint', reviewBy: '2026-09-01' },
      { type: 'claim', reviewBy: '2027-01-01' },
    ],
    requests: [{ reviewBy: '2026-05-01' }],
  })
  expect(steps.map(({ step }) => step)).toEqual(['purpose', 'end', 'hold', 'request'])
  expect(steps[2]?.en).toContain('held (2: complaint and claim)')
  expect(steps[2]?.nl).toContain('uiterlijk 1 september 2026')
  expect(steps[3]?.en).toContain('by 1 May 2026')
  expect(changes.at(-1)?.nl).toContain('het verzoek eindigt')
})

test('the limit for a recording without a member comes before what its purposes say', () => {
  const { steps, changes } = told(recording(['contract_performance']), NOW, { linkBy: '2026-04-01' })
  expect(steps.map(({ step }) => step)).toEqual(['purpose', 'unlinked', 'end', 'destruction'])
  expect(steps[2]?.en).toContain('up to and including 1 April 2026')
  expect(changes.map(({ en }) => en)).toContainEqual(expect.stringContaining('whose call this was'))
})

test('the statutory minimum is told as long as it lasts', () => {
  const tags = recording(['legal_obligation']).purposes.map((tag) => ({
    ...tag,
    ...({
      state: 'active',
      triggerDate: '2026-02-01',
      minUntil: '2031-02-01',
      retainUntil: '2031-02-01',
    } as const),
  }))
  const minimum = (now: Date) =>
    told(recording(['legal_obligation'], { purposes: tags }), now).steps.find(
      ({ step }) => step === 'minimum',
    )
  expect(minimum(NOW)?.en).toContain('up to and including 1 February 2031')
  expect(minimum(new Date('2031-02-02T00:00:00Z'))).toBeUndefined()
})

test('the rule is told by the version that decided, also when it is no longer in force', () => {
  const tags = recording(['training_coaching']).purposes.map((tag) => ({ ...tag, ruleVersion: 9 }))
  const earlier = rules.rules.find(({ id }) => id === 'training')
  const finding = (id: string, version: number) =>
    earlier && id === 'training' && version === 9 ? { ...earlier, version: 9, period: 'P3M' } : undefined
  const { steps } = explain(
    recording(['training_coaching'], { purposes: tags }),
    NO_FACTS,
    { purposes: rules.purposes, find: finding },
    { now: NOW, graceDays: 7 },
  )
  expect(steps[0]?.en).toContain('by rule training@9, 3 months after')
})

test('T26: a withdrawn consent is told, and when nothing counts any more, that too', () => {
  const tags = recording(['training_coaching']).purposes.map((tag) => ({
    ...tag,
    ...({ state: 'withdrawn', legalBasis: 'consent' } as const),
  }))
  const { steps } = told(
    recording(['training_coaching'], { purposes: tags, keepUntil: null, dueAt: '1970-01-01T00:00:00Z' }),
  )
  expect(steps[0]?.nl).toContain('de toestemming is ingetrokken')
  expect(steps[1]?.en).toBe('No purpose counts any more: nothing keeps the recording.')
})
