import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { recomputeEnds } from './recompute.ts'
import { type RuleBook, shortensFrom } from './rule-book.ts'
import { markApplied } from './rule-book-queries.ts'
import type { RuleBooks } from './rule-books.ts'
import { changeOf, type TagClass, type Transition, transitionTo } from './rule-change.ts'
import { type ClassChange, changeTags, type Place, tagClasses } from './rule-class-queries.ts'
import type { RuleSet } from './rules.ts'

export interface ApplyRulesPorts {
  readonly db: Database
  readonly clock: Clock
  readonly books: RuleBooks
}

/** How many tags of which version were changed, and whether that was the last of it. */
export interface Applied {
  readonly version: number
  readonly tags: number
  readonly done: boolean
}

const BATCH = 5000
const BEGINNING: Place = { recordingId: '00000000-0000-0000-0000-000000000000', purpose: '' }

/**
 * Brings the recordings that exist in step with the rules in force: shorter periods once the notice is
 * over, longer ones from the first day when a ground was given for it, nothing that has ended. In
 * batches that commit with their audit event and the new dates of the recordings; what one run leaves,
 * the next finds. Undefined when there is nothing left to apply.
 */
export function makeApplyRules({ db, clock, books }: ApplyRulesPorts) {
  return async function applyRules(signal?: AbortSignal): Promise<Applied | undefined> {
    await books.reload()
    const now = clock.now()
    const book = books.currentBook(now)
    if (book.appliedAt !== null) return undefined
    const rules = books.current(now)
    const bySensitivity = asksSensitivity(rules)
    const transition = transitionTo(book, rules, books.find)
    const classes = await tagClasses(db, bySensitivity)
    const changes = changesOf(classes, transition).filter(({ change }) => change.from <= dayOf(now))
    const tags = changes.length === 0 ? 0 : await changeAll()
    const done = !signal?.aborted && shortensFrom(book) <= dayOf(now)
    if (done) await finish({ db, books }, book, tags, now)
    return { version: book.version, tags, done }

    async function changeAll(): Promise<number> {
      let count = 0
      let after: Place | undefined = BEGINNING
      while (after && !signal?.aborted) {
        const changed: readonly Place[] = await changeBatch(
          db,
          { changes, bySensitivity, after, limit: BATCH },
          book,
          now,
        )
        count += changed.length
        after = changed.at(-1)
      }
      return count
    }
  }
}

/** What a transition changes, class by class. */
export const changesOf = (classes: readonly TagClass[], to: Transition): ClassChange[] =>
  classes.flatMap((tag) => {
    const change = changeOf(tag, to)
    return change ? [{ tag, change }] : []
  })

/** Whether any rule decides by what is sensitive in a call. */
export const asksSensitivity = ({ rules }: RuleSet): boolean =>
  rules.some(({ sensitivity }) => sensitivity !== '*')

type BatchOf = Parameters<typeof changeTags>[1]

const changeBatch = (db: Database, batch: BatchOf, { version }: RuleBook, now: Date) =>
  db.transaction().execute(async (tx) => {
    const changed = await changeTags(tx, batch)
    if (changed.length === 0) return changed
    const ids = [...new Set(changed.map(({ recordingId }) => recordingId))]
    await recomputeEnds(tx, ids, now)
    const detail = { version, tags: changed.length, recordings: ids.length }
    const event = { type: 'rules.applied_to_recordings', action: 'U', outcome: 'ok' } as const
    await appendAudit(tx, { ...event, at: now, actor: null, detail })
    return changed
  })

async function finish(
  { db, books }: Pick<ApplyRulesPorts, 'db' | 'books'>,
  { version }: RuleBook,
  tags: number,
  now: Date,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await markApplied(tx, version, now)
    const event = { type: 'rules.applied', action: 'U', outcome: 'ok' } as const
    await appendAudit(tx, { ...event, at: now, actor: null, detail: { version, tags } })
  })
  await books.reload()
}
