import type { Connection } from '../db/database.ts'
import type { DerivedTag } from './model.ts'

/**
 * Stores new purposes of a recording and the events they wait for. `compatibleUse` says why a purpose
 * that comes later is compatible with those of the beginning.
 */
export async function insertTags(
  connection: Connection,
  id: string,
  tags: readonly DerivedTag[],
  compatibleUse: string | null = null,
): Promise<void> {
  const rows = tags.map((tag) => ({ ...tagRow(id, tag), compatible_use: compatibleUse }))
  await connection.insertInto('purpose_tag').values(rows).execute()
  const awaited = tags.flatMap(({ purpose, awaits }) =>
    awaits.map(({ type, ref }) => ({ recording_id: id, purpose, type, ref, occurred_on: null })),
  )
  if (awaited.length > 0) await connection.insertInto('awaited_event').values(awaited).execute()
}

/** A purpose as a row of its table. */
export const tagRow = (recordingId: string, tag: DerivedTag) => ({
  recording_id: recordingId,
  purpose: tag.purpose,
  legal_basis: tag.legalBasis,
  product: tag.product,
  rule_id: tag.ruleId,
  rule_version: tag.ruleVersion,
  trigger: tag.trigger,
  trigger_date: tag.triggerDate,
  min_until: tag.minUntil,
  retain_until: tag.retainUntil,
  state: tag.state,
  disposition: tag.disposition,
  review: tag.review,
  open_until: tag.openUntil,
})
