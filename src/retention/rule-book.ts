import { createHash } from 'node:crypto'
import { hasLapsed } from '../access/four-eyes.ts'
import { addPeriod, type CalendarDay, dayOf, laterDay } from '../kernel/calendar.ts'
import type { FieldError } from '../kernel/problem.ts'
import { openRules, type Rule, type RuleSet } from './rules.ts'
import { RulesFileError } from './rules-file.ts'

/** One version of all the rules: a whole rules document, who wrote it, who approved it, and from when. */
export interface RuleBook {
  readonly version: number
  /** The YAML text, as written. */
  readonly document: string
  /** Lower-case hex of the document. */
  readonly sha256: string
  readonly state: 'draft' | 'approved' | 'rejected'
  readonly draftedBy: string
  readonly draftedAt: Date
  readonly decidedBy: string | null
  readonly decidedAt: Date | null
  /** First day in Amsterdam on which it decides, once approved. */
  readonly effectiveFrom: CalendarDay
  /** Why longer periods also hold for recordings that exist already; null: they do not. */
  readonly lengtheningGround: string | null
  /** When the recordings that existed had been brought in step with it. */
  readonly appliedAt: Date | null
}

/** Who the rules file of the service stands for; the name of no person. */
export const CONFIGURATION = 'configuration'

/** A version as it stands at a moment: a draft that nobody approved in time is none any more. */
export type StandingBook = Omit<RuleBook, 'state'> & { readonly state: RuleBook['state'] | 'lapsed' }

export const bookAt = (book: RuleBook, now: Date): StandingBook =>
  book.state === 'draft' && hasLapsed(book.draftedAt, now) ? { ...book, state: 'lapsed' } : book

/** What people get to look at a shorter period before it reaches recordings that exist already. */
const NOTICE_OF_SHORTENING = 'P14D'

export const digestOf = (document: string): string => createHash('sha256').update(document).digest('hex')

export const tomorrowOf = (now: Date): CalendarDay => addPeriod(dayOf(now), 'P1D')

/** The approved book of a day: the one that took effect last; before all of them, the first. */
export function bookOf(books: readonly RuleBook[], day: CalendarDay): RuleBook | undefined {
  const approved = books
    .filter(({ state }) => state === 'approved')
    .sort((a, b) => a.effectiveFrom.localeCompare(b.effectiveFrom) || a.version - b.version)
  return approved.findLast(({ effectiveFrom }) => effectiveFrom <= day) ?? approved[0]
}

/** First day on which a shorter period of an approved book may reach recordings that exist already. */
export const shortensFrom = ({ effectiveFrom, decidedAt, draftedAt }: StandingBook): CalendarDay =>
  laterDay(effectiveFrom, addPeriod(dayOf(decidedAt ?? draftedAt), NOTICE_OF_SHORTENING))

/** A purpose for which recordings about a product exist that still count. */
export interface Use {
  readonly purpose: string
  readonly product: string
}

export interface Draft {
  readonly document: string
  readonly effectiveFrom: CalendarDay
}

/** What has to be known to judge a draft. */
export interface Background {
  readonly now: Date
  /** Every rule that was ever in an approved book. */
  readonly known: readonly Rule[]
  /** What live recordings are kept for. */
  readonly used: readonly Use[]
}

export type Judgement = { readonly rules: RuleSet } | { readonly errors: readonly FieldError[] }

/**
 * Whether a document may become the rules: it holds together, begins tomorrow at the earliest, changes
 * no rule without raising its version, and leaves no live recording without a rule. Pure; names
 * every problem at once, those of the file with their line.
 */
export function judge({ document, effectiveFrom }: Draft, { now, known, used }: Background): Judgement {
  const early = effectiveFrom < tomorrowOf(now)
  const dates = early ? [{ field: 'effectiveFrom', message: `must be ${tomorrowOf(now)} or later` }] : []
  try {
    const rules = openRules(document)
    const problems = [...rewritten(rules, known), ...abandoned(rules, used)]
    const errors = [...problems.map((message) => ({ field: 'document', message })), ...dates]
    return errors.length > 0 ? { errors } : { rules }
  } catch (error) {
    if (!(error instanceof RulesFileError)) throw error
    return { errors: [...error.problems.map((message) => ({ field: 'document', message })), ...dates] }
  }
}

/** Tags name the rule version that decided them, so a version means one thing for ever. */
const rewritten = ({ rules }: RuleSet, known: readonly Rule[]): string[] =>
  rules.flatMap((rule) => {
    const earlier = known.filter(({ id }) => id === rule.id)
    if (earlier.length === 0 || earlier.some((one) => sameRule(one, rule))) return []
    const last = Math.max(...earlier.map(({ version }) => version))
    return rule.version > last
      ? []
      : [`rule "${rule.id}" has changed, so its version must be ${last + 1} or higher`]
  })

const sameRule = (one: Rule, other: Rule): boolean => contentOf(one) === contentOf(other)

const contentOf = (rule: Rule): string =>
  JSON.stringify(Object.entries(rule).sort(([a], [b]) => a.localeCompare(b)))

/** Without a rule a recording would be kept for ever or not at all; neither may follow from an omission. */
const abandoned = (rules: RuleSet, used: readonly Use[]): string[] =>
  used.flatMap(({ purpose, product }) =>
    rules.ruleFor(purpose, product, [])
      ? []
      : [`no rule covers ${purpose} for ${product}, for which recordings are kept`],
  )
