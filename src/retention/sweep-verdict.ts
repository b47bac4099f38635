import { type CalendarDay, dayOf, startOfDayAfter } from '../kernel/calendar.ts'
import { type Ends, endsOf, isOver } from '../recordings/ends.ts'
import type { DerivedTag } from '../recordings/model.ts'
import { makeTag } from './derive-tag.ts'
import type { RuleSet } from './rules.ts'
import type { DueRow } from './sweep-queries.ts'

/** What a rule of the archive asks about a recording. */
export interface ArchiveSubject {
  readonly product: string | null
  readonly sensitivity: readonly string[]
  /** The first day in the archive. */
  readonly from: CalendarDay
}

/** The tag of the archive for a recording, or undefined where there is no archive for it. */
export type ArchiveTag = (subject: ArchiveSubject, now: Date) => DerivedTag | undefined

/** What becomes of a recording whose stored date has passed. */
export type Verdict =
  | { readonly kind: 'quarantined' }
  | { readonly kind: 'archived'; readonly tag: DerivedTag & { readonly retainUntil: CalendarDay } }
  /** The stored date is not what the tags say. */
  | { readonly kind: 'corrected'; readonly ends: Ends }

/** Pure: the stored date finds candidates; whether they are due, and what then, is for the tags to say. */
export function verdictOn(row: DueRow, now: Date, archiveTag: ArchiveTag): Verdict {
  const ends = endsOf(row.tags, now, row.linkBy)
  if (ends.dueAt === null || ends.dueAt > now) return { kind: 'corrected', ends }
  const tag = ends.deciding?.disposition === 'archive' ? archiveOf(row, ends, now, archiveTag) : undefined
  return tag ? { kind: 'archived', tag } : { kind: 'quarantined' }
}

/** Undefined when there is no archive for it, when that is over too, or when it was there already. */
function archiveOf(row: DueRow, { dueAt }: Ends, now: Date, archiveTag: ArchiveTag) {
  if (dueAt === null) return undefined
  const { product, sensitivity, tags } = row
  const tag = archiveTag({ product, sensitivity, from: dayOf(dueAt) }, now)
  if (!tag || tags.some(({ purpose }) => purpose === tag.purpose)) return undefined
  const { retainUntil } = tag
  return retainUntil === null || isOver(retainUntil, now) ? undefined : { ...tag, retainUntil }
}

/** The due instant that a tag of the archive sets. */
export const dueAfter = ({ retainUntil }: { readonly retainUntil: CalendarDay }): Date =>
  startOfDayAfter(retainUntil)

/** Makes the port from the rules in force: the purpose of the archive, its own rule, its own end. */
export const makeArchiveTag =
  (rulesAt: (now: Date) => RuleSet): ArchiveTag =>
  ({ product, sensitivity, from }, now) => {
    const rules = rulesAt(now)
    if (rules.archivePurpose === undefined || product === null) return undefined
    const rule = rules.ruleFor(rules.archivePurpose, product, sensitivity)
    return rule && makeTag(rule, { product, ended: from, links: {} }, now)
  }
