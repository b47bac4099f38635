import { type AuditActor, appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import {
  type HoldState,
  holdState,
  linkRecordings,
  markSettled,
  unlinkRecordings,
  unsettledHolds,
} from './hold-queries.ts'
import { uncovered } from './hold-scope-queries.ts'

/** Recordings of one transaction: short enough not to make others wait. */
export const BATCH = 500

export interface SettlePorts {
  readonly db: Database
  readonly clock: Clock
}

/**
 * Makes every recording follow a hold: all that its scope covers are put under an open one, all are let go
 * from a released one. Repeating it does no harm, so whoever comes finishes what was broken off.
 */
export async function settleHold(
  ports: SettlePorts,
  id: string,
  actor: AuditActor | null,
  signal?: AbortSignal,
): Promise<void> {
  const hold = await holdState(ports.db, id)
  if (!hold || hold.isSettled) return
  const isDone = hold.isReleased
    ? await letGo(ports, hold, actor, signal)
    : await cover(ports, hold, actor, signal)
  if (isDone) await markSettled(ports.db, hold, ports.clock.now())
}

/** Holds whose placing or release was broken off; for a job. */
export async function settleHolds(ports: SettlePorts, signal: AbortSignal): Promise<void> {
  for (const id of await unsettledHolds(ports.db)) await settleHold(ports, id, null, signal)
}

async function cover(
  { db, clock }: SettlePorts,
  hold: HoldState,
  actor: AuditActor | null,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const ids = await uncovered(db, hold)
  for (let at = 0; at < ids.length; at += BATCH) {
    if (signal?.aborted) return false
    await db
      .transaction()
      .execute((tx) => holdRecordings(tx, hold.id, ids.slice(at, at + BATCH), actor, clock.now()))
  }
  return true
}

/** Puts recordings under the hold and writes it down; the ones newly held. */
export async function holdRecordings(
  tx: Tx,
  holdId: string,
  ids: readonly string[],
  actor: AuditActor | null,
  now: Date,
): Promise<readonly string[]> {
  const held = await linkRecordings(tx, holdId, ids, now)
  await writeDown(tx, 'recording.held', holdId, held, actor, now)
  return held
}

async function letGo(
  { db, clock }: SettlePorts,
  hold: HoldState,
  actor: AuditActor | null,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for (;;) {
    if (signal?.aborted) return false
    const now = clock.now()
    const free = await db.transaction().execute(async (tx) => {
      const ended = await unlinkRecordings(tx, hold.id, BATCH, now)
      await writeDown(tx, 'recording.hold_ended', hold.id, ended, actor, now)
      return ended
    })
    if (free.length === 0) return true
  }
}

async function writeDown(
  tx: Tx,
  type: string,
  hold: string,
  ids: readonly string[],
  actor: AuditActor | null,
  at: Date,
): Promise<void> {
  if (ids.length === 0) return
  const event = { type, action: 'U', outcome: 'ok', at, actor, detail: { hold } } as const
  await appendAudit(tx, ...ids.map((recordingId) => ({ ...event, recordingId })))
}
