import { type CalendarDay, dayOf, laterDay, startOfDayAfter } from '../kernel/calendar.ts'
import { DAY } from '../kernel/units.ts'
import type { PurposeTag } from './model.ts'

/** What the end of a recording depends on, of one purpose. */
export type TagDates = Pick<PurposeTag, 'state' | 'retainUntil'> & { readonly purpose?: string }

export interface Ends<T extends TagDates = TagDates> {
  /** Last day on which something keeps the recording; null while a trigger is awaited or no tag counts. */
  readonly keepUntil: CalendarDay | null
  /** First instant at which nothing keeps it; null exactly when a trigger is awaited. */
  readonly dueAt: Date | null
  /** Whether anything keeps the recording at the given moment. */
  readonly kept: boolean
  /**
   * The tag whose end is that of the recording, or that has no end yet; its rule says what happens
   * afterwards. Undefined when no tag counts, or when the limit for unlinked recordings comes first.
   */
  readonly deciding: T | undefined
}

/** A recording that nothing ever kept is due since the beginning of time. */
const ALWAYS_DUE = new Date(0)

/**
 * The one answer to "until when": the latest last day over the tags that count. Every other part
 * (ingest, explanation, sweep, object tags) asks here, so that text and deed cannot differ.
 * A tag that awaits its trigger keeps the recording without a date, also while it is suspended; an
 * expired one counts with the day it had, so that expiry itself never moves the date; withdrawn and
 * objected tags count no more. `linkBy` is the last day for which a recording of no known member may
 * wait for one, whatever its tags say; null for all others.
 */
export function endsOf<T extends TagDates>(
  tags: readonly T[],
  now: Date,
  linkBy: CalendarDay | null = null,
): Ends<T> {
  const { keepUntil, isOpen: open, deciding } = lastDayOf(tags, linkBy)
  if (open) return { keepUntil: null, dueAt: null, kept: true, deciding }
  if (keepUntil === null) return { keepUntil: null, dueAt: ALWAYS_DUE, kept: false, deciding: undefined }
  return { ...endOn(keepUntil, now), deciding }
}

export interface LastDay<T extends TagDates = TagDates> extends Pick<Ends<T>, 'keepUntil' | 'deciding'> {
  /** Whether a trigger is awaited, so that there is no last day yet. */
  readonly isOpen: boolean
}

/** The part of the answer of `endsOf` that needs no instants: for those who ask it of very many. */
export function lastDayOf<T extends TagDates>(tags: readonly T[], linkBy: CalendarDay | null): LastDay<T> {
  const deciding = decidingTag(tags)
  const open = deciding !== undefined && isOpen(deciding)
  const byTags = deciding?.retainUntil ?? null
  if (linkBy !== null && (open || (byTags !== null && linkBy < byTags)))
    return { keepUntil: linkBy, isOpen: false, deciding: undefined }
  return { keepUntil: open ? null : byTags, isOpen: open, deciding }
}

function endOn(keepUntil: CalendarDay, now: Date) {
  const dueAt = startOfDayAfter(keepUntil)
  return { keepUntil, dueAt, kept: now < dueAt }
}

/** The tag that keeps the recording longest; an open one has no end, and ties go by name. */
function decidingTag<T extends TagDates>(tags: readonly T[]): T | undefined {
  let longest: T | undefined
  for (const tag of tags) if (hasEnd(tag) && (longest === undefined || precedes(tag, longest))) longest = tag
  return longest
}

const precedes = (tag: TagDates, other: TagDates): boolean => {
  const [end, otherEnd] = [endText(tag), endText(other)]
  return end > otherEnd || (end === otherEnd && nameOf(tag) < nameOf(other))
}

/** Whether a tag counts for the end of the recording: with a day, or as one that has none yet. */
const hasEnd = (tag: TagDates): boolean => counts(tag) && (isOpen(tag) || tag.retainUntil !== null)

/** Whether the purpose is one of those for which the recording is, or was, kept. */
export const counts = ({ state }: TagDates): boolean => state !== 'withdrawn' && state !== 'objected'

/** Whether the tag keeps the recording without a date, because its trigger is awaited. */
export const isOpen = ({ state, retainUntil }: TagDates): boolean =>
  state === 'pending_trigger' || (state === 'suspended' && retainUntil === null)

/** After every day there is. */
const NEVER = '~'
const endText = (tag: TagDates): string => (isOpen(tag) ? NEVER : (tag.retainUntil ?? ''))
const nameOf = (tag: TagDates): string => tag.purpose ?? ''

/** Whether a last day, which itself still counts in full, lies behind. */
export const isOver = (day: CalendarDay, now: Date): boolean => dayOf(now) > day

/** The latest day until which a law demands the recording, over the tags that count; null when none does. */
export const minimumOf = (tags: readonly (TagDates & Pick<PurposeTag, 'minUntil'>)[]): CalendarDay | null =>
  tags
    .filter(counts)
    .flatMap(({ minUntil }) => minUntil ?? [])
    .reduce<CalendarDay | null>((latest, day) => (latest === null ? day : laterDay(latest, day)), null)

/** What stands in the way of a destruction whatever the dates say. */
export interface Obstacles {
  readonly held: boolean
  readonly requested: boolean
  readonly restricted: boolean
}

export const isFree = ({ held, requested, restricted }: Obstacles): boolean =>
  !held && !requested && !restricted

/** First instant at which it may be destroyed as things are; null while something keeps it without a date. */
export function mayBeDestroyedAt(
  { dueAt }: Pick<Ends, 'dueAt'>,
  obstacles: Obstacles,
  grace: { readonly days: number; readonly since: Date | null },
): Date | null {
  if (dueAt === null || !isFree(obstacles)) return null
  return new Date((grace.since ?? dueAt).getTime() + grace.days * DAY)
}
