import { type CalendarDay, dayOf, laterDay, startOfDayAfter } from '../kernel/calendar.ts'
import type { PurposeTag } from '../recordings/model.ts'

export type TagDates = Pick<PurposeTag, 'state' | 'retainUntil'>

export interface Ends {
  /** Last day on which a tag keeps the recording; null while a trigger is awaited or no tag counts. */
  readonly keepUntil: CalendarDay | null
  /** First instant at which nothing keeps it; null exactly when a trigger is awaited. */
  readonly dueAt: Date | null
  /** Whether anything keeps the recording at the given moment. */
  readonly kept: boolean
}

/** A recording that nothing ever kept is due since the beginning of time. */
const ALWAYS_DUE = new Date(0)

/**
 * The one answer to "until when": the latest last day over the tags that count. Every other part
 * (ingest, explanation, sweep) asks here, so that text and deed cannot differ.
 * A pending tag keeps the recording without a date; an expired one counts with the day it had, so
 * that expiry itself never moves the date; withdrawn and objected tags count no more.
 */
export function endsOf(tags: readonly TagDates[], now: Date): Ends {
  const counting = tags.filter((tag) => tag.state !== 'withdrawn' && tag.state !== 'objected')
  if (counting.some((tag) => tag.state === 'pending_trigger'))
    return { keepUntil: null, dueAt: null, kept: true }
  const days = counting.flatMap((tag) => (tag.retainUntil === null ? [] : [tag.retainUntil]))
  if (days.length === 0) return { keepUntil: null, dueAt: ALWAYS_DUE, kept: false }
  const keepUntil = days.reduce(laterDay)
  return { keepUntil, dueAt: startOfDayAfter(keepUntil), kept: !isOver(keepUntil, now) }
}

/** Whether a last day, which itself still counts in full, lies behind. */
export const isOver = (day: CalendarDay, now: Date): boolean => dayOf(now) > day
