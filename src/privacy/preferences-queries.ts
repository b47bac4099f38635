import type { Connection, Tx } from '../db/database.ts'

export const CHOICES = ['training', 'statistics'] as const
export type Choice = (typeof CHOICES)[number]

/** What a member chose; a choice that was never made is not in it. */
export async function choicesOf(
  connection: Connection,
  memberRef: string,
): Promise<Map<Choice, { readonly allowed: boolean; readonly changedAt: Date }>> {
  const rows = await connection
    .selectFrom('member_preference')
    .select(['kind', 'allowed', 'changed_at'])
    .where('member_ref', '=', memberRef)
    .execute()
  return new Map(rows.map(({ kind, allowed, changed_at }) => [kind, { allowed, changedAt: changed_at }]))
}

export async function setChoices(
  tx: Tx,
  memberRef: string,
  choices: readonly { readonly kind: Choice; readonly allowed: boolean }[],
  now: Date,
): Promise<void> {
  if (choices.length === 0) return
  await tx
    .insertInto('member_preference')
    .values(choices.map((choice) => ({ ...choice, member_ref: memberRef, changed_at: now })))
    .onConflict((conflict) =>
      conflict.columns(['member_ref', 'kind']).doUpdateSet(({ ref }) => ({
        allowed: ref('excluded.allowed'),
        changed_at: ref('excluded.changed_at'),
      })),
    )
    .execute()
}
