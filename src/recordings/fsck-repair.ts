import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { recordingPrefix } from '../storage/keys.ts'
import { type ObjectStore, ObjectStoreError } from '../storage/object-store.ts'
import { eraseObjects } from './erase-objects.ts'
import { type Evidence, type Finding, GRACE_MS } from './fsck-findings.ts'
import { deleteKeyOfDestroyed, fsckRow } from './fsck-queries.ts'
import { wereSeenBy } from './fsck-sighting-queries.ts'
import { tagsOfKey } from './object-tags.ts'
import type { Purge } from './purge.ts'
import type { RecoverIngests } from './recover-ingests.ts'
import { takeTurns } from './sync-objects-queries.ts'

export interface RepairPorts {
  readonly db: Database
  readonly store: ObjectStore
  readonly clock: Clock
  readonly purge: Purge
  readonly recoverIngests: RecoverIngests
}

type Remedy = (ports: RepairPorts, finding: Finding, evidence: Evidence) => Promise<boolean>

/** Losses have no remedy, and what we do not understand is left alone. */
const REMEDIES: Partial<Record<Finding['kind'], Remedy>> = {
  unfinished_ingest: async ({ recoverIngests }, _finding, { id }) =>
    (await recoverIngests({ onlyId: id })).abandoned > 0,
  unfinished_destruction: finishDestruction,
  object_without_row: eraseOrphan,
  hidden_object: unhide,
  key_without_recording: deleteKey,
  stray_upload: abortUpload,
  tags_differ: setTags,
}

/** Puts one finding right and accounts for it; false when it cannot be, or not now. */
export async function repair(ports: RepairPorts, finding: Finding, evidence: Evidence): Promise<boolean> {
  const remedy = REMEDIES[finding.kind]
  try {
    return remedy ? await remedy(ports, finding, evidence) : false
  } catch (error) {
    // A store that fails for one recording leaves that finding open; it must not hide the others.
    if (error instanceof ObjectStoreError) return false
    throw error
  }
}

async function finishDestruction(
  { purge }: RepairPorts,
  _finding: Finding,
  { id }: Evidence,
): Promise<boolean> {
  const claim = await purge.claimUnfinished(id)
  if (!claim) return false
  const [outcome] = await purge.destroy([claim])
  return outcome?.kind === 'destroyed'
}

/**
 * Only objects without a living row; a stray object of a recording in use is for a person to judge. Without
 * even a tombstone one look is not enough: a run at least a day ago must have seen the same versions.
 */
async function eraseOrphan(ports: RepairPorts, _finding: Finding, { id, row }: Evidence): Promise<boolean> {
  if (row ? row.status !== 'destroyed' : !(await isConfirmedOrphan(ports, id))) return false
  const { versions, uploads, refused } = await eraseObjects(ports.store, id)
  if (refused.length > 0) return false
  await account(ports, id, 'D', 'recording.orphan_erased', { versions, uploads })
  return true
}

async function isConfirmedOrphan({ db, store, clock }: RepairPorts, id: string): Promise<boolean> {
  const dayAgo = new Date(clock.now().getTime() - GRACE_MS)
  for await (const versions of store.listVersions(recordingPrefix(id)))
    if (!(await wereSeenBy(db, versions, dayAgo))) return false
  return (await fsckRow(db, id)) === undefined
}

/** Takes away delete markers, which hold no data, and so brings the bytes below them back. */
async function unhide(
  ports: RepairPorts,
  { key }: Finding,
  { id, row, versions }: Evidence,
): Promise<boolean> {
  const markers = versions.filter((version) => version.key === key && version.isMarker)
  if (!row || markers.length === 0) return false
  const { failed } = await ports.store.removeVersions(markers)
  if (failed.length > 0) return false
  await account(ports, id, 'U', 'recording.unhidden', { markers: markers.length })
  return true
}

async function deleteKey({ db, clock }: RepairPorts, _finding: Finding, { id }: Evidence): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    if (!(await deleteKeyOfDestroyed(tx, id))) return false
    await appendAudit(tx, event(clock, id, 'D', 'recording.key_erased', {}))
    return true
  })
}

async function abortUpload(ports: RepairPorts, finding: Finding, { id }: Evidence): Promise<boolean> {
  if (finding.key === undefined || finding.detail === undefined) return false
  await ports.store.abortUpload({ key: finding.key, uploadId: finding.detail })
  await account(ports, id, 'D', 'recording.upload_aborted', {})
  return true
}

/**
 * In the turn in which nobody else writes the objects of the recording, and by what is true of it then: what
 * was found is older, and a hold may have come since.
 */
async function setTags(
  { db, store, clock }: RepairPorts,
  { key }: Finding,
  { id }: Evidence,
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    if (key === undefined || (await takeTurns(tx, [id])).length === 0) return false
    const row = await fsckRow(tx, id)
    if (!row?.renditions.some((one) => one.key === key)) return false
    await store.setTags(key, tagsOfKey(key, { ...row, isFree: !row.held }))
    await appendAudit(tx, event(clock, id, 'U', 'recording.tags_restored', {}))
    return true
  })
}

const account = (
  { db, clock }: RepairPorts,
  id: string,
  action: 'U' | 'D',
  type: string,
  detail: Record<string, unknown>,
): Promise<void> => appendAudit(db, event(clock, id, action, type, detail))

const event = (
  clock: Clock,
  recordingId: string,
  action: 'U' | 'D',
  type: string,
  detail: Record<string, unknown>,
) => ({ type, action, outcome: 'ok' as const, at: clock.now(), actor: null, recordingId, detail })
