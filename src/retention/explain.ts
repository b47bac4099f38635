import { type CalendarDay, dayOf } from '../kernel/calendar.ts'
import { endsOf } from '../recordings/ends.ts'
import type { PurposeTag } from '../recordings/model.ts'
import { dayWords, periodWords, type Sentence, triggerWords } from './explain-words.ts'
import type { RuleSet } from './rules.ts'

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

export interface Step extends Sentence {
  readonly step: 'purpose' | 'end' | 'hold' | 'restriction' | 'quarantine' | 'destruction'
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

/** Says in plain words why a recording exists and until when. Pure; dates come from the same function as the deed. */
export function explain(recording: Explained, rules: RuleSet, now: Date, graceDays: number): Explanation {
  const { id, keepUntil, dueAt, held, restricted, purposes } = recording
  return {
    id,
    keepUntil,
    dueAt,
    held,
    restricted,
    purposes,
    steps: [
      ...purposes.map((tag) => purposeStep(tag, rules, now)),
      endStep(purposes, now),
      ...obstacles(recording),
      ...(held || restricted ? [] : [lastStep(recording, graceDays)]),
    ],
    changes: changesOf(recording),
  }
}

function purposeStep(tag: PurposeTag, rules: RuleSet, now: Date): Step {
  const entry = rules.purposes.get(tag.purpose)
  const name = { nl: entry?.nl ?? tag.purpose, en: entry?.en ?? tag.purpose }
  const words = STATES[stateOf(tag, now)](tag, ruleWords(tag, rules))
  return {
    step: 'purpose',
    purpose: tag.purpose,
    nl: `Doel "${name.nl}": ${words.nl}`,
    en: `Purpose "${name.en}": ${words.en}`,
  }
}

/** A purpose whose last day is over has ended, also before the sweep has come round to say so. */
const stateOf = ({ state, retainUntil }: PurposeTag, now: Date): PurposeTag['state'] =>
  state === 'active' && retainUntil !== null && dayOf(now) > retainUntil ? 'expired' : state

/** "volgens regel training@1, 6 maanden na het einde van het gesprek"; the period only if that version is in force. */
function ruleWords(tag: PurposeTag, rules: RuleSet): Sentence {
  const name = `${tag.ruleId}@${tag.ruleVersion}`
  const rule = rules.ruleFor(tag.purpose, tag.product, [])
  const known =
    rule?.id === tag.ruleId && rule.version === tag.ruleVersion ? periodWords(rule.period) : undefined
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

type StateWords = (tag: PurposeTag, rule: Sentence) => Sentence

const day = (value: CalendarDay | null): Sentence => (value === null ? { nl: '-', en: '-' } : dayWords(value))

const STATES: Record<PurposeTag['state'], StateWords> = {
  active: ({ triggerDate, retainUntil }, rule) => ({
    nl: `bewaren ${rule.nl} (${day(triggerDate).nl}), tot en met ${day(retainUntil).nl}.`,
    en: `kept ${rule.en} (${day(triggerDate).en}), up to and including ${day(retainUntil).en}.`,
  }),
  pending_trigger: ({ trigger }, rule) => ({
    nl: `bewaren ${rule.nl}. ${capital(triggerWords(trigger).nl)} is nog niet gemeld, dus er is nog geen einddatum.`,
    en: `kept ${rule.en}. ${capital(triggerWords(trigger).en)} has not been reported, so there is no end date yet.`,
  }),
  suspended: (_tag, rule) => ({
    nl: `opgeschort terwijl een bezwaar wordt beoordeeld (${rule.nl}).`,
    en: `suspended while an objection is considered (${rule.en}).`,
  }),
  expired: ({ retainUntil }, rule) => ({
    nl: `voorbij sinds het einde van ${day(retainUntil).nl} (${rule.nl}).`,
    en: `over since the end of ${day(retainUntil).en} (${rule.en}).`,
  }),
  withdrawn: () => ({
    nl: 'telt niet meer: de toestemming is ingetrokken.',
    en: 'no longer counts: consent was withdrawn.',
  }),
  objected: () => ({
    nl: 'telt niet meer: het bezwaar is toegewezen.',
    en: 'no longer counts: the objection was upheld.',
  }),
}

function endStep(tags: readonly PurposeTag[], now: Date): Step {
  const { keepUntil, dueAt } = endsOf(tags, now)
  if (dueAt === null)
    return {
      step: 'end',
      nl: 'Zolang een van deze doelen op een gebeurtenis wacht, heeft de opname geen einddatum.',
      en: 'As long as one of these purposes awaits an event, the recording has no end date.',
    }
  const words = day(keepUntil)
  return {
    step: 'end',
    nl: `De laatste van deze dagen telt: de opname blijft tot en met ${words.nl}. Medewerkers mogen haar per doel alleen tot het einde van dat doel gebruiken.`,
    en: `The latest of these days counts: the recording stays up to and including ${words.en}. Staff may use it for a purpose only until that purpose ends.`,
  }
}

function obstacles({ held, restricted }: Explained): Step[] {
  const hold: Step = {
    step: 'hold',
    nl: 'Er loopt een klacht, claim of procedure: de opname wordt niet vernietigd zolang die loopt.',
    en: 'There is a complaint, claim or lawsuit: the recording is not destroyed while it lasts.',
  }
  const restriction: Step = {
    step: 'restriction',
    nl: 'Het gebruik is beperkt (art. 18 AVG): de opname wordt alleen bewaard, en niet vernietigd.',
    en: 'Its use is restricted (Art. 18 GDPR): the recording is stored only, and not destroyed.',
  }
  return [...(held ? [hold] : []), ...(restricted ? [restriction] : [])]
}

function lastStep({ status }: Explained, graceDays: number): Step {
  if (status === 'quarantined')
    return {
      step: 'quarantine',
      nl: `De bewaartijd is voorbij. U kunt de opname nog beluisteren tot zij wordt vernietigd, ${graceDays} dagen na het einde.`,
      en: `The retention period is over. You can still listen until the recording is destroyed, ${graceDays} days after the end.`,
    }
  return {
    step: 'destruction',
    nl: `Na de laatste dag stopt elk gebruik door medewerkers meteen; ${graceDays} dagen later wordt de opname vernietigd.`,
    en: `After the last day all use by staff stops at once; ${graceDays} days later the recording is destroyed.`,
  }
}

function changesOf({ purposes, held, restricted }: Explained): Sentence[] {
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
    ...(held || restricted ? [RELEASE] : [HOLD]),
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
const HOLD: Sentence = {
  nl: 'Een klacht, claim of procedure stelt de vernietiging uit zolang die loopt.',
  en: 'A complaint, claim or lawsuit postpones the destruction while it lasts.',
}
const RELEASE: Sentence = {
  nl: 'Als de klacht, procedure of beperking eindigt, geldt weer de gewone bewaartijd.',
  en: 'When the complaint, lawsuit or restriction ends, the normal retention period applies again.',
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
