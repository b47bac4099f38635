import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { permit } from './permit.ts'
import { type Draft, digestOf, judge, type RuleBook } from './rule-book.ts'
import { insertBook, lockBooks, usesOf } from './rule-book-queries.ts'
import type { RuleBooks } from './rule-books.ts'
import { tellOfRules } from './tell-officers.ts'

export interface DraftRulesPorts {
  readonly db: Database
  readonly clock: Clock
  readonly books: RuleBooks
}

export interface DraftRequest extends Draft {
  /** Why longer periods also hold for recordings that exist already; null: they do not. */
  readonly lengtheningGround: string | null
}

/**
 * Files new rules, to be approved by somebody else. Throws Problem: `forbidden`, or `invalid_rules`
 * with everything that is wrong with them.
 */
export function makeDraftRules({ db, clock, books }: DraftRulesPorts) {
  return async function draftRules(actor: Actor, request: DraftRequest): Promise<RuleBook> {
    const now = clock.now()
    await permit(db, actor, 'draft_rules', now)
    await books.reload()
    const event = { type: 'rules.drafted', action: 'C', at: now, actor } as const
    const outcome = await db.transaction().execute(async (tx) => {
      const filed = await lockBooks(tx)
      const judged = judge(request, { now, known: books.known(), used: await usesOf(tx) })
      if ('errors' in judged) {
        await appendAudit(tx, { ...event, outcome: 'error', code: 'invalid_rules' })
        return new Problem('invalid_rules', { errors: judged.errors })
      }
      const book: RuleBook = {
        ...request,
        version: (filed.at(-1)?.version ?? 0) + 1,
        sha256: digestOf(request.document),
        state: 'draft',
        draftedBy: actor.sub,
        draftedAt: now,
        decidedBy: null,
        decidedAt: null,
        appliedAt: null,
      }
      await insertBook(tx, book)
      const { version, sha256, effectiveFrom } = book
      await appendAudit(tx, { ...event, outcome: 'ok', detail: { version, sha256, effectiveFrom } })
      await tellOfRules(tx, book, { entities: actor.entities, at: now })
      return book
    })
    if (outcome instanceof Problem) throw outcome
    await books.reload()
    return outcome
  }
}
