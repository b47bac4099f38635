import type { CalendarDay } from '../kernel/calendar.ts'

/** The same sentence for a member and an officer, in both languages of the service. */
export interface Sentence {
  readonly nl: string
  readonly en: string
}

const TRIGGERS: Readonly<Record<string, Sentence>> = {
  'call.ended': { nl: 'het einde van het gesprek', en: 'the end of the call' },
  'policy.ended': { nl: 'het einde van de polis', en: 'the end of the policy' },
  'claim.closed': { nl: 'het sluiten van de schade', en: 'the closing of the claim' },
  'case.closed': { nl: 'het sluiten van het onderzoek', en: 'the closing of the investigation' },
  'application.rejected': { nl: 'de afwijzing van de aanvraag', en: 'the rejection of the application' },
  'advice.given': { nl: 'het advies', en: 'the advice' },
}

/** Of several triggers, `policy.ended+claim.closed`, the later one counts. */
export const triggerWords = (trigger: string): Sentence => {
  const words = trigger.split('+').map((one) => TRIGGERS[one] ?? { nl: one, en: one })
  return {
    nl: words.map(({ nl }) => nl).join(' of, als dat later is, '),
    en: words.map(({ en }) => en).join(' or, if later, '),
  }
}

/** `claim`, `complaint and claim`, `complaint, claim and lawsuit`. */
export const listWords = (items: readonly Sentence[]): Sentence => ({
  nl: joined(
    items.map(({ nl }) => nl),
    ' en ',
  ),
  en: joined(
    items.map(({ en }) => en),
    ' and ',
  ),
})

const joined = (items: readonly string[], last: string): string =>
  [items.slice(0, -1).join(', '), ...items.slice(-1)].filter((part) => part !== '').join(last)

const longDate = (language: string) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' })
const DUTCH_DATE = longDate('nl-NL')
const ENGLISH_DATE = longDate('en-GB')

/** 1 september 2026, 1 September 2026. */
export function dayWords(day: CalendarDay): Sentence {
  const noon = new Date(`${day}T12:00:00Z`)
  return { nl: DUTCH_DATE.format(noon), en: ENGLISH_DATE.format(noon) }
}

const UNITS = {
  Y: { nl: ['jaar', 'jaar'], en: ['year', 'years'] },
  M: { nl: ['maand', 'maanden'], en: ['month', 'months'] },
  W: { nl: ['week', 'weken'], en: ['week', 'weeks'] },
  D: { nl: ['dag', 'dagen'], en: ['day', 'days'] },
} as const

/** `P1Y6M` as "1 jaar en 6 maanden", "1 year and 6 months". */
export function periodWords(period: string): Sentence {
  const parts = [...period.matchAll(/(\d+)([YMWD])/g)].flatMap(([, digits, unit]) => {
    const count = Number(digits)
    const words = UNITS[unit as keyof typeof UNITS]
    return count === 0
      ? []
      : [{ nl: `${count} ${plural(words.nl, count)}`, en: `${count} ${plural(words.en, count)}` }]
  })
  return { nl: parts.map(({ nl }) => nl).join(' en '), en: parts.map(({ en }) => en).join(' and ') }
}

const plural = ([one, many]: readonly [string, string], count: number): string => (count === 1 ? one : many)
