import { recordingPrefix } from '../storage/keys.ts'
import {
  type ObjectStore,
  ObjectStoreError,
  type ObjectVersion,
  type RemovalFailure,
} from '../storage/object-store.ts'
import { PASSING } from './erase-objects.ts'

export interface ToDestroy {
  readonly recordingId: string
  /** Whether a version is one of those that have to go. */
  readonly isDoomed: (version: ObjectVersion) => boolean
  /** The recording was under a hold of ours, which may be on these versions and outranks nothing here. */
  readonly mayLift: boolean
}

export interface Destroyed {
  /** Removed by this call; an earlier one that broke off may have removed others. */
  readonly versions: number
  readonly uploads: number
}

/** Somebody else's lock in the store keeps a version that has to go. */
export class VersionsKept extends Error {
  override readonly name = 'VersionsKept'
}

/**
 * Removes versions of a recording's audio, inside a turn, and proves by listing that they are gone. Throws
 * VersionsKept for a lock until a date, which is not ours to override, or ObjectStoreError.
 */
export async function destroyVersions(store: ObjectStore, request: ToDestroy): Promise<Destroyed> {
  // Uploads first: one that completes afterwards would leave a version nobody looks for.
  const uploads = await abortUploads(store, request.recordingId)
  const doomed = await listDoomed(store, request)
  let refused = await remove(store, doomed)
  if (refused.length > 0 && request.mayLift) {
    for (const { key, versionId } of refused) await store.setHold(key, versionId, false)
    refused = await remove(store, refused)
  }
  const [first] = refused
  if (first) throw new VersionsKept(`the store keeps ${refused.length} versions: ${first.code}`)
  if ((await listDoomed(store, request)).length > 0 || (await hasUploads(store, request.recordingId)))
    throw new ObjectStoreError('unavailable', 'the store still lists what it reported as removed')
  return { versions: doomed.length, uploads }
}

async function listDoomed(
  store: ObjectStore,
  { recordingId, isDoomed }: ToDestroy,
): Promise<readonly ObjectVersion[]> {
  const doomed: ObjectVersion[] = []
  for await (const page of store.listVersions(recordingPrefix(recordingId)))
    doomed.push(...page.filter(isDoomed))
  return doomed
}

/** Reads the result of every key: an answer of "200" says nothing about any of them. */
async function remove(
  store: ObjectStore,
  versions: readonly Pick<ObjectVersion, 'key' | 'versionId'>[],
): Promise<readonly RemovalFailure[]> {
  if (versions.length === 0) return []
  const { failed } = await store.removeVersions(versions)
  const passing = failed.find(({ code }) => PASSING.test(code))
  if (passing)
    throw new ObjectStoreError('unavailable', `the store could not remove a version: ${passing.code}`)
  return failed
}

async function abortUploads(store: ObjectStore, recordingId: string): Promise<number> {
  let count = 0
  for await (const page of store.listUploads(recordingPrefix(recordingId)))
    for (const upload of page) {
      await store.abortUpload(upload)
      count += 1
    }
  return count
}

async function hasUploads(store: ObjectStore, recordingId: string): Promise<boolean> {
  for await (const page of store.listUploads(recordingPrefix(recordingId))) if (page.length > 0) return true
  return false
}
