import { type AuditEvent, appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { type ObjectStore, ObjectStoreError } from '../storage/object-store.ts'
import { eraseObjects } from './erase-objects.ts'
import { deleteReceiving, lockUpload } from './ingest-queries.ts'

export interface AbandonPorts {
  readonly db: Database
  readonly store: ObjectStore
}

/**
 * Undoes an unfinished upload: first everything in the store, then the rows, and the event with them.
 * False when the rows are not this worker's to remove. What is in the store goes even then, because
 * an upload that another worker gave up for us was never confirmed; a finished recording is never
 * touched, above all when a commit whose answer was lost did happen after all. Safe to repeat.
 * Throws when the store or the database fails; the row then stays, and recovery repeats this.
 */
export async function abandonUpload(
  { db, store }: AbandonPorts,
  id: string,
  worker: number,
  event: AuditEvent,
): Promise<boolean> {
  // The lock waits for a commit that is still in progress, so its outcome is known here.
  const row = await db.transaction().execute((tx) => lockUpload(tx, id))
  if (row && row.status !== 'receiving') return false
  const { refused } = await eraseObjects(store, id)
  if (refused.length > 0) {
    throw new ObjectStoreError('denied', 'the store refused to remove an unfinished upload')
  }
  return await db.transaction().execute(async (tx) => {
    if (!(await deleteReceiving(tx, id, worker))) return false
    await appendAudit(tx, event)
    return true
  })
}
