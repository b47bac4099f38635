import type { Actor } from '../access/actor.ts'
import { type AuditEvent, appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Instance } from '../db/instance.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import type { WrappedIdentity } from '../storage/keyring.ts'
import {
  type ExistingRecording,
  findByCall,
  findByKey,
  type IdempotencyKey,
  insertKey,
  insertReceiving,
  insertRecordingKey,
} from './ingest-queries.ts'
import type { CallMetadata } from './model.ts'
import type { RecoverIngests } from './recover-ingests.ts'

export interface ClaimPorts {
  readonly db: Database
  readonly clock: Clock
  readonly instance: Pick<Instance, 'id'>
  readonly recoverIngests: RecoverIngests
}

export interface Claim {
  readonly id: string
  readonly actor: Actor
  readonly idempotencyKey: string | null
  readonly call: CallMetadata
  /** Wraps the identity of the recording; asked for only when the delivery is a new one. */
  readonly wrap: () => Promise<WrappedIdentity>
  readonly event: AuditEvent
}

const RETRY_AFTER_SECONDS = 5
const MAX_ATTEMPTS = 3

/**
 * Makes a delivery the only one of its call and its idempotency key: inserts its row `receiving`, or
 * returns the finished recording that has either already. Unique constraints decide between parallel
 * deliveries, so no two can both succeed. Throws Problem('upload_in_progress') while another runs.
 */
export async function claimCall(ports: ClaimPorts, claim: Claim): Promise<ExistingRecording | undefined> {
  const key =
    claim.idempotencyKey === null ? undefined : { caller: claim.actor.sub, key: claim.idempotencyKey }
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const existing = (key && (await findByKey(ports.db, key))) ?? (await findByCall(ports.db, claim.call))
    if (existing && existing.status !== 'receiving') return existing
    if (existing) await clearTheWay(ports, existing.id)
    else if (await insertClaim(ports, claim, key)) return undefined
  }
  throw inProgress()
}

const inProgress = (): Problem =>
  new Problem('upload_in_progress', { retryAfterSeconds: RETRY_AFTER_SECONDS })

/** An upload whose process died makes way at once; the sender need not wait for the next recovery run. */
async function clearTheWay({ recoverIngests }: ClaimPorts, id: string): Promise<void> {
  const { abandoned } = await recoverIngests({ onlyId: id })
  if (abandoned === 0) throw inProgress()
}

/** False when another delivery of the call was first. */
async function insertClaim(
  ports: ClaimPorts,
  claim: Claim,
  key: IdempotencyKey | undefined,
): Promise<boolean> {
  const { id, call } = claim
  const worker = ports.instance.id
  const identity = await claim.wrap()
  return await ports.db.transaction().execute(async (tx) => {
    if (!(await insertReceiving(tx, { id, call, receivedAt: ports.clock.now(), worker }))) return false
    await insertRecordingKey(tx, id, identity)
    // Another call under the same key came in between; the transaction is rolled back with the row.
    if (key && !(await insertKey(tx, key, id))) throw inProgress()
    await appendAudit(tx, claim.event)
    return true
  })
}
