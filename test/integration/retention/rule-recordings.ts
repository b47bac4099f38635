import type { Database } from '../../../src/db/database.ts'
import type { TagState } from '../../../src/db/schema.ts'
import { newId } from '../../../src/kernel/ids.ts'
import { recomputeEnds } from '../../../src/retention/recompute.ts'
import type { RuleBooks } from '../../../src/retention/rule-books.ts'
import { lastDay } from '../../../src/retention/rules.ts'

export interface TagWish {
  readonly purpose?: 'training_coaching' | 'contract_performance'
  readonly rule?: string
  readonly version?: number
  /** Null while the trigger is awaited. */
  readonly day: string | null
  readonly state?: TagState
}

export interface RecordingWish {
  readonly entity?: string
  readonly product?: string
  readonly sensitivity?: string[]
  readonly hold_count?: number
  readonly lock_count?: number
  readonly restricted?: boolean
  readonly status?: 'available' | 'quarantined'
}

/** A recording with tags as their rules make them. */
export async function keepRecording(
  db: Database,
  books: RuleBooks,
  tags: readonly TagWish[],
  { product = 'home', ...wish }: RecordingWish = {},
): Promise<string> {
  const id = newId()
  await db
    .insertInto('recording')
    .values({
      id,
      entity: 'hmbs',
      status: 'available',
      product,
      received_at: new Date('2026-01-01T00:00:00Z'),
      ...wish,
    })
    .execute()
  const rows = tags.map(({ purpose = 'training_coaching', rule = 'training', version = 1, day, state }) => {
    const found = books.find(rule, version)
    if (!found) throw new Error(`no rule ${rule}@${version}`)
    return {
      recording_id: id,
      purpose,
      legal_basis: found.basis,
      product,
      rule_id: rule,
      rule_version: version,
      trigger: found.trigger,
      trigger_date: day,
      retain_until: day === null ? null : lastDay(found, day),
      state: state ?? (day === null ? ('pending_trigger' as const) : ('active' as const)),
    }
  })
  await db.insertInto('purpose_tag').values(rows).execute()
  await db.transaction().execute((tx) => recomputeEnds(tx, [id], new Date('2026-01-01T00:00:00Z')))
  await db.updateTable('recording').set({ objects_changed_at: null }).where('id', '=', id).execute()
  return id
}

export async function tagOf(db: Database, id: string, purpose = 'training_coaching') {
  const tag = await db
    .selectFrom('purpose_tag')
    .select(['rule_id', 'rule_version', 'retain_until', 'state'])
    .where('recording_id', '=', id)
    .where('purpose', '=', purpose)
    .executeTakeFirstOrThrow()
  return [`${tag.rule_id}@${tag.rule_version}`, tag.retain_until, tag.state]
}

export const datesOf = (db: Database, id: string) =>
  db
    .selectFrom('recording')
    .select(['keep_until', 'due_at', 'objects_changed_at'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
