import { isEngaged } from '../access/act.ts'
import { type Actor, hasRole } from '../access/actor.ts'
import { scopeOf } from '../access/policy.ts'
import { type AuditActor, type AuditEvent, appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp, isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { soundOf } from '../recordings/find.ts'
import { findRecording } from '../recordings/find-queries.ts'
import { presentRecording, type RecordingJson, tagOf } from '../recordings/present.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import type { RulesInUse } from './events-redate.ts'
import { lockSubject, type PurposeSubject } from './purpose-queries.ts'
import { recomputeEnds } from './recompute.ts'

export interface PurposePorts {
  readonly db: Database
  readonly clock: Clock
  readonly rules: (now: Date) => RulesInUse
}

/** Which purpose of which recording, and for which case when it is a matter of fraud. */
export interface PurposeAddress {
  readonly id: string
  readonly purpose: string
  readonly caseRef?: string | undefined
}

export interface Change {
  readonly type: `recording.${string}`
  readonly address: PurposeAddress
  readonly detail?: Readonly<Record<string, unknown>>
  /** Purposes that the member of the call may change this way without asking anybody. */
  readonly membersOwn?: readonly string[]
  /** Runs before the recording is locked. */
  prepare?(tx: Tx, id: string): Promise<void>
  /** Resolves to whether anything changed; throws the Problem that forbids the change. */
  act(tx: Tx, recording: PurposeSubject, now: Date): Promise<boolean>
}

/** The purpose for which fraud analysts answer themselves. */
const FRAUD = 'fraud_prevention'

/**
 * Changes the purposes of one recording, recomputes its dates at once, and answers with the recording
 * as its reader sees it. The change is audited in its own transaction, a refusal before it is said.
 */
export async function changePurpose(
  ports: PurposePorts,
  actor: Actor,
  change: Change,
): Promise<RecordingJson> {
  const now = ports.clock.now()
  const id = idToLookUp(change.address.id)
  try {
    await ports.db.transaction().execute(async (tx) => {
      if (!isEngaged(actor, now)) throw new Problem('forbidden')
      await change.prepare?.(tx, id)
      const recording = await lockSubject(tx, id, scopeOf(actor))
      if (!recording) throw new Problem('not_found')
      if (!mayChange(actor, change, recording)) throw new Problem('forbidden')
      await changeLocked(tx, actor, recording, change, now)
    })
  } catch (error) {
    if (error instanceof Problem)
      await appendAudit(ports.db, { ...auditOf(actor, change, now), outcome: 'denied', code: error.code })
    throw error
  }
  return showChanged(ports.db, actor, id, now)
}

/**
 * The same for a recording that is locked, in the caller's transaction, by somebody of whom it is known that they
 * may; null: the service itself. Resolves to whether anything changed. Throws what `act` throws.
 */
export async function changeLocked(
  tx: Tx,
  actor: AuditActor | null,
  recording: PurposeSubject,
  change: Change,
  now: Date,
): Promise<boolean> {
  if (!(await change.act(tx, recording, now))) return false
  await recomputeEnds(tx, [recording.id], now)
  await appendAudit(tx, auditOf(actor, change, now))
  return true
}

function mayChange(
  actor: Actor,
  { address: { purpose, caseRef }, membersOwn = [] }: Change,
  recording: PurposeSubject,
): boolean {
  if (isOfMember(actor, recording) && membersOwn.includes(purpose)) return true
  return (
    hasRole(actor, 'privacy_officer') ||
    (hasRole(actor, 'fraud_analyst') && purpose === FRAUD && caseRef !== undefined)
  )
}

/** Whether it is a call of the actor's own, as a member. */
export const isOfMember = (actor: Actor, { memberRef }: Pick<PurposeSubject, 'memberRef'>): boolean =>
  hasRole(actor, 'member') && memberRef !== null && actor.memberRef === memberRef

export const auditOf = (
  actor: AuditActor | null,
  { type, address, detail = {} }: Change,
  at: Date,
): AuditEvent => ({
  type,
  action: 'U',
  outcome: 'ok',
  at,
  actor,
  ...(isId(address.id) ? { recordingId: address.id } : {}),
  purpose: address.purpose,
  caseRef: address.caseRef ?? null,
  requestId: currentRequestId() ?? null,
  detail,
})

/** The recording as its reader sees it after a change. Throws Problem: `not_found`. */
export async function showChanged(db: Database, actor: Actor, id: string, now: Date): Promise<RecordingJson> {
  const row = await findRecording(db, id, scopeOf(actor))
  // Destroyed in the moment between the change and the answer.
  if (!row) throw new Problem('not_found')
  return presentRecording(row, row.tags.map(tagOf), soundOf(row), actor, now)
}
