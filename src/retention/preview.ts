import { setImmediate } from 'node:timers/promises'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { addPeriod, type CalendarDay, dayOf, laterDay } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { bookIn } from './approve-rules.ts'
import { permit } from './permit.ts'
import {
  cellsOf,
  countsOf,
  dayShown,
  type Foreseen,
  foreseer,
  keptByNothing,
  type PreviewCounts,
} from './preview-ends.ts'
import {
  type ClassMember,
  countClasses,
  type EndsClass,
  endsClasses,
  KEPT_BY_NOTHING,
  membersOf,
  readAtOnce,
} from './preview-queries.ts'
import { type RuleBook, shortensFrom } from './rule-book.ts'
import type { RuleBooks } from './rule-books.ts'
import { type Transition, transitionTo } from './rule-change.ts'

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

export interface PreviewRow {
  readonly id: string
  readonly entity: string
  readonly dueBefore: boolean
  readonly dueAfter: boolean
  /** Null while a trigger is awaited. */
  readonly keepUntil: CalendarDay | null
  readonly keepUntilAfter: CalendarDay | null
}

export interface Preview {
  readonly book: RuleBook
  readonly at: CalendarDay
  /** Only on the first page. */
  readonly counts: PreviewCounts | undefined
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
    const wanted = wantedOf(request, books, now)
    const { book, day: at } = wanted
    const { cells, rows } = await look(db, actor.entities, transitionOf(books, book), wanted)
    const counts = cells && countsOf(cells, at, monthsFrom(dayOf(now)))
    const totals = counts && { before: counts.before.total, after: counts.after.total }
    const detail = { version: book.version, at, ...totals }
    await appendAudit(db, { type: 'rules.previewed', action: 'R', outcome: 'ok', at: now, actor, detail })
    return { book, at, counts, ...pageOf(rows, request.limit) }
  }
}

interface Wanted {
  readonly book: RuleBook
  readonly day: CalendarDay
  /** All that is due under the version, instead of what it makes a difference for. */
  readonly allDue: boolean
  readonly after: string | undefined
  readonly limit: number
}

function wantedOf({ version, at, limit, cursor }: PreviewRequest, books: RuleBooks, now: Date): Wanted {
  const today = dayOf(now)
  const after = cursor === undefined ? undefined : readCursor(cursor)
  if (version === 'current')
    return { book: books.currentBook(now), day: at ?? today, allDue: true, after, limit }
  const book = bookIn(books, version)
  return { book, day: at ?? laterDay(today, shortensFrom(book)), allDue: false, after, limit }
}

/** What applying the book will change; undefined when that is done. */
const transitionOf = (books: RuleBooks, book: RuleBook): Transition | undefined =>
  book.appliedAt === null ? transitionTo(book, books.rulesOf(book), books.find) : undefined

/** Foresees every class of recordings once, counts them for the first page, and lists those asked for. */
const look = (
  db: Database,
  entities: readonly string[],
  to: Transition | undefined,
  { day, allDue, after, limit }: Wanted,
) =>
  readAtOnce(db, async (tx) => {
    const classes = await endsClasses(tx)
    // The database counts while the ends are foreseen here.
    const [counted, foreseen] = await Promise.all([
      after === undefined ? countClasses(tx, entities) : undefined,
      foreseeAll(classes, to),
    ])
    const endsIn = (id: string): Foreseen => foreseen.get(id) ?? unknownClass(id)
    const inUse = counted?.map(({ id }) => id) ?? [...foreseen.keys()]
    const listed = new Set(inUse.filter((id) => isListed(endsIn(id), day, allDue)))
    const members = await membersOf(tx, { classes: [...listed], entities, after, limit: limit + 1 })
    return {
      cells: counted && cellsOf(counted, endsIn),
      rows: members.map((one) => rowOf(one, endsIn(one.classId), day)),
    }
  })

/** So many between two looks at what else there is to do: some milliseconds. */
const AT_ONCE = 5000

async function foreseeAll(
  classes: readonly EndsClass[],
  to: Transition | undefined,
): Promise<ReadonlyMap<string, Foreseen>> {
  const foresee = foreseer(to)
  const foreseen = new Map<string, Foreseen>([[KEPT_BY_NOTHING, keptByNothing]])
  for (let start = 0; start < classes.length; start += AT_ONCE) {
    await setImmediate()
    for (const { id, brief } of classes.slice(start, start + AT_ONCE)) foreseen.set(id, foresee(brief))
  }
  return foreseen
}

const isListed = ({ before, after }: Foreseen, day: CalendarDay, allDue: boolean): boolean =>
  allDue ? after < day : before < day !== after < day

function unknownClass(id: string): never {
  throw new Error(`recordings of class ${id}, of which nothing is known`)
}

const rowOf = ({ id, entity }: ClassMember, { before, after }: Foreseen, day: CalendarDay): PreviewRow => ({
  id,
  entity,
  dueBefore: before < day,
  dueAfter: after < day,
  keepUntil: dayShown(before),
  keepUntilAfter: dayShown(after),
})

/** One row more than fits says that there is another page. */
const pageOf = (found: readonly PreviewRow[], limit: number) => {
  const rows = found.slice(0, limit)
  return { rows, nextCursor: found.length > limit ? (rows.at(-1)?.id ?? null) : null }
}

/** First days of this month and those that follow. */
const monthsFrom = (day: CalendarDay): CalendarDay[] =>
  Array.from({ length: MONTHS }, (_, index) => addPeriod(`${day.slice(0, -2)}01`, `P${index}M`))

function readCursor(cursor: string): string {
  if (isId(cursor)) return cursor
  throw new Problem('invalid_request', {
    errors: [{ field: 'cursor', message: 'is not a cursor of this list' }],
  })
}
