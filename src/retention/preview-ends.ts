import { addPeriod, type CalendarDay } from '../kernel/calendar.ts'
import { lastDayOf } from '../recordings/ends.ts'
import type { PurposeTag } from '../recordings/model.ts'
import { changeOf, endAfter, isOverBefore, type TagClass, type Transition } from './rule-change.ts'

/** A purpose tag as far as the end of its recording follows from it. */
export type EndsTag = Omit<TagClass, 'sensitivity'> & Pick<PurposeTag, 'purpose' | 'state'>

/** The last day of a recording; NEVER while a trigger is awaited, ALWAYS when nothing ever kept it. */
export type LastDay = string

/** Texts before and after every day there is. */
const ALWAYS = ''
const NEVER = '~'

/** Last days of all recordings of a class: as things are, and as new rules make them. One object per pair of days. */
export interface Foreseen {
  readonly before: LastDay
  readonly after: LastDay
}

/** What the ends of all recordings of a class follow from, as `ends_class.brief` has it. */
type Brief = readonly [CalendarDay | null, readonly string[], readonly BriefTag[]]
type BriefTag = readonly [
  purpose: string,
  state: EndsTag['state'],
  product: string,
  ruleId: string,
  ruleVersion: number,
  triggerDate: CalendarDay | null,
  retainUntil: CalendarDay | null,
]

/**
 * Pure. The last days that the engine gives for the tags of a class, told in its brief, as they are and as a
 * transition, if there is one, will have changed them. Transitions are asked once for tags that are alike.
 */
export function foreseer(to: Transition | undefined): (brief: string) => Foreseen {
  const known = new Map<string, CalendarDay | null>()
  const pairs = new Map<LastDay, Map<LastDay, Foreseen>>()
  return (brief) => {
    const [linkBy, sensitivity, briefTags] = JSON.parse(brief) as Brief
    const tags = briefTags.map(tagOf)
    const before = lastDay(tags, linkBy)
    const changed = to ? tags.map((tag) => changedTag(tag, sensitivity, to)) : tags
    const isSame = changed.every((tag, index) => tag === tags[index])
    return pairOf(before, isSame ? before : lastDay(changed, linkBy))
  }

  function changedTag(tag: EndsTag, sensitivity: readonly string[], transition: Transition): EndsTag {
    if (!canChange(tag) || isOverBefore(tag, transition)) return tag
    const key = `${tag.ruleId} ${tag.ruleVersion} ${tag.triggerDate} ${tag.retainUntil} ${tag.product} ${sensitivity}`
    let end = known.get(key)
    if (end === undefined) {
      const change = changeOf({ ...tag, sensitivity }, transition)
      end = change ? endAfter(change) : null
      known.set(key, end)
    }
    return end === null ? tag : { ...tag, retainUntil: end }
  }

  function pairOf(before: LastDay, after: LastDay): Foreseen {
    const pairsFrom = pairs.get(before) ?? new Map<LastDay, Foreseen>()
    pairs.set(before, pairsFrom)
    const pair = pairsFrom.get(after) ?? { before, after }
    pairsFrom.set(after, pair)
    return pair
  }
}

/** By index: taking an array apart by pattern costs more than everything else here, hundreds of thousands of times. */
const tagOf = (brief: BriefTag): EndsTag => ({
  purpose: brief[0],
  state: brief[1],
  product: brief[2],
  ruleId: brief[3],
  ruleVersion: brief[4],
  triggerDate: brief[5],
  retainUntil: brief[6],
})

/** What awaits its trigger gets another rule, but no day; what has ended stays ended. */
const canChange = ({ state }: EndsTag): boolean => state === 'active' || state === 'suspended'

function lastDay(tags: readonly EndsTag[], linkBy: CalendarDay | null): LastDay {
  const { keepUntil, isOpen } = lastDayOf(tags, linkBy)
  return isOpen ? NEVER : (keepUntil ?? ALWAYS)
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

/** How many recordings of one class are alike in what protects them. */
export type Counted = Omit<PreviewCell, keyof Foreseen> & { readonly id: string }

/** Pure: counts of classes as cells of the same days and protection; days are few where classes are many. */
export function cellsOf(
  counted: readonly Counted[],
  foreseenOf: (id: string) => Foreseen,
): readonly PreviewCell[] {
  const sums = new Map<Foreseen, Map<number, PreviewCell>>()
  for (const { id, held, locked, restricted, count } of counted) {
    const days = foreseenOf(id)
    const cells = sums.get(days) ?? new Map<number, PreviewCell>()
    sums.set(days, cells)
    const key = Number(held) + 2 * Number(locked) + 4 * Number(restricted)
    const before = cells.get(key)?.count ?? 0
    cells.set(key, { ...days, held, locked, restricted, count: before + count })
  }
  return [...sums.values()].flatMap((cells) => [...cells.values()])
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
