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
 * Removes what no row names, inside a turn. A key is left alone when its row does not know its version, or
 * names one that is not there: a restored database may be older than the store, and only a person can tell
 * which version is the right one then. Throws ObjectStoreError when something stays.
 */
export async function removeUnnamed(store: ObjectStore, recordingId: string, row: Storable): Promise<void> {
  const versions: ObjectVersion[] = []
  for await (const page of store.listVersions(recordingPrefix(recordingId))) versions.push(...page)
  const there = new Set(versions.map(({ versionId }) => versionId))
  const named = new Map(row.versions.map((one) => [renditionKey(recordingId, one.name), one.versionId]))
  const unnamed = versions.filter(({ key, versionId }) => {
    const known = named.get(key)
    return known === undefined || (known !== null && known !== versionId && there.has(known))
  })
  if (unnamed.length === 0) return
  const [first] = (await store.removeVersions(unnamed)).failed
  if (first) throw new ObjectStoreError('denied', `the store keeps what is not needed: ${first.code}`)
}
