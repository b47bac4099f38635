import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { queueWebhookEvent } from '../notices/queue-webhook-event.ts'
import { permit } from './permit.ts'
import { type Background, bookAt, judge, type RuleBook } from './rule-book.ts'
import { decideBook, lockBooks, usesOf } from './rule-book-queries.ts'
import type { RuleBooks } from './rule-books.ts'
import { tellOfRules } from './tell-officers.ts'

export interface DecideRulesPorts {
  readonly db: Database
  readonly clock: Clock
  readonly books: RuleBooks
}

export type Decision = 'approved' | 'rejected'

/**
 * Approves or rejects drafted rules. Nobody approves what is their own; anybody may withdraw it.
 * Everything a draft must be is asked again, because recordings and days have come since.
 * Throws Problem: `forbidden`, `step_up_required` (to approve), `not_found`, `second_person_required`, `not_open` for
 * what is no draft, has lapsed or begins too soon by now, `invalid_rules`.
 */
export function makeDecideRules({ db, clock, books }: DecideRulesPorts) {
  return async function decideRules(actor: Actor, version: number, decision: Decision): Promise<RuleBook> {
    const now = clock.now()
    await permit(db, actor, decision === 'approved' ? 'approve_rules' : 'reject_rules', now)
    await books.reload()
    const event = { type: `rules.${decision}`, action: 'U', at: now, actor } as const
    const problem = await db.transaction().execute(async (tx) => {
      const book = (await lockBooks(tx)).find((one) => one.version === version)
      const background = { now, known: books.known(), used: await usesOf(tx) }
      const refusal = refusalOf(book, actor, decision, background)
      if (refusal) {
        const outcome = refusal.code === 'second_person_required' ? 'denied' : 'error'
        await appendAudit(tx, { ...event, outcome, code: refusal.code, detail: { version } })
        return refusal
      }
      const by = book?.draftedBy === actor.sub ? null : actor.sub
      await decideBook(tx, version, { state: decision, by, at: now })
      const detail = { version, sha256: book?.sha256, effectiveFrom: book?.effectiveFrom }
      await appendAudit(tx, { ...event, outcome: 'ok', detail })
      await tell(tx, book, { decision, detail, actor, at: now })
      return undefined
    })
    if (problem) throw problem
    await books.reload()
    return bookIn(books, version)
  }
}

interface Decided {
  readonly decision: Decision
  readonly detail: Readonly<Record<string, unknown>>
  readonly actor: Actor
  readonly at: Date
}

/** Other systems and the privacy officers hear of rules that will be in force. */
async function tell(
  tx: Tx,
  book: RuleBook | undefined,
  { decision, detail, actor, at }: Decided,
): Promise<void> {
  if (!book || decision !== 'approved') return
  const subject = `rules-${book.version}`
  const key = `rules.approved ${subject}`
  await queueWebhookEvent(tx, { type: 'rules.approved', subject, data: detail, at, key })
  await tellOfRules(tx, { ...book, state: decision, decidedAt: at }, { entities: actor.entities, at })
}

/** The book of a version. Throws Problem: `not_found`. */
export function bookIn(books: RuleBooks, version: number): RuleBook {
  const book = books.all().find((one) => one.version === version)
  if (!book) throw new Problem('not_found')
  return book
}

/** Pure: why this decision cannot be taken by this person today. */
function refusalOf(
  book: RuleBook | undefined,
  actor: Actor,
  decision: Decision,
  background: Background,
): Problem | undefined {
  if (!book) return new Problem('not_found')
  const { state } = bookAt(book, background.now)
  if (state === 'lapsed')
    return new Problem('not_open', { detail: 'Nobody approved it within seven days; file it again.' })
  if (state !== 'draft') return new Problem('not_open', { detail: `It was ${state}.` })
  if (decision === 'rejected') return undefined
  if (book.draftedBy === actor.sub) return new Problem('second_person_required')
  const judged = judge(book, background)
  if (!('errors' in judged)) return undefined
  return judged.errors.some(({ field }) => field === 'effectiveFrom')
    ? new Problem('not_open', { detail: `It was to begin on ${book.effectiveFrom}; file it again.` })
    : new Problem('invalid_rules', { errors: judged.errors })
}
