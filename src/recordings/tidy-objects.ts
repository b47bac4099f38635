import type { Database } from '../db/database.ts'
import { recordingPrefix, renditionKey } from '../storage/keys.ts'
import { type ObjectStore, ObjectStoreError, type ObjectVersion } from '../storage/object-store.ts'
import type { AudioTask } from './audio-task.ts'
import { withAudioTurn } from './audio-turn-queries.ts'
import { readStorable, type Storable } from './rendition-queries.ts'

export interface TidyPorts {
  readonly db: Database
  readonly store: ObjectStore
}

/**
 * Removes every stored version of a recording's audio that no row names: what was replaced, what is wanted
 * no more, what an attempt left that died. Only while nothing forbids it; asked again, it removes the rest.
 */
export function makeTidyObjects({ db, store }: TidyPorts): AudioTask {
  return async function tidyObjects(recordingId) {
    // In a turn, because what is being stored has no row yet either.
    const outcome = await withAudioTurn(db, recordingId, async (tx) => {
      const row = await readStorable(tx, recordingId)
      if (row?.isFree) await removeUnnamed(store, recordingId, row)
      return 'done' as const
    })
    if (outcome === 'busy')
      throw new ObjectStoreError('unavailable', 'somebody stores something of this recording')
    return outcome
  }
}

/**
 * Removes what no row names, inside a turn. A key whose row does not know its version is left alone: there
 * only a person can tell which is the right one. Throws ObjectStoreError when something stays.
 */
export async function removeUnnamed(store: ObjectStore, recordingId: string, row: Storable): Promise<void> {
  const named = new Map(
    row.versions.map(({ name, versionId }) => [renditionKey(recordingId, name), versionId]),
  )
  const isUnnamed = ({ key, versionId }: ObjectVersion): boolean => {
    const known = named.get(key)
    return known === undefined || (known !== null && known !== versionId)
  }
  for await (const page of store.listVersions(recordingPrefix(recordingId))) {
    const unnamed = page.filter(isUnnamed)
    const { failed } = unnamed.length === 0 ? { failed: [] } : await store.removeVersions(unnamed)
    const [first] = failed
    if (first) throw new ObjectStoreError('denied', `the store keeps what is not needed: ${first.code}`)
  }
}
