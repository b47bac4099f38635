import { isInForce } from '../access/policy.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import { startOfDayAfter } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { queueWork } from './audio-work-queries.ts'
import {
  endReviews,
  listToReview,
  lockReviewed,
  postponeReviews,
  type TrainingFacts,
} from './expire-masked-queries.ts'
import { dropRenditions } from './rendition-drop-queries.ts'
import { isForTraining, type TrainingUse, trainingUse } from './training-use.ts'

export interface ExpireMaskedPorts {
  readonly db: Database
  readonly clock: Clock
}

export interface ExpiryReport {
  readonly removed: number
  readonly queued: number
}

/** Recordings of one transaction. */
const BATCH = 200

/**
 * Removes masked renditions that training may no longer use, and asks for those that it may use (again).
 * Nobody hears one in between: listening asks the same question at every request. Recordings whose use changed
 * are noted by the database itself. Aborting ends it after a batch; what is left comes next time.
 */
export function makeExpireMasked({ db, clock }: ExpireMaskedPorts) {
  return async function expireMasked(signal?: AbortSignal): Promise<ExpiryReport> {
    const report = { removed: 0, queued: 0 }
    while (!signal?.aborted) {
      const now = clock.now()
      const ids = await listToReview(db, now, BATCH)
      if (ids.length === 0) break
      const batch = await db.transaction().execute((tx) => review(tx, ids, now))
      report.removed += batch.removed
      report.queued += batch.queued
      // Others have the rest of them; they finish it, or the next run does.
      if (batch.looked < ids.length) break
    }
    return report
  }
}

async function review(tx: Tx, ids: readonly string[], now: Date) {
  const facts = await lockReviewed(tx, ids, now)
  const verdicts = facts.map((one) => ({ id: one.id, verdict: verdictOn(one, now) }))
  const those = <A extends Verdict['act']>(act: A) =>
    verdicts.flatMap(({ id, verdict }) =>
      verdict.act === act ? [{ id, ...(verdict as Extract<Verdict, { act: A }>) }] : [],
    )
  const removed = those('remove')
  const made = those('make')
  await remove(tx, removed, now)
  for (const { id } of made) await queueWork(tx, id, 'masked', now)
  const kept = those('keep')
  await postponeReviews(tx, kept)
  await endReviews(
    tx,
    facts.map(({ id }) => id).filter((id) => !kept.some((one) => one.id === id)),
  )
  return { looked: facts.length, removed: removed.length, queued: made.length }
}

async function remove(
  tx: Tx,
  removals: readonly { readonly id: string; readonly because: Forbidden }[],
  now: Date,
): Promise<void> {
  if (removals.length === 0) return
  const removed = await dropRenditions(
    tx,
    removals.map(({ id }) => id),
    ['masked'],
  )
  for (const id of removed) await queueWork(tx, id, 'tidy', now)
  const event = { type: 'rendition.removed', action: 'D', outcome: 'ok', at: now, actor: null } as const
  await appendAudit(
    tx,
    ...removals.map(({ id, because }) => ({
      ...event,
      recordingId: id,
      detail: { rendition: 'masked', because },
    })),
  )
}

type Forbidden = Exclude<TrainingUse, 'allowed'>

type Verdict =
  | { readonly act: 'remove'; readonly because: Forbidden }
  | { readonly act: 'make' }
  /** It is right as it is, until this instant at least. */
  | { readonly act: 'keep'; readonly lookAt: Date }
  /** Nothing to do until something changes. */
  | { readonly act: 'leave' }

/** What becomes of the masked rendition of a recording. Of one that is held nothing is removed until it is free. */
export function verdictOn(facts: TrainingFacts, now: Date): Verdict {
  // Its destruction removes everything, and certifies what there was.
  if (facts.status === 'destroying' || facts.status === 'destroyed') return { act: 'leave' }
  const use = trainingUse(facts, now)
  if (use !== 'allowed') {
    return facts.hasMasked && facts.isFree ? { act: 'remove', because: use } : { act: 'leave' }
  }
  if (!facts.hasMasked) return facts.isDecoded && !facts.restricted ? { act: 'make' } : { act: 'leave' }
  const end = facts.tags.find((tag) => isForTraining(tag) && isInForce(tag, now))?.retainUntil ?? null
  return end === null ? { act: 'leave' } : { act: 'keep', lookAt: startOfDayAfter(end) }
}
