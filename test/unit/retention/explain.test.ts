import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { CallMetadata, PurposeTag } from '../../../src/recordings/model.ts'
import { makeDeriveRetention } from '../../../src/retention/derive.ts'
import { type Explained, explain } from '../../../src/retention/explain.ts'
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

const told = (explained: Explained, now = NOW) => explain(explained, rules, now, 7)

test('every purpose, the day that wins and what follows are told in both languages', () => {
  const { steps } = told(recording(['training_coaching', 'service_quality']))
  expect(steps.map(({ en }) => en)).toEqual([
    'Purpose "training and coaching of staff": kept by rule training@1, 6 months after the end of the call (1 March 2026), up to and including 1 September 2026.',
    'Purpose "improvement of the service": kept by rule service@1, 3 months after the end of the call (1 March 2026), up to and including 1 June 2026.',
    'The latest of these days counts: the recording stays up to and including 1 September 2026. Staff may use it for a purpose only until that purpose ends.',
    'After the last day all use by staff stops at once; 7 days later the recording is destroyed.',
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
