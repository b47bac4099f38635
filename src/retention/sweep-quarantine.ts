import { appendAuditForEach } from '../audit/append-queries.ts'
import type { Tx } from '../db/database.ts'
import { spendApproval } from './approval-queries.ts'
import type { Approved } from './breaker.ts'
import { tallyLeftUse } from './breaker-queries.ts'
import type { Run } from './sweep.ts'
import { type Allowance, lessDone, shareOut } from './sweep-plan.ts'
import { type DueRow, lockDue, type NewDates, putInArchive, quarantine, setDates } from './sweep-queries.ts'
import { dueAfter, type Verdict, verdictOn } from './sweep-verdict.ts'

/** Short transactions: nobody who wants to hold or hear one of these recordings waits long. */
const BATCH = 1000

type Judged = DueRow & { readonly verdict: Verdict }
type Approvals = ReadonlyMap<string, Approved>

/**
 * Takes what is due out of use, of every entity its share in every batch. Gives how many recordings of
 * each entity went into quarantine.
 */
export async function takeOutOfUse(
  run: Run,
  allowed: readonly Allowance[],
  approvals: Approvals,
): Promise<ReadonlyMap<string, number>> {
  const quarantined = new Map<string, number>()
  let remaining = allowed
  while (!run.signal?.aborted) {
    const batch = shareOut(BATCH, remaining)
    const rows = batch.length === 0 ? [] : await endBatch(run, batch, approvals)
    if (rows.length === 0) break
    remaining = lessDone(remaining, countByEntity(rows))
    for (const [entity, count] of countByEntity(of(rows, 'quarantined')))
      quarantined.set(entity, (quarantined.get(entity) ?? 0) + count)
    await run.add({
      quarantined: idsOf(of(rows, 'quarantined')),
      archived: idsOf(of(rows, 'archived')),
      corrected: idsOf(of(rows, 'corrected')),
    })
  }
  return quarantined
}

/** One transaction: lock, look again, end, account for it. */
async function endBatch(run: Run, batch: readonly Allowance[], approvals: Approvals): Promise<Judged[]> {
  const rows = await run.db.transaction().execute(async (tx) => {
    const now = await run.agreedNow.inStep(tx)
    const locked = await lockDue(tx, batch)
    const judged = locked.map((row) => ({ ...row, verdict: verdictOn(row, run.now, run.archiveTag) }))
    await execute(tx, judged, now)
    await countAgainstLimits(tx, of(judged, 'quarantined'), approvals, now)
    for (const [kind, own] of Map.groupBy(judged, ({ verdict }) => verdict.kind))
      await appendAuditForEach(tx, eventOf(kind, now), idsOf(own))
    return judged
  })
  const corrected = of(rows, 'corrected').length
  if (corrected > 0)
    run.logger.error('stored dates differed from the tags', { alarm: 'date_corrected', count: corrected })
  return rows
}

async function execute(tx: Tx, rows: readonly Judged[], now: Date): Promise<void> {
  const due = idsOf(of(rows, 'quarantined'))
  if (due.length > 0) await quarantine(tx, due, now)
  const archived = rows.flatMap(({ id, verdict }) =>
    verdict.kind === 'archived' ? [{ id, tag: verdict.tag }] : [],
  )
  if (archived.length > 0) await putInArchive(tx, archived)
  const dates = rows.flatMap(newDates)
  if (dates.length > 0) await setDates(tx, dates, now)
}

function newDates({ id, verdict }: Judged): NewDates[] {
  if (verdict.kind === 'archived')
    return [{ id, keepUntil: verdict.tag.retainUntil, dueAt: dueAfter(verdict.tag) }]
  return verdict.kind === 'corrected' ? [{ id, ...verdict.ends }] : []
}

/** In the same transaction as the act, so that no crash lets more go than was allowed. */
async function countAgainstLimits(
  tx: Tx,
  rows: readonly Judged[],
  approvals: Approvals,
  now: Date,
): Promise<void> {
  for (const [entity, own] of Map.groupBy(rows, (row) => row.entity)) {
    const approval = approvals.get(entity)
    const covered = approval ? own.filter(({ dueAt }) => dueAt <= approval.before).length : 0
    if (approval && covered > 0) await spendApproval(tx, approval.id, covered)
    if (own.length > covered) await tallyLeftUse(tx, entity, own.length - covered, now)
  }
}

const of = (rows: readonly Judged[], kind: Verdict['kind']): Judged[] =>
  rows.filter(({ verdict }) => verdict.kind === kind)

const idsOf = (rows: readonly Judged[]): string[] => rows.map(({ id }) => id)

function countByEntity(rows: readonly Judged[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { entity } of rows) counts.set(entity, (counts.get(entity) ?? 0) + 1)
  return counts
}

const EVENTS = {
  quarantined: 'recording.quarantined',
  archived: 'recording.archived',
  corrected: 'recording.date_corrected',
} as const

const eventOf = (kind: Verdict['kind'], at: Date) => ({
  type: EVENTS[kind],
  action: 'U' as const,
  outcome: kind === 'corrected' ? ('error' as const) : ('ok' as const),
  at,
  actor: null,
})
