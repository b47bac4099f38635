import { type CalendarDay, dayOf } from '../kernel/calendar.ts'
import { isOver, mayBeDestroyedAt, minimumOf } from '../recordings/ends.ts'
import type { Explained, Step } from './explain.ts'
import type { ExplainedFacts } from './explain-queries.ts'
import { dayWords, listWords, type Sentence } from './explain-words.ts'

/** The statutory minimum and the limit for recordings of no known member. */
export function limitSteps({ purposes }: Explained, { linkBy }: ExplainedFacts, now: Date): Step[] {
  const minimum = minimumOf(purposes)
  return [
    ...(minimum === null || isOver(minimum, now) ? [] : [minimumStep(minimum)]),
    ...(linkBy === null ? [] : [unlinkedStep(linkBy)]),
  ]
}

function minimumStep(minimum: CalendarDay): Step {
  const { nl, en } = dayWords(minimum)
  return {
    step: 'minimum',
    nl: `De wet eist dat de opname tot en met ${nl} blijft; tot dan wordt zij ook op verzoek niet verwijderd.`,
    en: `The law demands that the recording stays up to and including ${en}; until then it is not removed on request either.`,
  }
}

function unlinkedStep(linkBy: CalendarDay): Step {
  const { nl, en } = dayWords(linkBy)
  return {
    step: 'unlinked',
    nl: `Bij deze opname is geen lid gevonden. Blijft dat zo, dan blijft zij niet langer dan tot en met ${nl}.`,
    en: `No member was found for this recording. If that remains so, it stays no longer than ${en}.`,
  }
}

/** What stands in the way of the destruction. */
export function obstacleSteps({ held, restricted }: Explained, { holds, requests }: ExplainedFacts): Step[] {
  return [
    ...(held ? [holdStep(holds)] : []),
    ...(requests.length > 0 ? [requestStep(requests)] : []),
    ...(restricted ? [RESTRICTION] : []),
  ]
}

const HOLD_TYPES: Readonly<Record<string, Sentence>> = {
  complaint: { nl: 'klacht', en: 'complaint' },
  claim: { nl: 'schadeclaim', en: 'claim' },
  litigation: { nl: 'gerechtelijke procedure', en: 'lawsuit' },
  regulator: { nl: 'onderzoek van een toezichthouder', en: 'inquiry of a regulator' },
}

/** How many and of which kind, and when they are looked at again; never about what. */
function holdStep(holds: ExplainedFacts['holds']): Step {
  const kinds = [...new Set(holds.map(({ type }) => type))].map(
    (type) => HOLD_TYPES[type] ?? { nl: type, en: type },
  )
  const first = holds[0]
  if (!first)
    return {
      step: 'hold',
      nl: 'Er loopt een klacht, claim of procedure: de opname wordt niet vernietigd zolang die loopt.',
      en: 'There is a complaint, claim or lawsuit: the recording is not destroyed while it lasts.',
    }
  const [count, names, review] = [holds.length, listWords(kinds), dayWords(first.reviewBy)]
  return {
    step: 'hold',
    nl: `De opname wordt vastgehouden (${count}: ${names.nl}) en niet vernietigd zolang dat duurt; uiterlijk ${review.nl} wordt bekeken of het nog nodig is.`,
    en: `The recording is held (${count}: ${names.en}) and not destroyed while that lasts; by ${review.en} somebody looks whether it is still needed.`,
  }
}

function requestStep(requests: ExplainedFacts['requests']): Step {
  const review = dayWords(requests[0]?.reviewBy ?? '')
  return {
    step: 'request',
    nl: `Er loopt een verzoek waarvoor de opname nodig is: zij wordt niet vernietigd tot dat is afgehandeld, uiterlijk ${review.nl} opnieuw bekeken.`,
    en: `An open request needs the recording: it is not destroyed until that has been answered, and looked at again by ${review.en}.`,
  }
}

const RESTRICTION: Step = {
  step: 'restriction',
  nl: 'Het gebruik is beperkt (art. 18 AVG): de opname wordt alleen bewaard, en niet vernietigd.',
  en: 'Its use is restricted (Art. 18 GDPR): the recording is stored only, and not destroyed.',
}

/** What follows when nothing stands in the way. */
export function lastStep(recording: Explained, facts: ExplainedFacts, graceDays: number): Step {
  const dueAt = recording.dueAt === null ? null : new Date(recording.dueAt)
  const grace = { days: graceDays, since: facts.quarantinedAt }
  const free = { held: false, requested: false, restricted: false }
  const at = mayBeDestroyedAt({ dueAt }, free, grace)
  const on = at === null || at.getTime() < FIRST_CALL ? undefined : dayWords(dayOf(at))
  return recording.status === 'quarantined' ? quarantineStep(graceDays, on) : destructionStep(graceDays, on)
}

/** A recording that nothing ever kept is due since the beginning of time, which is no date to tell. */
const FIRST_CALL = Date.UTC(1990)

const inBrackets = (on: Sentence | undefined): Sentence => ({
  nl: on ? ` (vanaf ${on.nl})` : '',
  en: on ? ` (from ${on.en})` : '',
})

const quarantineStep = (graceDays: number, on: Sentence | undefined): Step => ({
  step: 'quarantine',
  nl: `De bewaartijd is voorbij. U kunt de opname nog beluisteren tot zij wordt vernietigd, ${graceDays} dagen na het einde${inBrackets(on).nl}.`,
  en: `The retention period is over. You can still listen until the recording is destroyed, ${graceDays} days after the end${inBrackets(on).en}.`,
})

const destructionStep = (graceDays: number, on: Sentence | undefined): Step => ({
  step: 'destruction',
  nl: `Na de laatste dag stopt elk gebruik door medewerkers meteen; ${graceDays} dagen later${inBrackets(on).nl} wordt de opname vernietigd.`,
  en: `After the last day all use by staff stops at once; ${graceDays} days later${inBrackets(on).en} the recording is destroyed.`,
})
