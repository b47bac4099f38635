import { addPeriod, type CalendarDay } from '../kernel/calendar.ts'
import { endsOf } from '../recordings/ends.ts'
import type { PurposeTag } from '../recordings/model.ts'
import { changeOf, endAfter, type TagClass, type Transition } from './rule-change.ts'

/** A purpose tag as far as the end of its recording follows from it. */
export type EndsTag = Omit<TagClass, 'sensitivity'> & Pick<PurposeTag, 'purpose' | 'state'>

/** What the end of a recording follows from: its counting tags, and what no tag says. */
export interface EndsFacts {
  readonly linkBy: CalendarDay | null
  readonly sensitivity: readonly string[]
  readonly tags: readonly EndsTag[]
}

/** The last day of a recording; NEVER while a trigger is awaited, ALWAYS when nothing ever kept it. */
export type LastDay = string

/** Texts before and after every day there is. */
const ALWAYS = ''
const NEVER = '~'

/** Last days of all recordings of a class: as things are, and as new rules make them. */
export interface Foreseen {
  readonly before: LastDay
  readonly after: LastDay
}

/**
 * Pure. The last days that the engine gives for the tags as they are and as a transition, if there is
 * one, will have changed them. Transitions are asked once for tags that are alike.
 */
export function foreseer(to: Transition | undefined): (facts: EndsFacts) => Foreseen {
  const known = new Map<string, CalendarDay | null>()
  return (facts) => {
    const before = lastDayOf(facts)
    const tags = to ? facts.tags.map((tag) => changed(tag, facts, to)) : facts.tags
    const same = tags.every((tag, index) => tag === facts.tags[index])
    return { before, after: same ? before : lastDayOf({ ...facts, tags }) }
  }

  function changed(tag: EndsTag, { sensitivity }: EndsFacts, transition: Transition): EndsTag {
    if (!canChange(tag)) return tag
    const key = `${tag.ruleId} ${tag.ruleVersion} ${tag.triggerDate} ${tag.retainUntil} ${tag.product} ${sensitivity}`
    let end = known.get(key)
    if (end === undefined) {
      const change = changeOf({ ...tag, sensitivity }, transition)
      end = change ? endAfter(change) : null
      known.set(key, end)
    }
    return end === null ? tag : { ...tag, retainUntil: end }
  }
}

/** What awaits its trigger gets another rule, but no day; what has ended stays ended. */
const canChange = ({ state }: EndsTag): boolean => state === 'active' || state === 'suspended'

/** The moment decides only whether something is kept now, which nobody asks here. */
const ANY_TIME = new Date(0)

function lastDayOf({ tags, linkBy }: EndsFacts): LastDay {
  const { keepUntil, dueAt } = endsOf(tags, ANY_TIME, linkBy)
  return dueAt === null ? NEVER : (keepUntil ?? ALWAYS)
}

/** The day as people are told it: null while a trigger is awaited, or when nothing ever kept it. */
export const dayShown = (day: LastDay): CalendarDay | null => (day === NEVER || day === ALWAYS ? null : day)

/** Of a recording that no purpose keeps. */
export const keptByNothing: Foreseen = { before: ALWAYS, after: ALWAYS }

/** How many recordings, and how many of them something protects from destruction for now. */
export interface Count {
  readonly total: number
  readonly held: number
  readonly locked: number
  readonly restricted: number
}

export interface MonthCount {
  /** First day of the month. */
  readonly month: CalendarDay
  /** What becomes due in it; in the first month with what was due before. */
  readonly before: number
  readonly after: number
}

/** Recordings that are alike in everything that is counted. */
export interface PreviewCell extends Foreseen {
  readonly held: boolean
  readonly locked: boolean
  readonly restricted: boolean
  readonly count: number
}

export interface PreviewCounts {
  /** Due as things are, and as the version makes them. */
  readonly before: Count
  readonly after: Count
  readonly additionallyDue: Count
  readonly noLongerDue: Count
  readonly months: readonly MonthCount[]
}

/** Pure: cells of the same days and protection as one; days are few where classes are many. */
export function merged(cells: readonly PreviewCell[]): PreviewCell[] {
  const all = new Map<string, PreviewCell>()
  for (const cell of cells) {
    const key = `${cell.before} ${cell.after} ${cell.held} ${cell.locked} ${cell.restricted}`
    all.set(key, { ...cell, count: cell.count + (all.get(key)?.count ?? 0) })
  }
  return [...all.values()]
}

/** Pure: what is due when a day begins, and in each of the months; `months` are their first days. */
export function countsOf(
  cells: readonly PreviewCell[],
  day: CalendarDay,
  months: readonly CalendarDay[],
): PreviewCounts {
  const count = (wanted: (cell: PreviewCell) => boolean): Count => {
    const due = cells.filter(wanted)
    return {
      total: sum(due),
      held: sum(due.filter(({ held }) => held)),
      locked: sum(due.filter(({ locked }) => locked)),
      restricted: sum(due.filter(({ restricted }) => restricted)),
    }
  }
  return {
    before: count(({ before }) => before < day),
    after: count(({ after }) => after < day),
    additionallyDue: count(({ before, after }) => after < day && before >= day),
    noLongerDue: count(({ before, after }) => before < day && after >= day),
    months: monthCounts(cells, months),
  }
}

/** A recording becomes due on the day after its last, so that the month's first is for the month before. */
function monthCounts(cells: readonly PreviewCell[], months: readonly CalendarDay[]): MonthCount[] {
  const lastDays = months.map((month) => addPeriod(month, 'P1M')).map((next) => addPeriod(next, '-P1D'))
  const inMonth = (index: number, of: (cell: PreviewCell) => LastDay): number => {
    const from = index === 0 ? ALWAYS : (lastDays[index - 1] ?? NEVER)
    return sum(cells.filter((cell) => of(cell) >= from && of(cell) < (lastDays[index] ?? ALWAYS)))
  }
  return months.map((month, index) => ({
    month,
    before: inMonth(index, ({ before }) => before),
    after: inMonth(index, ({ after }) => after),
  }))
}

const sum = (cells: readonly PreviewCell[]): number => cells.reduce((total, { count }) => total + count, 0)
