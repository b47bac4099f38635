import { type CalendarDay, dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { endsOf } from '../recordings/ends.ts'
import type { PurposeTag } from '../recordings/model.ts'
import { lastStep, limitSteps, obstacleSteps } from './explain-obstacles.ts'
import type { ExplainedFacts } from './explain-queries.ts'
import { dayWords, periodWords, type Sentence, triggerWords } from './explain-words.ts'
import type { Rule, RuleSet } from './rules.ts'

/** What an explanation is made from: the recording as its reader may see it. */
export interface Explained {
  readonly id: string
  readonly status: string
  readonly purposes: readonly PurposeTag[]
  readonly keepUntil: string | null
  readonly dueAt: string | null
  readonly held: boolean
  readonly restricted: boolean
}

export const STEPS = [
  ...(['purpose', 'minimum', 'unlinked', 'end'] as const),
  ...(['hold', 'request', 'restriction', 'quarantine', 'destruction'] as const),
] as const

export interface Step extends Sentence {
  readonly step: (typeof STEPS)[number]
  readonly purpose?: string
}

export interface Explanation {
  readonly id: string
  readonly keepUntil: string | null
  readonly dueAt: string | null
  readonly held: boolean
  readonly restricted: boolean
  readonly purposes: readonly PurposeTag[]
  /** The derivation, in order. */
  readonly steps: readonly Step[]
  /** What would change the date. */
  readonly changes: readonly Sentence[]
}

/** The names of the purposes, and the rule that a tag names, also when it is no longer in force. */
export interface ExplainingRules {
  readonly purposes: RuleSet['purposes']
  find(ruleId: string, version: number): Rule | undefined
}

export interface Moment {
  readonly now: Date
  readonly graceDays: number
}

/** Says in plain words why a recording exists and until when. Pure; dates come from the same function as the deed. */
export function explain(
  recording: Explained,
  facts: ExplainedFacts,
  rules: ExplainingRules,
  { now, graceDays }: Moment,
): Explanation {
  const { id, keepUntil, dueAt, held, restricted, purposes } = recording
  const obstacles = obstacleSteps(recording, facts)
  return {
    id,
    keepUntil,
    dueAt,
    held,
    restricted,
    purposes,
    steps: [
      ...purposes.map((tag) => purposeStep(tag, facts, rules, now)),
      ...limitSteps(recording, facts, now),
      endStep(purposes, facts, rules, now),
      ...obstacles,
      ...(obstacles.length > 0 ? [] : [lastStep(recording, facts, graceDays)]),
    ],
    changes: changesOf(recording, facts, obstacles.length > 0),
  }
}

function purposeStep(
  tag: PurposeTag,
  { openUntil }: ExplainedFacts,
  rules: ExplainingRules,
  now: Date,
): Step {
  const name = nameOf(tag.purpose, rules)
  const words = STATES[stateOf(tag, now)](tag, ruleWords(tag, rules), openUntil[tag.purpose] ?? null)
  return {
    step: 'purpose',
    purpose: tag.purpose,
    nl: `Doel "${name.nl}": ${words.nl}`,
    en: `Purpose "${name.en}": ${words.en}`,
  }
}

const nameOf = (purpose: string, { purposes }: ExplainingRules): Sentence =>
  purposes.get(purpose) ?? { nl: purpose, en: purpose }

/** A purpose whose last day is over has ended, also before the sweep has come round to say so. */
const stateOf = ({ state, retainUntil }: PurposeTag, now: Date): PurposeTag['state'] =>
  state === 'active' && retainUntil !== null && dayOf(now) > retainUntil ? 'expired' : state

/** "volgens regel training@1, 6 maanden na het einde van het gesprek"; the period of the very version. */
function ruleWords(tag: PurposeTag, rules: ExplainingRules): Sentence {
  const name = `${tag.ruleId}@${tag.ruleVersion}`
  const rule = rules.find(tag.ruleId, tag.ruleVersion)
  const known = rule && periodWords(rule.period)
  const trigger = triggerWords(tag.trigger)
  return known
    ? {
        nl: `volgens regel ${name}, ${known.nl} na ${trigger.nl}`,
        en: `by rule ${name}, ${known.en} after ${trigger.en}`,
      }
    : {
        nl: `volgens regel ${name}, gerekend vanaf ${trigger.nl}`,
        en: `by rule ${name}, counted from ${trigger.en}`,
      }
}

type StateWords = (tag: PurposeTag, rule: Sentence, openUntil: CalendarDay | null) => Sentence

const day = (value: CalendarDay | null): Sentence => (value === null ? { nl: '-', en: '-' } : dayWords(value))

const STATES: Record<PurposeTag['state'], StateWords> = {
  active: ({ triggerDate, retainUntil }, rule) => ({
    nl: `bewaren ${rule.nl} (${day(triggerDate).nl}), tot en met ${day(retainUntil).nl}.`,
    en: `kept ${rule.en} (${day(triggerDate).en}), up to and including ${day(retainUntil).en}.`,
  }),
  pending_trigger: ({ trigger }, rule, openUntil) => ({
    nl: `bewaren ${rule.nl}. ${capital(triggerWords(trigger).nl)} is nog niet gemeld, dus er is nog geen einddatum.${openWords(openUntil).nl}`,
    en: `kept ${rule.en}. ${capital(triggerWords(trigger).en)} has not been reported, so there is no end date yet.${openWords(openUntil).en}`,
  }),
  suspended: (_tag, rule) => ({
    nl: `opgeschort terwijl een bezwaar wordt beoordeeld (${rule.nl}).`,
    en: `suspended while an objection is considered (${rule.en}).`,
  }),
  expired: ({ retainUntil }, rule) => ({
    nl: `voorbij sinds het einde van ${day(retainUntil).nl} (${rule.nl}).`,
    en: `over since the end of ${day(retainUntil).en} (${rule.en}).`,
  }),
  withdrawn: ({ legalBasis }) =>
    legalBasis === 'consent'
      ? {
          nl: 'telt niet meer: de toestemming is ingetrokken.',
          en: 'no longer counts: consent was withdrawn.',
        }
      : { nl: 'telt niet meer: het doel is beëindigd.', en: 'no longer counts: the purpose was ended.' },
  objected: () => ({
    nl: 'telt niet meer: het bezwaar is toegewezen.',
    en: 'no longer counts: the objection was upheld.',
  }),
}

/** No trigger keeps a recording for ever: after this day somebody has to look. */
const openWords = (openUntil: CalendarDay | null): Sentence =>
  openUntil === null
    ? { nl: '', en: '' }
    : {
        nl: ` Blijft die melding uit, dan bekijkt iemand dat na ${day(openUntil).nl}.`,
        en: ` If no report comes, somebody looks into it after ${day(openUntil).en}.`,
      }

function endStep(
  tags: readonly PurposeTag[],
  { linkBy }: ExplainedFacts,
  rules: ExplainingRules,
  now: Date,
): Step {
  const { keepUntil, dueAt, deciding } = endsOf(tags, now, linkBy)
  const purpose = deciding ? { purpose: deciding.purpose } : {}
  if (dueAt === null)
    return {
      step: 'end',
      ...purpose,
      nl: 'Zolang een van deze doelen op een gebeurtenis wacht, heeft de opname geen einddatum.',
      en: 'As long as one of these purposes awaits an event, the recording has no end date.',
    }
  if (keepUntil === null) return { step: 'end', ...NOTHING_KEEPS_IT }
  const words = day(keepUntil)
  const name = deciding && tags.length > 1 ? nameOf(deciding.purpose, rules) : undefined
  return {
    step: 'end',
    ...purpose,
    nl: `De laatste van deze dagen telt${name ? `, die van "${name.nl}"` : ''}: de opname blijft tot en met ${words.nl}. Medewerkers mogen haar per doel alleen tot het einde van dat doel gebruiken.`,
    en: `The latest of these days counts${name ? `, that of "${name.en}"` : ''}: the recording stays up to and including ${words.en}. Staff may use it for a purpose only until that purpose ends.`,
  }
}

const NOTHING_KEEPS_IT: Sentence = {
  nl: 'Geen enkel doel telt nog: niets bewaart de opname.',
  en: 'No purpose counts any more: nothing keeps the recording.',
}

function changesOf({ purposes }: Explained, { linkBy }: ExplainedFacts, hasObstacles: boolean): Sentence[] {
  const counts = purposes.filter(({ state }) => state === 'active' || state === 'pending_trigger')
  const waiting = new Set(
    counts.flatMap(({ state, trigger }) => (state === 'pending_trigger' ? [trigger] : [])),
  )
  const has = (basis: PurposeTag['legalBasis']) => counts.some(({ legalBasis }) => legalBasis === basis)
  return [
    ...[...waiting].map(triggerWords).map(({ nl, en }) => ({
      nl: `Zodra ${nl} is gemeld, staat de einddatum vast.`,
      en: `Once ${en} is reported, the end date is fixed.`,
    })),
    ...(has('legitimate_interests') ? [OBJECTION] : []),
    ...(has('consent') ? [WITHDRAWAL] : []),
    ...(linkBy === null ? [] : [LINKING]),
    ...(hasObstacles ? [RELEASE] : [HOLD]),
  ]
}

const OBJECTION: Sentence = {
  nl: 'Een toegewezen bezwaar beëindigt de doelen die op een gerechtvaardigd belang berusten.',
  en: 'An objection that is upheld ends the purposes that rest on legitimate interests.',
}
const WITHDRAWAL: Sentence = {
  nl: 'Intrekken van de toestemming beëindigt de doelen die op toestemming berusten.',
  en: 'Withdrawing consent ends the purposes that rest on consent.',
}
const LINKING: Sentence = {
  nl: 'Als alsnog bekend wordt van welk lid het gesprek was, gelden de dagen van de doelen.',
  en: 'If it becomes known whose call this was, the days of the purposes apply.',
}
const HOLD: Sentence = {
  nl: 'Een klacht, claim of procedure stelt de vernietiging uit zolang die loopt.',
  en: 'A complaint, claim or lawsuit postpones the destruction while it lasts.',
}
const RELEASE: Sentence = {
  nl: 'Als de klacht, procedure, beperking of het verzoek eindigt, geldt weer de gewone bewaartijd.',
  en: 'When the complaint, lawsuit, restriction or request ends, the normal retention period applies again.',
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

export interface ExplainPorts {
  /** What the reader of the recording does not see. */
  readonly facts: (id: string) => Promise<ExplainedFacts | undefined>
  readonly rules: (now: Date) => ExplainingRules
  readonly clock: Clock
  readonly graceDays: number
}

/** Explains a recording that its reader may see; Problem `not_found` when it has just been destroyed. */
export const makeExplain =
  ({ facts, rules, clock, graceDays }: ExplainPorts) =>
  async (recording: Explained): Promise<Explanation> => {
    const now = clock.now()
    const found = await facts(recording.id)
    if (!found) throw new Problem('not_found')
    return explain(recording, found, rules(now), { now, graceDays })
  }
