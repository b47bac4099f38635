import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../db/database.ts'
import { SECOND } from '../kernel/units.ts'
import { type ObjectStore, ObjectStoreError } from '../storage/object-store.ts'
import { audioTurnsTaken } from './audio-turn-queries.ts'
import { type Erased, eraseBatch } from './purge-erase.ts'
import { everHeld, objectsOf } from './purge-finish-queries.ts'

const PAUSE_MS = 100
/** What is being stored ends within seconds; what does not is left for the next try. */
const PATIENCE_MS = 20 * SECOND

/**
 * Waits until nobody stores anything more of claimed recordings, and gives those of which somebody still does
 * after a while. Nothing of the others can appear any more.
 */
export async function outwaitTurns(db: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  let taken = await audioTurnsTaken(db, ids)
  for (let waited = 0; taken.length > 0 && waited < PATIENCE_MS; waited += PAUSE_MS) {
    await sleep(PAUSE_MS)
    taken = await audioTurnsTaken(db, taken)
  }
  return new Set(taken)
}

/** Erases the objects of recordings, but of none that is named as busy. Every id gets an answer. */
export async function eraseQuiet(
  { db, store }: { readonly db: Database; readonly store: ObjectStore },
  ids: readonly string[],
  busy: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Erased>> {
  const quiet = ids.filter((id) => !busy.has(id))
  const objects = await objectsOf(db, quiet)
  const erased = await eraseBatch(store, { ids: quiet, objects, everHeld: (some) => everHeld(db, some) })
  const error = new ObjectStoreError('unavailable', 'something of the recording is still being stored')
  return new Map([...erased, ...[...busy].map((id): [string, Erased] => [id, { kind: 'failed', error }])])
}
