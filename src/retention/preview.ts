import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { addPeriod, type CalendarDay, dayOf, laterDay } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { asksSensitivity, changesOf } from './apply-rules.ts'
import { bookIn } from './approve-rules.ts'
import { permit } from './permit.ts'
import {
  type Foresight,
  type PreviewCell,
  type PreviewRow,
  previewCells,
  previewRows,
} from './preview-queries.ts'
import { type RuleBook, shortensFrom } from './rule-book.ts'
import type { RuleBooks } from './rule-books.ts'
import { endAfter, transitionTo } from './rule-change.ts'
import { tagClasses } from './rule-class-queries.ts'

export interface PreviewPorts {
  readonly db: Database
  readonly clock: Clock
  readonly books: RuleBooks
}

export interface PreviewRequest {
  /** A version, or the one in force. */
  readonly version: number | 'current'
  /** What ended before this Amsterdam day; by default the day on which the version has its full effect. */
  readonly at?: CalendarDay | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

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

export interface Preview {
  readonly book: RuleBook
  readonly at: CalendarDay
  /** Due as things are, and as the version makes them. */
  readonly before: Count
  readonly after: Count
  readonly additionallyDue: Count
  readonly noLongerDue: Count
  readonly months: readonly MonthCount[]
  readonly rows: readonly PreviewRow[]
  readonly nextCursor: string | null
}

const MONTHS = 24

/**
 * Foresees what would be due on a day under a version of the rules, beside what is due as things are:
 * the sweep of that day, with the dates the change itself would set. For the entities of the actor.
 * Changes nothing; audited. Throws Problem: `forbidden`, `not_found`, `invalid_request`.
 */
export function makePreview({ db, clock, books }: PreviewPorts) {
  return async function preview(actor: Actor, request: PreviewRequest): Promise<Preview> {
    const now = clock.now()
    await permit(db, actor, 'read_rules', now)
    await books.reload()
    const current = request.version === 'current'
    const book = request.version === 'current' ? books.currentBook(now) : bookIn(books, request.version)
    const at = request.at ?? (current ? dayOf(now) : laterDay(dayOf(now), shortensFrom(book)))
    const after = request.cursor === undefined ? undefined : readCursor(request.cursor)
    const foresight = await foresee(db, books, book, at, actor.entities)
    const months = monthsFrom(dayOf(now))
    const cells = await previewCells(db, foresight, months)
    const found = await previewRows(db, foresight, { after, limit: request.limit + 1, allDue: current })
    const rows = found.slice(0, request.limit)
    const counted = countsOf(cells, months)
    const detail = { version: book.version, at, before: counted.before.total, after: counted.after.total }
    await appendAudit(db, { type: 'rules.previewed', action: 'R', outcome: 'ok', at: now, actor, detail })
    const nextCursor = found.length > request.limit ? (rows.at(-1)?.id ?? null) : null
    return { book, at, ...counted, rows, nextCursor }
  }
}

async function foresee(
  db: Database,
  books: RuleBooks,
  book: RuleBook,
  day: CalendarDay,
  entities: readonly string[],
): Promise<Foresight> {
  const rules = books.rulesOf(book)
  const bySensitivity = asksSensitivity(rules)
  const transition = transitionTo(book, rules, books.find)
  const all = book.appliedAt === null ? changesOf(await tagClasses(db, bySensitivity), transition) : []
  const changes = all.filter(({ change }) => change.retainUntil !== null)
  return { changes, ends: changes.map(({ change }) => endAfter(change)), bySensitivity, entities, day }
}

/** First days of this month and those that follow, and of the one after the last. */
const monthsFrom = (day: CalendarDay): CalendarDay[] =>
  Array.from({ length: MONTHS + 1 }, (_, index) => addPeriod(`${day.slice(0, -2)}01`, `P${index}M`))

/** Pure: the counts that people look at, from the cells. */
export function countsOf(cells: readonly PreviewCell[], months: readonly CalendarDay[]) {
  const count = (wanted: (cell: PreviewCell) => boolean): Count => {
    const sum = (and: (cell: PreviewCell) => boolean) =>
      cells.reduce((total, cell) => (wanted(cell) && and(cell) ? total + cell.count : total), 0)
    return {
      total: sum(() => true),
      held: sum(({ held }) => held),
      locked: sum(({ locked }) => locked),
      restricted: sum(({ restricted }) => restricted),
    }
  }
  const inMonth = (index: number, of: (cell: PreviewCell) => number): number =>
    cells.reduce((total, cell) => (Math.max(of(cell), 1) === index + 1 ? total + cell.count : total), 0)
  return {
    before: count(({ dueBefore }) => dueBefore),
    after: count(({ dueAfter }) => dueAfter),
    additionallyDue: count(({ dueBefore, dueAfter }) => dueAfter && !dueBefore),
    noLongerDue: count(({ dueBefore, dueAfter }) => dueBefore && !dueAfter),
    months: months.slice(0, -1).map((month, index) => ({
      month,
      before: inMonth(index, ({ monthBefore }) => monthBefore),
      after: inMonth(index, ({ monthAfter }) => monthAfter),
    })),
  }
}

function readCursor(cursor: string): string {
  if (isId(cursor)) return cursor
  throw new Problem('invalid_request', {
    errors: [{ field: 'cursor', message: 'is not a cursor of this list' }],
  })
}
