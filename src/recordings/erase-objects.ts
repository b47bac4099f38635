import { recordingPrefix, renditionKey } from '../storage/keys.ts'
import type { ObjectStore, ObjectVersion, OpenUpload, RemovalFailure } from '../storage/object-store.ts'
import { ObjectStoreError } from '../storage/object-store.ts'

export interface Erasure {
  /** Versions and delete markers removed by this call; an earlier, broken-off call may have removed others. */
  readonly versions: number
  readonly uploads: number
  /** Versions the store refused to remove. Empty means: two listings have shown that nothing is left. */
  readonly refused: readonly RemovalFailure[]
}

/** Codes with which a store says "not now" rather than "no". */
export const PASSING = /^(InternalError|SlowDown|ServiceUnavailable|RequestTimeout|OperationAborted|Busy)$/i

/**
 * Removes everything the store has of one recording: open uploads, all versions and delete markers
 * under its prefix, each by its own id. Removing and proving are one loop: it ends when a listing
 * comes back empty. Safe to repeat after a crash at any point. Never overrides a lock of the store.
 * Throws ObjectStoreError when the store fails or contradicts itself; the call is then to be repeated.
 */
export async function eraseObjects(store: ObjectStore, recordingId: string): Promise<Erasure> {
  const prefix = recordingPrefix(recordingId)
  // Uploads first: one that completes afterwards would leave a version nobody looks for.
  const uploads = await abortUploads(store, prefix)
  const { versions, refused } = await removeVersions(store, recordingId)
  if (refused.length > 0) return { versions, uploads, refused }
  if (
    (await firstPage(store.listUploads(prefix))).length > 0 ||
    (await firstPage(store.listVersions(prefix))).length > 0
  )
    throw new ObjectStoreError('unavailable', 'something was written below a recording that is being erased')
  return { versions, uploads, refused: [] }
}

async function abortUploads(store: ObjectStore, prefix: string): Promise<number> {
  const aborted = new Set<string>()
  for (;;) {
    const page = await firstPage<OpenUpload>(store.listUploads(prefix))
    if (page.length === 0) return aborted.size
    for (const upload of page) {
      refuseReappearance(aborted, upload.uploadId)
      await store.abortUpload(upload).catch(ignoreMissing)
    }
  }
}

async function removeVersions(
  store: ObjectStore,
  recordingId: string,
): Promise<{ versions: number; refused: readonly RemovalFailure[] }> {
  const original = renditionKey(recordingId, 'original')
  const removed = new Set<string>()
  for (;;) {
    const page = await firstPage<ObjectVersion>(store.listVersions(recordingPrefix(recordingId)))
    if (page.length === 0) return { versions: removed.size, refused: [] }
    for (const version of page) refuseReappearance(removed, `${version.key} ${version.versionId}`)
    // The original on its own and first: if the store holds it, what is derived from it stays as well.
    for (const part of [
      page.filter(({ key }) => key === original),
      page.filter(({ key }) => key !== original),
    ]) {
      const refused = await removePart(store, part)
      if (refused.length > 0) return { versions: removed.size, refused }
    }
  }
}

/** Reads the result of every key: an answer of "200" says nothing about any of them. */
async function removePart(
  store: ObjectStore,
  part: readonly ObjectVersion[],
): Promise<readonly RemovalFailure[]> {
  if (part.length === 0) return []
  const { failed } = await store.removeVersions(part)
  const passing = failed.find(({ code }) => PASSING.test(code))
  if (passing)
    throw new ObjectStoreError('unavailable', `the store could not remove a version: ${passing.code}`)
  return failed
}

/** What was reported as removed and is listed again would keep the loop running for ever. */
function refuseReappearance(seen: Set<string>, id: string): void {
  if (seen.has(id))
    throw new ObjectStoreError('unavailable', 'the store still lists what it reported as removed')
  seen.add(id)
}

async function firstPage<T>(pages: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  for await (const page of pages) if (page.length > 0) return page
  return []
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof ObjectStoreError && error.kind === 'missing')) throw error
}
