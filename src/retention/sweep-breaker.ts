import { appendAudit } from '../audit/append.ts'
import type { Connection, Database } from '../db/database.ts'
import type { Logger } from '../telemetry/logger.ts'
import { ask, openQuestion } from './approval-queries.ts'
import { type Approved, type BreakerLimits, type Judged, judge } from './breaker.ts'
import { countLive, loadsAt } from './breaker-queries.ts'
import type { Allowance } from './sweep-plan.ts'
import type { Stopped } from './sweep-report.ts'
import { tellOfStop } from './tell-officers.ts'

/** What a run may take out of use, and what it may not. */
export interface Permitted {
  readonly allowed: readonly Allowance[]
  readonly stopped: readonly Stopped[]
  /** The approvals that were relied on, by entity. */
  readonly approved: ReadonlyMap<string, Approved>
}

/** How much of every entity may leave use at a moment. */
export async function judgeAll(connection: Connection, now: Date, limits: BreakerLimits): Promise<Permitted> {
  const loads = await loadsAt(connection, now, limits)
  const judged = loads.map((load) => judge(load, now, limits))
  const stops = judged.filter((one): one is Judged & { kind: 'stopped' } => one.kind === 'stopped')
  const stopped: Stopped[] = []
  for (const { load, asked } of stops) {
    const { entity } = load
    const live = await countLive(connection, entity)
    const approvalId = (await openQuestion(connection, entity, now)) ?? null
    stopped.push({ entity, due: asked, live, approvalId })
  }
  return {
    allowed: judged.map(({ allowance }) => allowance),
    stopped,
    approved: new Map(loads.flatMap(({ entity, approved }) => (approved ? [[entity, approved]] : []))),
  }
}

/** Raises the alarm for what was stopped, and asks people where nobody has been asked yet. */
export async function askAbout(
  { db, logger }: { readonly db: Database; readonly logger: Logger },
  permitted: Permitted,
  now: Date,
): Promise<Permitted> {
  const stopped: Stopped[] = []
  for (const one of permitted.stopped) {
    const approvalId = await askOnce(db, one, now)
    logger.error('too much became due at once; nothing of it is destroyed until two people approve', {
      alarm: 'destruction_stopped',
      ...one,
      approvalId,
    })
    stopped.push({ ...one, approvalId })
  }
  return { ...permitted, stopped }
}

async function askOnce(db: Database, stopped: Stopped, now: Date): Promise<string> {
  const { entity, due, live } = stopped
  return db.transaction().execute(async (tx) => {
    const { id, isNew } = await ask(tx, { entity, due_count: due }, now)
    if (!isNew) return id
    await appendAudit(tx, {
      type: 'retention.destruction_stopped',
      action: 'E',
      outcome: 'denied',
      at: now,
      actor: null,
      detail: { approval: id, entity, due, live },
    })
    await tellOfStop(tx, stopped, id, now)
    return id
  })
}
