import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { bookIn } from './approve-rules.ts'
import { permit } from './permit.ts'
import { bookAt, type RuleBook, type StandingBook } from './rule-book.ts'
import type { RuleBooks } from './rule-books.ts'
import type { RuleSet } from './rules.ts'

export interface ReadRulesPorts {
  readonly db: Database
  readonly clock: Clock
  readonly books: RuleBooks
}

export interface BookList {
  readonly current: RuleBook
  readonly rules: RuleSet
  readonly all: readonly StandingBook[]
}

/** Lists the rules of today and every version there was or may be. Throws Problem: `forbidden`. */
export function makeListRules({ db, clock, books }: ReadRulesPorts) {
  return async function listRules(actor: Actor): Promise<BookList> {
    const now = clock.now()
    await permit(db, actor, 'read_rules', now)
    await books.reload()
    await appendAudit(db, { type: 'rules.listed', action: 'R', outcome: 'ok', at: now, actor })
    return {
      current: books.currentBook(now),
      rules: books.current(now),
      all: books.all().map((book) => bookAt(book, now)),
    }
  }
}

export interface OpenBook {
  readonly book: StandingBook
  readonly rules: RuleSet
}

/** Shows one version, as written and as rules. Throws Problem: `forbidden`, `not_found`. */
export function makeReadRules({ db, clock, books }: ReadRulesPorts) {
  return async function readRules(actor: Actor, version: number): Promise<OpenBook> {
    const now = clock.now()
    await permit(db, actor, 'read_rules', now)
    await books.reload()
    const book = bookIn(books, version)
    const detail = { version }
    await appendAudit(db, { type: 'rules.read', action: 'R', outcome: 'ok', at: now, actor, detail })
    return { book: bookAt(book, now), rules: books.rulesOf(book) }
  }
}
