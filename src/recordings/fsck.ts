import { isDeepStrictEqual } from 'node:util'
import { recordingPrefix } from '../storage/keys.ts'
import { ObjectStoreError } from '../storage/object-store.ts'
import { type Evidence, type Finding, type FindingKind, judge } from './fsck-findings.ts'
import { destroyedWithKey, type FsckRow, fsckRow, recordingsInOrder } from './fsck-queries.ts'
import { type RepairPorts, repair } from './fsck-repair.ts'
import { forgetUnseen, noteSighting } from './fsck-sighting-queries.ts'
import { sideBySide } from './fsck-walk.ts'
import { tagsOfKey } from './object-tags.ts'

export interface FsckPorts extends RepairPorts {
  /** Days after its end from which the store may have removed a recording by its own lifecycle rules. */
  readonly lifecycleMarginDays: number
}

export interface FsckRequest {
  /** Without it nothing is changed but the note of which objects without a row were seen. */
  readonly repair: boolean
  /** Compare the tags of every object too; costs one request per object. */
  readonly tags?: boolean
  /** Told every finding as it is made, after the attempt to repair it. */
  readonly onFinding?: (finding: ReportedFinding) => void
}

export interface ReportedFinding extends Finding {
  readonly repaired: boolean
}

export interface FsckSummary {
  /** Recordings that are not destroyed. */
  readonly recordings: number
  /** Object versions and delete markers below our prefix. */
  readonly versions: number
  readonly findings: Readonly<Partial<Record<FindingKind, number>>>
  readonly repaired: number
  /** Nothing is wrong, or nothing any more. */
  readonly clean: boolean
}

export type Fsck = (request: FsckRequest, signal?: AbortSignal) => Promise<FsckSummary>

/**
 * More orphans than this, and more than one in a hundred recordings, look like a database that does
 * not belong to this store: then none is erased, because they may be somebody's recordings.
 */
const FEW_ORPHANS = 10
const ORPHANS_PER_RECORDING = 0.01
/** What is remembered until the end of the walk; the next run takes the rest. */
const MOST_ORPHANS_AT_ONCE = 10_000

/**
 * Makes the three-way comparison of rows, objects and keys. It may run beside the working service:
 * whatever looks wrong is looked at a second time, freshly, before it is reported or repaired.
 */
export function makeFsck(ports: FsckPorts): Fsck {
  return async function fsck(request, signal) {
    const { db, store, clock } = ports
    const startedAt = clock.now()
    const check = new Check(ports, request)
    const met = sideBySide(recordingsInOrder(db), store.listVersions(ROOT), store.listUploads(ROOT))
    for await (const one of met) {
      signal?.throwIfAborted()
      if ('foreignKey' in one)
        check.report({ kind: 'unknown_object', recordingId: null, key: one.foreignKey }, false)
      else await check.recording(one.evidence)
    }
    for (const id of await destroyedWithKey(db)) await check.key(id)
    await check.orphans()
    await forgetUnseen(db, startedAt)
    return check.summary()
  }
}

const ROOT = 'recordings/'

class Check {
  readonly #ports: FsckPorts
  readonly #request: FsckRequest
  readonly #orphans: { readonly finding: Finding; readonly evidence: Evidence }[] = []
  readonly #counts: Partial<Record<FindingKind, number>> = {}
  #orphanCount = 0
  #recordings = 0
  #versions = 0
  #repaired = 0
  #open = 0

  constructor(ports: FsckPorts, request: FsckRequest) {
    this.#ports = ports
    this.#request = request
  }

  async recording(evidence: Evidence): Promise<void> {
    if (evidence.row) this.#recordings += 1
    this.#versions += evidence.versions.length
    if ((await this.#judge(evidence)).length === 0) return
    // The listings are older than this moment; only what is still wrong now counts.
    const { fresh, findings } = await this.#lookAgain(evidence.id)
    for (const finding of findings) await this.#treat(finding, fresh)
  }

  async key(id: string): Promise<void> {
    const evidence = { id, row: undefined, versions: [], uploads: [] }
    await this.#treat({ kind: 'key_without_recording', recordingId: id }, evidence)
  }

  /** Last, because only now it is known how many there are beside how many recordings. */
  async orphans(): Promise<void> {
    const allowed = Math.max(FEW_ORPHANS, this.#recordings * ORPHANS_PER_RECORDING)
    const mayErase = this.#request.repair && this.#orphanCount <= allowed
    for (const { finding, evidence } of this.#orphans)
      this.report(finding, mayErase && (await repair(this.#ports, finding, evidence)))
  }

  report(finding: Finding, repaired: boolean): void {
    this.#counts[finding.kind] = (this.#counts[finding.kind] ?? 0) + 1
    if (repaired) this.#repaired += 1
    else this.#open += 1
    this.#request.onFinding?.({ ...finding, repaired })
  }

  summary(): FsckSummary {
    return {
      recordings: this.#recordings,
      versions: this.#versions,
      findings: this.#counts,
      repaired: this.#repaired,
      clean: this.#open === 0,
    }
  }

  async #judge(evidence: Evidence): Promise<Finding[]> {
    const findings = judge(evidence, this.#ports.clock.now(), this.#ports.lifecycleMarginDays)
    return findings.length > 0 || !this.#request.tags ? findings : this.#compareTags(evidence.row)
  }

  async #compareTags(row: FsckRow | undefined): Promise<Finding[]> {
    if (!row || ['receiving', 'destroying', 'destroyed'].includes(row.status)) return []
    const findings: Finding[] = []
    for (const { key } of row.renditions) {
      const expected = tagsOfKey(key, { ...row, isFree: !row.held })
      const actual = await this.#ports.store.tags(key).catch(noneWhenMissing)
      if (!isDeepStrictEqual({ ...actual }, { ...expected }))
        findings.push({ kind: 'tags_differ', recordingId: row.id, key })
    }
    return findings
  }

  /** Row, listings, row again: unless the row stood still in between, the listings prove nothing. */
  async #lookAgain(id: string): Promise<{ fresh: Evidence; findings: Finding[] }> {
    const { db, store } = this.#ports
    for (;;) {
      const row = await fsckRow(db, id)
      const versions = await all(store.listVersions(recordingPrefix(id)))
      const uploads = await all(store.listUploads(recordingPrefix(id)))
      const fresh = { id, row, versions, uploads }
      const findings = await this.#judge(fresh)
      if (isDeepStrictEqual(await fsckRow(db, id), row)) return { fresh, findings }
    }
  }

  async #treat(finding: Finding, evidence: Evidence): Promise<void> {
    // Without even a tombstone nothing vouches for it that these bytes may go.
    if (finding.kind === 'object_without_row' && !evidence.row) await this.#postpone(finding, evidence)
    else this.report(finding, this.#request.repair && (await repair(this.#ports, finding, evidence)))
  }

  async #postpone(finding: Finding, evidence: Evidence): Promise<void> {
    this.#orphanCount += 1
    await noteSighting(this.#ports.db, evidence.versions, this.#ports.clock.now())
    if (this.#orphans.length >= MOST_ORPHANS_AT_ONCE) this.report(finding, false)
    else this.#orphans.push({ finding, evidence: { ...evidence, versions: [], uploads: [] } })
  }
}

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const items: T[] = []
  for await (const page of pages) items.push(...page)
  return items
}

function noneWhenMissing(error: unknown): undefined {
  if (error instanceof ObjectStoreError && error.kind === 'missing') return undefined
  throw error
}
