import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { addPeriod, dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { SECOND } from '../kernel/units.ts'
import type { Logger } from '../telemetry/logger.ts'
import { bookOf, CONFIGURATION, digestOf, judge, type RuleBook } from './rule-book.ts'
import { fileAgain, insertBook, listBooks, lockBooks, usesOf } from './rule-book-queries.ts'
import { openRules, type Rule, type RuleSet } from './rules.ts'

/** The rules as they were, are and will be; what it answers is at most half a minute old. */
export interface RuleBooks extends AsyncDisposable {
  /** The rules that decide at a moment. */
  current(now: Date): RuleSet
  /** The book they come from. */
  currentBook(now: Date): RuleBook
  /** The rule that a purpose tag names, also when it is no longer in force. */
  find(ruleId: string, version: number): Rule | undefined
  /** Every rule that was ever in an approved book, the newest book first. */
  known(): readonly Rule[]
  /** The rules of any book. Throws RulesFileError for one that can no longer be read. */
  rulesOf(book: RuleBook): RuleSet
  /** Drafts and rejected books too, in the order of their versions. */
  all(): readonly RuleBook[]
  /** Reads again; for changes made here. */
  reload(): Promise<void>
}

export interface RuleBookPorts {
  readonly db: Database
  readonly clock: Clock
  readonly logger: Logger
}

const RELOAD_MS = 30 * SECOND
/** How long people have to approve a draft that the rules file made. */
const FILE_NOTICE = 'P14D'

/**
 * Opens the rules: what the database holds, and what the rules file adds to it. On an empty database
 * the file is the first book; later another content is a draft like any other, so that an edit of a
 * file does not bypass the second person. Throws RulesFileError when the file or the book in force
 * does not hold together.
 */
export async function openRuleBooks(ports: RuleBookPorts, fileText: string): Promise<RuleBooks> {
  await takeFile(ports, fileText)
  let loaded = open(await listBooks(ports.db), ports)
  loaded.rulesOf(current(loaded.books, ports.clock.now()))
  const reload = async () => {
    loaded = open(await listBooks(ports.db), ports)
  }
  const timer = setInterval(() => {
    reload().catch((error: unknown) => ports.logger.warn('the rules could not be read again', { error }))
  }, RELOAD_MS).unref()
  return {
    current: (now) => loaded.rulesOf(current(loaded.books, now)),
    currentBook: (now) => current(loaded.books, now),
    find: (ruleId, version) => loaded.known.find((rule) => rule.id === ruleId && rule.version === version),
    known: () => loaded.known,
    rulesOf: (book) => loaded.rulesOf(book),
    all: () => loaded.books,
    reload,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
    },
  }
}

function current(books: readonly RuleBook[], now: Date): RuleBook {
  const book = bookOf(books, dayOf(now))
  if (!book) throw new TypeError('there are no approved rules')
  return book
}

/** A document never changes, so each is parsed once in the life of the process. */
const parsed = new Map<string, RuleSet>()

function open(books: readonly RuleBook[], { logger }: RuleBookPorts) {
  const rulesOf = ({ sha256, document }: RuleBook): RuleSet => {
    const rules = parsed.get(sha256) ?? openRules(document)
    parsed.set(sha256, rules)
    return rules
  }
  const known = books.toReversed().flatMap((book) => {
    if (book.state !== 'approved') return []
    try {
      return rulesOf(book).rules
    } catch (error) {
      logger.warn('an earlier version of the rules can no longer be read', { version: book.version, error })
      return []
    }
  })
  return { books, rulesOf, known }
}

/** Pure: what the content of the rules file means beside the books there are. */
function planFile(books: readonly RuleBook[], document: string, now: Date): RuleBook | undefined {
  const sha256 = digestOf(document)
  const same = books.findLast((book) => book.sha256 === sha256)
  const effectiveFrom = addPeriod(dayOf(now), FILE_NOTICE)
  // Nobody decided in time: the draft of a file that is still there stays one that can be approved.
  if (same)
    return same.state === 'draft' && same.draftedBy === CONFIGURATION
      ? { ...same, draftedAt: now, effectiveFrom }
      : undefined
  const filed = {
    version: (books.at(-1)?.version ?? 0) + 1,
    document,
    sha256,
    draftedBy: CONFIGURATION,
    draftedAt: now,
    decidedBy: null,
    lengtheningGround: null,
  }
  return books.length === 0
    ? { ...filed, state: 'approved', decidedAt: now, effectiveFrom: dayOf(now), appliedAt: now }
    : { ...filed, state: 'draft', decidedAt: null, effectiveFrom, appliedAt: null }
}

async function takeFile(ports: RuleBookPorts, document: string): Promise<void> {
  const { db, clock, logger } = ports
  openRules(document)
  const now = clock.now()
  await db.transaction().execute(async (tx) => {
    const books = await lockBooks(tx)
    const book = planFile(books, document, now)
    if (!book) return
    if (books.some(({ version }) => version === book.version)) {
      await fileAgain(tx, book)
      return
    }
    await insertBook(tx, book)
    const { version, sha256, effectiveFrom } = book
    const type = book.state === 'approved' ? 'rules.adopted' : 'rules.drafted'
    const detail = { version, sha256, effectiveFrom }
    await appendAudit(tx, { type, action: 'C', outcome: 'ok', at: now, actor: null, detail })
    if (book.state === 'approved') return
    const judged = judge(book, { now, known: open(books, ports).known, used: await usesOf(tx) })
    logger.warn('the rules file differs from the rules in force; it was filed as a draft to be approved', {
      version,
      problems: 'errors' in judged ? judged.errors.map(({ message }) => message) : [],
    })
  })
}
