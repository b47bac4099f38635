import type { Tx } from '../db/database.ts'
import { queueNotice } from '../notices/queue-notice.ts'
import { type RuleBook, shortensFrom } from './rule-book.ts'
import type { Stopped } from './sweep-report.ts'

/**
 * Tells the privacy officers of some entities of a version of the rules: that it waits for one of them, or that
 * it was approved, with the day until which they can step in.
 */
export async function tellOfRules(
  tx: Tx,
  book: RuleBook,
  { entities, at }: { readonly entities: readonly string[]; readonly at: Date },
): Promise<void> {
  const { version, effectiveFrom, state } = book
  const kind = state === 'draft' ? 'rules_drafted' : 'rules_approved'
  for (const entity of entities)
    await queueNotice(tx, {
      to: { role: 'privacy_officer', entity },
      kind,
      about: { type: 'rules', id: String(version) },
      facts: { version, effectiveFrom, shortensFrom: shortensFrom(book) },
      at,
      key: `${kind} ${version} ${entity}`,
    })
}

/** Tells those who may approve it that a sweep stopped. */
export async function tellOfStop(
  tx: Tx,
  { entity, due }: Stopped,
  approval: string,
  at: Date,
): Promise<void> {
  for (const role of ['privacy_officer', 'records_manager'] as const)
    await queueNotice(tx, {
      to: { role, entity },
      kind: 'destruction_stopped',
      about: { type: 'none', id: null },
      facts: { due },
      at,
      key: `destruction_stopped ${approval} ${role}`,
    })
}
