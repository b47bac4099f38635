import { randomBytes } from 'node:crypto'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { MINUTE } from '../kernel/units.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import { openCheckpoint, readVerifierKey, signCheckpoint, verifierKey } from './checkpoint.ts'
import { commitTo, type EventRow, entryOf, payloadOf, SALT_BYTES } from './event-form.ts'
import { Frontier, leafHash } from './merkle.ts'
import { lastPublishedNote, publishCheckpoint } from './published.ts'
import {
  findUnsealed,
  insertNodes,
  insertSeals,
  lastCheckpoint,
  lastPublished,
  markPublished,
  readState,
  type Sealed,
  type SealState,
  type TreeNode,
  takeTurn,
  type Unsealed,
  writeCheckpoint,
  writeState,
} from './seal-queries.ts'
import type { PublicJwk, Signer } from './sign.ts'
import { treeOf } from './tree.ts'
import { rootAt } from './tree-proofs.ts'

export interface SealPorts {
  readonly db: Database
  readonly store: Pick<ObjectStore, 'put' | 'listVersions' | 'open'>
  readonly signer: Signer
  /** Name of the log, as its checkpoints have it. */
  readonly origin: string
  readonly clock: Clock
  /** Every key that ever signed here. */
  readonly keys: () => Promise<readonly PublicJwk[]>
}

/** Seals what is complete, and says how many events that were. Rejects with ForkedLogError. */
export type SealAudit = (signal: AbortSignal) => Promise<number>

/**
 * What the database says of the log is not what was published of it: somebody changed it, or it comes from a
 * backup that is older. Nothing is sealed then, because a second history would take the first one's place.
 */
export class ForkedLogError extends Error {
  override readonly name = 'ForkedLogError'
}

const BATCH = 5000
const PUBLISH_EVERY_MS = MINUTE

/**
 * Gives events their numbers, without gaps, makes the tree grow and signs what it is now: one transaction for a
 * batch, so that a crash leaves nothing half done, and one instance at a time. Listeners never wait for it.
 */
export function makeSealAudit(ports: SealPorts): SealAudit {
  const { db } = ports
  let isChecked = false

  return async function sealAudit(signal) {
    if (!isChecked) await refuseFork(ports, signal)
    isChecked = true
    let total = 0
    let hasMore = true
    while (hasMore && !signal.aborted) {
      const sealed = await db.transaction().execute((tx) => sealBatch(tx, ports))
      total += sealed.count
      hasMore = sealed.hasMore
    }
    await publish(ports, signal)
    return total
  }
}

async function sealBatch(
  tx: Tx,
  { signer, origin, clock }: SealPorts,
): Promise<{ readonly count: number; readonly hasMore: boolean }> {
  if (!(await takeTurn(tx))) return { count: 0, hasMore: false }
  const state = await readState(tx)
  const events = await findUnsealed(tx, state, BATCH)
  // After what was written before there was sealing comes what was written since.
  const hasMore = events.length === BATCH || !state.legacy_done
  if (events.length === 0) {
    if (hasMore) await writeState(tx, { ...state, legacy_done: true })
    return { count: 0, hasMore }
  }
  const frontier = new Frontier(state.size, state.frontier)
  const nodes: TreeNode[] = []
  const sealed = events.map((event) => {
    const one = sealOf(event, frontier.size)
    frontier.append(one.leaf, (level, idx, hash) => {
      if (level % 8 === 0) nodes.push({ level, idx, hash })
    })
    return one
  })
  await insertSeals(tx, sealed)
  await insertNodes(tx, nodes)
  await writeState(tx, { ...reached(state, events), size: frontier.size, frontier: [...frontier.hashes] })
  const checkpoint = { origin, size: frontier.size, root: frontier.root(), extensions: [] }
  await writeCheckpoint(tx, {
    size: frontier.size,
    note: signCheckpoint(checkpoint, signer),
    at: clock.now(),
    key: signer.publicJwk,
  })
  return { count: events.length, hasMore }
}

function sealOf(event: EventRow, seq: number): Sealed {
  const salt = randomBytes(SALT_BYTES)
  const commitment = commitTo(salt, payloadOf(event))
  return { event, seq, salt, commitment, leaf: leafHash(Buffer.from(entryOf(event, commitment))) }
}

/** How far a batch has come: a full one ends somewhere among the events of its last transaction. */
function reached(state: SealState, events: readonly Unsealed[]): SealState {
  const last = events.at(-1)
  if (!last || !state.legacy_done) return { ...state, legacy_done: events.length < BATCH }
  const isFull = events.length === BATCH && last.xid !== null
  return { ...state, sealed_before: isFull ? (last.xid ?? last.horizon) : last.horizon }
}

/** At most once a minute, and never the same twice. */
async function publish({ db, store, origin, clock }: SealPorts, signal: AbortSignal): Promise<void> {
  const [newest, before] = [await lastCheckpoint(db), await lastPublished(db)]
  const now = clock.now()
  if (!newest || newest.published) return
  if (before && now.getTime() - before.signed_at.getTime() < PUBLISH_EVERY_MS) return
  await publishCheckpoint(store, { origin, size: newest.size, note: newest.note, at: now }, signal)
  await markPublished(db, newest)
}

/** Throws ForkedLogError unless the log in the database goes on from what was published of it. */
async function refuseFork(ports: SealPorts, signal: AbortSignal): Promise<void> {
  const { db, store, origin, clock } = ports
  const note = await lastPublishedNote(store, origin, clock.now(), signal)
  if (note === undefined) return
  const { size, root } = openWithAny(note, origin, await ports.keys())
  const state = await readState(db)
  if (size > state.size)
    throw new ForkedLogError(
      `the store has a checkpoint of ${size} audit events and the database only ${state.size}; see docs/audit.md`,
    )
  if (!(await rootAt(treeOf(db), size)).equals(root))
    throw new ForkedLogError(`the audit log is not the one of which ${size} events were published`)
}

function openWithAny(note: string, origin: string, keys: readonly PublicJwk[]) {
  for (const jwk of keys) {
    try {
      return openCheckpoint(note, readVerifierKey(verifierKey(origin, jwk)))
    } catch {
      // Signed by another of the keys, or by none of them.
    }
  }
  throw new ForkedLogError('the last published checkpoint is not signed by a key of ours')
}
