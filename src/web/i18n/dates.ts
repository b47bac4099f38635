/** Dates and times as people read them; a call happened when the clock in the Netherlands says so. */
export const TIME_ZONE = 'Europe/Amsterdam'

export type Language = 'nl' | 'en'

const LOCALES: Readonly<Record<Language, string>> = { nl: 'nl-NL', en: 'en-GB' }

const formatters = new Map<string, Intl.DateTimeFormat>()

/** Making a formatter costs more than using it, and a list of calls uses the same few all the time. */
function formatter(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options)
  const known = formatters.get(key) ?? new Intl.DateTimeFormat(LOCALES[language], options)
  formatters.set(key, known)
  return known
}

const FULL_DAY = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const
const DAY = { day: 'numeric', month: 'long', year: 'numeric' } as const
const DAY_IN_MONTH = { weekday: 'long', day: 'numeric', month: 'long' } as const
const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
const MONTH = { month: 'long', year: 'numeric' } as const
const MONTH_KEY = { year: 'numeric', month: '2-digit' } as const

/** `zaterdag 14 november 2026` */
export const fullDay = (instant: string, language: Language): string =>
  formatter(language, { ...FULL_DAY, timeZone: TIME_ZONE }).format(new Date(instant))

/** `zaterdag 14 november`, where the year is told by a heading; day and month stay on one line. */
export const dayInMonth = (instant: string, language: Language): string =>
  formatter(language, { ...DAY_IN_MONTH, timeZone: TIME_ZONE })
    .format(new Date(instant))
    .replace(/(\d+) /, '$1\u00a0')

/** `10:32` */
export const clock = (instant: string, language: Language): string =>
  formatter(language, { ...CLOCK, timeZone: TIME_ZONE }).format(new Date(instant))

/**
 * A calendar day `YYYY-MM-DD` as `14 mei 2027`; it has no time zone, so UTC keeps it what it is. The
 * spaces do not break, so that a date at the end of a line stays whole.
 */
export const calendarDay = (day: string, language: Language): string =>
  formatter(language, { ...DAY, timeZone: 'UTC' })
    .format(new Date(`${day}T00:00:00Z`))
    .replaceAll(' ', '\u00a0')

/** A month key `YYYY-MM` as `november 2026`. */
export const monthName = (month: string, language: Language): string =>
  formatter(language, { ...MONTH, timeZone: 'UTC' }).format(new Date(`${month}-01T00:00:00Z`))

/** The month in which an instant falls in the Netherlands, as `YYYY-MM`. */
export function monthOf(instant: string): string {
  const parts = formatter('en', { ...MONTH_KEY, timeZone: TIME_ZONE }).formatToParts(new Date(instant))
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}`
}

export const capitalised = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1)
