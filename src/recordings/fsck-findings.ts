import { DAY } from '../kernel/units.ts'
import { renditionKey } from '../storage/keys.ts'
import type { ObjectVersion, OpenUpload } from '../storage/object-store.ts'
import type { FsckRow } from './fsck-queries.ts'

export const FINDING_KINDS = [
  /** A recording whose bytes are gone: a loss that nothing can repair. */
  'row_without_object',
  /** A recording whose bytes are there, below a delete marker that somebody put on them. */
  'hidden_object',
  /** Long due, and the store's lifecycle was faster than the sweep, which will certify that it is gone. */
  'ended_by_store',
  /** Bytes that no row accounts for. */
  'object_without_row',
  /** A recording that can no longer be opened. */
  'key_missing',
  /** A destroyed recording whose key survived. */
  'key_without_recording',
  'unfinished_ingest',
  'unfinished_destruction',
  /** A multipart upload that nobody completes. */
  'stray_upload',
  'size_mismatch',
  'tags_differ',
  /** Something below our prefix that has not the form of one of our keys; never touched. */
  'unknown_object',
] as const

export type FindingKind = (typeof FINDING_KINDS)[number]

/** Whether members have lost something, or have it out of reach; the rest is tidying. */
export const isDamage = (kind: FindingKind): boolean =>
  kind === 'row_without_object' ||
  kind === 'hidden_object' ||
  kind === 'key_missing' ||
  kind === 'size_mismatch'

export interface Finding {
  readonly kind: FindingKind
  readonly recordingId: string | null
  readonly key?: string
  readonly detail?: string
}

/** What was found of one recording: its row, if there is one, and all that the store has under its prefix. */
export interface Evidence {
  readonly id: string
  readonly row: FsckRow | undefined
  readonly versions: readonly ObjectVersion[]
  readonly uploads: readonly OpenUpload[]
}

/** Whatever is younger may belong to work in progress. */
export const GRACE_MS = DAY

/**
 * Pure: compares the three sides of one recording. Object tags are compared elsewhere: reading them costs
 * a request. `marginDays` after its end the store may remove a recording by itself.
 */
export function judge(evidence: Evidence, now: Date, marginDays: number): Finding[] {
  const { row } = evidence
  if (!row || row.status === 'destroyed') return judgeOrphan(evidence, now)
  if (row.status === 'receiving')
    return row.abandoned ? [{ kind: 'unfinished_ingest', recordingId: row.id }] : []
  if (row.status === 'destroying') return row.abandoned ? [unfinishedDestruction(row)] : []
  return [
    ...judgeKey(row),
    ...judgeRenditions(row, evidence.versions).map(wasStore(row, now, marginDays)),
    ...judgeStrays(evidence, row, now),
  ]
}

/** What is gone, or hidden as lifecycle rules hide it, is no damage once the store may end the recording. */
function wasStore(row: FsckRow, now: Date, marginDays: number): (finding: Finding) => Finding {
  const mayEnd = !row.held && row.dueAt !== null && row.dueAt.getTime() + marginDays * DAY <= now.getTime()
  const isGone = ({ kind }: Finding): boolean => kind === 'row_without_object' || kind === 'hidden_object'
  return (finding) => (mayEnd && isGone(finding) ? { ...finding, kind: 'ended_by_store' } : finding)
}

/** A tombstone proves that its objects were to go; without a row, age has to show that no ingest is at work. */
function judgeOrphan({ id, row, versions, uploads }: Evidence, now: Date): Finding[] {
  const old = (since: Date) => row !== undefined || isOld(since, now)
  return [
    ...(versions.length > 0 && versions.every(({ lastModified }) => old(lastModified))
      ? [{ kind: 'object_without_row', recordingId: id, detail: row ? 'destroyed' : 'unknown' } as const]
      : []),
    ...uploads.filter(({ initiated }) => old(initiated)).map(strayUpload(id)),
  ]
}

const unfinishedDestruction = (row: FsckRow): Finding => ({
  kind: 'unfinished_destruction',
  recordingId: row.id,
  ...(row.statusReason === null ? {} : { detail: row.statusReason }),
})

const judgeKey = (row: FsckRow): Finding[] =>
  row.hasKey ? [] : [{ kind: 'key_missing', recordingId: row.id }]

function judgeRenditions(row: FsckRow, versions: readonly ObjectVersion[]): Finding[] {
  const expected =
    row.renditions.length > 0 ? row.renditions : [{ key: renditionKey(row.id, 'original'), bytes: -1 }]
  return expected.flatMap(({ key, bytes }): Finding[] => {
    const found = versions.filter((version) => version.key === key)
    const data = found.filter(({ isMarker }) => !isMarker)
    const latest = data.find(({ isLatest }) => isLatest)
    if (!latest && data.some((version) => version.bytes === bytes))
      return [{ kind: 'hidden_object', recordingId: row.id, key }]
    if (!latest || bytes < 0) return [{ kind: 'row_without_object', recordingId: row.id, key }]
    if (latest.bytes === bytes) return []
    const detail = `the row says ${bytes} bytes, the store ${latest.bytes}`
    return [{ kind: 'size_mismatch', recordingId: row.id, key, detail }]
  })
}

function judgeStrays({ versions, uploads }: Evidence, row: FsckRow, now: Date): Finding[] {
  const known = new Set(row.renditions.map(({ key }) => key))
  const stray = versions.filter(
    (one) =>
      one.isLatest && !one.isMarker && !known.has(one.key) && !row.tidying && isOld(one.lastModified, now),
  )
  return [
    ...stray.map(
      ({ key }): Finding => ({ kind: 'object_without_row', recordingId: row.id, key, detail: 'in use' }),
    ),
    ...uploads.filter(({ initiated }) => isOld(initiated, now)).map(strayUpload(row.id)),
  ]
}

const strayUpload =
  (recordingId: string) =>
  ({ key, uploadId }: OpenUpload): Finding => ({ kind: 'stray_upload', recordingId, key, detail: uploadId })

const isOld = (since: Date, now: Date): boolean => now.getTime() - since.getTime() > GRACE_MS
