import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { inParallel } from '../kernel/in-parallel.ts'
import { HOUR, MINUTE } from '../kernel/units.ts'
import { recordingPrefix } from '../storage/keys.ts'
import { type ObjectStore, ObjectStoreError, type ObjectVersion } from '../storage/object-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import { setTagsSurely } from './ingest-audio.ts'
import { tagsOfKey } from './object-tags.ts'
import {
  type Behind,
  confirmSynced,
  listBehind,
  postpone,
  readBehind,
  takeTurns,
} from './sync-objects-queries.ts'

export interface SyncPorts {
  readonly db: Database
  readonly store: ObjectStore
  readonly clock: Clock
  readonly logger: Logger
}

/** These recordings, or as many as wait longest. */
export type SyncRequest = { readonly ids: readonly string[] } | { readonly limit: number }

export interface SyncReport {
  /** Recordings of which the store knows everything now. */
  readonly confirmed: number
  /** The store failed, or an object is not there; tried again later. */
  readonly failed: number
}

export type SyncObjects = (request: SyncRequest, signal: AbortSignal) => Promise<SyncReport>

/** Recordings of one transaction, which stays open while the store is asked; it locks no row until the end. */
const CHUNK = 40
const PARALLEL = 8
const BUSY_PAUSE_MS = 100
const RETRY_MS = MINUTE
/** An object that is not there is for fsck to find; asking again soon would not bring it back. */
const RETRY_MISSING_MS = HOUR

/**
 * Makes the store say what the database says: tags and legal hold on every version of every object of
 * recordings that changed, read back before it counts. When a recording changes meanwhile it stays on
 * the list. Aborting ends it after the recordings that are under way.
 */
export function makeSyncObjects(ports: SyncPorts): SyncObjects {
  return async function syncObjects(request, signal) {
    const isNamed = 'ids' in request
    let waiting = isNamed ? request.ids : await listBehind(ports.db, ports.clock.now(), request.limit)
    const report = { confirmed: 0, failed: 0 }
    for (;;) {
      const busy: string[] = []
      for (let at = 0; at < waiting.length && !signal.aborted; at += CHUNK) {
        const chunk = await syncChunk(ports, waiting.slice(at, at + CHUNK), signal)
        report.confirmed += chunk.confirmed
        report.failed += chunk.failed
        busy.push(...chunk.busy)
      }
      // Whoever named them wants to know; a job comes again by itself.
      if (!isNamed || busy.length === 0 || signal.aborted) return report
      waiting = busy
      await delay(BUSY_PAUSE_MS)
    }
  }
}

/** What became of one recording. */
type Outcome = 'done' | 'failed' | 'missing'

async function syncChunk(
  { db, store, clock, logger }: SyncPorts,
  ids: readonly string[],
  signal: AbortSignal,
) {
  return db.transaction().execute(async (tx) => {
    const ours = await takeTurns(tx, ids)
    // Read after the turn was taken: who had it before has finished, and is seen.
    const rows = await readBehind(tx, ours)
    const outcomes = new Map<Behind, Outcome>()
    await inParallel(PARALLEL, rows, async (row) => {
      if (!signal.aborted) outcomes.set(row, await outcomeOf(store, row, logger))
    })
    const those = (wanted: Outcome) => rows.filter((row) => outcomes.get(row) === wanted)
    const later = (ms: number) => new Date(clock.now().getTime() + ms)
    const confirmed = await confirmSynced(tx, those('done'), clock.now())
    await postpone(tx, those('failed'), later(RETRY_MS))
    await postpone(tx, those('missing'), later(RETRY_MISSING_MS))
    const taken = new Set(ours)
    const failed = those('failed').length + those('missing').length
    return { confirmed: confirmed.length, failed, busy: ids.filter((id) => !taken.has(id)) }
  })
}

async function outcomeOf(store: ObjectStore, row: Behind, logger: Logger): Promise<Outcome> {
  try {
    if (await bringInStep(store, row)) return 'done'
    logger.error('an object is not in the store', { alarm: 'object_missing', recordingId: row.id })
    return 'missing'
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) throw error
    logger.error('the store could not be told of a change', {
      alarm: 'store_behind',
      recordingId: row.id,
      error,
    })
    return error.kind === 'missing' ? 'missing' : 'failed'
  }
}

/** False when an object of the recording has no version at all. */
async function bringInStep(store: ObjectStore, row: Behind): Promise<boolean> {
  const versions: ObjectVersion[] = []
  for await (const page of store.listVersions(recordingPrefix(row.id)))
    versions.push(...page.filter(({ isMarker }) => !isMarker))
  const there = new Set(versions.map(({ key }) => key))
  if (!row.keys.every((key) => there.has(key))) return false
  for (const { key, versionId } of versions) {
    if (row.wasHeld) await setHoldSurely(store, key, versionId, row.isHeld)
    await setTagsSurely(store, key, tagsOfKey(key, row), versionId)
  }
  return true
}

/** Where the store has no holds, its tag has to do: bucket lifecycle rules read it. */
async function setHoldSurely(
  store: ObjectStore,
  key: string,
  versionId: string,
  held: boolean,
): Promise<void> {
  if ((await store.setHold(key, versionId, held)) === 'unsupported') return
  if ((await store.isHeld(key, versionId)) === held) return
  throw new ObjectStoreError('unavailable', 'the store did not keep a legal hold as it was set')
}
