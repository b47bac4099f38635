import { inParallel } from '../kernel/in-parallel.ts'
import { type ObjectStore, ObjectStoreError, type ObjectVersion } from '../storage/object-store.ts'
import { eraseObjects, PASSING } from './erase-objects.ts'
import type { KnownObject } from './purge-finish-queries.ts'

/** What became of the objects of one claimed recording. */
export type Erased =
  /** A listing has shown that nothing is left. */
  | { readonly kind: 'erased'; readonly versions: number; readonly uploads: number }
  | { readonly kind: 'refused'; readonly code: string; readonly versions: number; readonly uploads: number }
  | { readonly kind: 'failed'; readonly error: ObjectStoreError }

export interface EraseRequest {
  readonly ids: readonly string[]
  readonly objects: readonly KnownObject[]
  /** Says which recordings were under a hold of ours, whose release the store may not know yet. */
  readonly everHeld: (ids: readonly string[]) => Promise<ReadonlySet<string>>
}

/** Recordings that are deleted and proven together; while one group is proven the next is deleted. */
const GROUP = 250
const PARALLEL_GROUPS = 4
const PARALLEL_PROOFS = 8
const PARALLEL_THOROUGH = 4
/** Above this, reading all open uploads of the bucket costs less than asking for each recording. */
const FEW = 16

/**
 * Removes the objects of many recordings: open uploads, then the versions we know, then proof of each
 * prefix by listing. Whatever is not plainly gone after that goes the thorough way, one by one. Safe to
 * repeat after a crash at any point. Every id gets an answer.
 */
export async function eraseBatch(
  store: ObjectStore,
  request: EraseRequest,
): Promise<ReadonlyMap<string, Erased>> {
  const answers = new Map<string, Erased>()
  const batch = new Batch(store, request, answers)
  try {
    await batch.run()
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) throw error
    for (const id of request.ids) if (!answers.has(id)) answers.set(id, { kind: 'failed', error })
  }
  return answers
}

class Batch {
  readonly #store: ObjectStore
  readonly #request: EraseRequest
  readonly #answers: Map<string, Erased>
  readonly #objects: ReadonlyMap<string, readonly KnownObject[]>
  readonly #versions = new Map<string, number>()
  /** What a plain removal did not prove to be gone. */
  readonly #doubtful = new Set<string>()

  constructor(store: ObjectStore, request: EraseRequest, answers: Map<string, Erased>) {
    this.#store = store
    this.#request = request
    this.#answers = answers
    this.#objects = Map.groupBy(request.objects, ({ recordingId }) => recordingId)
  }

  async run(): Promise<void> {
    const { ids } = this.#request
    // Uploads first: one that completes afterwards would leave a version nobody knows.
    const uploads = await this.#abortUploads()
    const groups = Array.from({ length: Math.ceil(ids.length / GROUP) }, (_, i) =>
      ids.slice(i * GROUP, (i + 1) * GROUP),
    )
    await inParallel(PARALLEL_GROUPS, groups, (group) => this.#group(group))
    for (const id of (await this.#abortUploads()).keys()) this.#doubtful.add(id)
    const settled = ids.filter((id) => !this.#doubtful.has(id) && !this.#answers.has(id))
    for (const id of settled) this.#answer(id, 0, uploads.get(id) ?? 0)
    const open = [...this.#doubtful].filter((id) => !this.#answers.has(id))
    await inParallel(PARALLEL_THOROUGH, open, (id) => this.#thoroughly(id, uploads.get(id) ?? 0))
  }

  #answer(id: string, versions: number, uploads: number): void {
    this.#answers.set(id, { kind: 'erased', versions: versions + (this.#versions.get(id) ?? 0), uploads })
  }

  /** How many uploads were aborted of each recording that had any. */
  async #abortUploads(): Promise<Map<string, number>> {
    const wanted = new Set(this.#request.ids)
    const aborted = new Map<string, number>()
    for (const prefix of this.#uploadPrefixes()) {
      for await (const page of this.#store.listUploads(prefix)) {
        for (const upload of page) {
          const id = upload.key.split('/')[1] ?? ''
          if (!wanted.has(id)) continue
          await this.#store.abortUpload(upload).catch(ignoreMissing)
          aborted.set(id, (aborted.get(id) ?? 0) + 1)
        }
      }
    }
    return aborted
  }

  #uploadPrefixes(): string[] {
    const { ids } = this.#request
    // Files are found by their directory; a bucket has one list of uploads, which is usually short.
    const oneByOne = ids.length <= FEW || this.#store.kind === 'file'
    return oneByOne ? ids.map((id) => `recordings/${id}/`) : ['recordings/']
  }

  async #group(ids: readonly string[]): Promise<void> {
    const known = ids.filter((id) => this.#isKnown(id))
    for (const id of ids) if (!this.#isKnown(id)) this.#doubtful.add(id)
    // The originals on their own and first: if the store holds one, what is derived from it stays as well.
    await this.#remove(known, ({ name }) => name === 'original')
    await this.#remove(
      known.filter((id) => !this.#doubtful.has(id)),
      ({ name }) => name !== 'original',
    )
    const removed = known.filter((id) => !this.#doubtful.has(id))
    await inParallel(PARALLEL_PROOFS, removed, async (id) => {
      if (!(await this.#store.isEmpty(`recordings/${id}/`))) this.#doubtful.add(id)
    })
  }

  #isKnown(id: string): boolean {
    const objects = this.#objects.get(id) ?? []
    return objects.length > 0 && objects.every(({ versionId }) => versionId !== null)
  }

  /** Reads the result of every key: an answer of "200" says nothing about any of them. */
  async #remove(ids: readonly string[], which: (object: KnownObject) => boolean): Promise<void> {
    const objects = ids.flatMap((id) => (this.#objects.get(id) ?? []).filter(which))
    if (objects.length === 0) return
    const versions = objects.map(({ key, versionId }) => ({ key, versionId: versionId ?? '' }))
    const { failed } = await this.#store.removeVersions(versions)
    const failures = new Map(failed.map(({ key, code }) => [key, code]))
    for (const { recordingId: id, key } of objects) {
      const code = failures.get(key)
      if (code === undefined) this.#versions.set(id, (this.#versions.get(id) ?? 0) + 1)
      else this.#doubtful.add(id)
      // A store that is busy is asked again later, not at once.
      if (code !== undefined && PASSING.test(code)) {
        const error = new ObjectStoreError('unavailable', `the store could not remove a version: ${code}`)
        this.#answers.set(id, { kind: 'failed', error })
      }
    }
  }

  async #thoroughly(id: string, uploadsBefore: number): Promise<void> {
    try {
      let erasure = await eraseObjects(this.#store, id)
      let { versions } = erasure
      if (erasure.refused.length > 0 && (await this.#liftOwnHold(id))) {
        erasure = await eraseObjects(this.#store, id)
        versions += erasure.versions
      }
      const uploads = uploadsBefore + erasure.uploads
      const [refusal] = erasure.refused
      if (refusal) this.#answers.set(id, { kind: 'refused', code: refusal.code, versions, uploads })
      else this.#answer(id, versions, uploads)
    } catch (error) {
      if (!(error instanceof ObjectStoreError)) throw error
      this.#answers.set(id, { kind: 'failed', error })
    }
  }

  /**
   * The recording is free, so a hold that is left in the store is one we placed and could not lift yet.
   * Only of recordings that we ever held, and only the hold: a lock until a date is not ours to touch.
   */
  async #liftOwnHold(id: string): Promise<boolean> {
    if (!(await this.#request.everHeld([id])).has(id)) return false
    const versions: ObjectVersion[] = []
    for await (const page of this.#store.listVersions(`recordings/${id}/`)) versions.push(...page)
    for (const { key, versionId, isMarker } of versions)
      if (!isMarker) await this.#store.setHold(key, versionId, false)
    return true
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof ObjectStoreError && error.kind === 'missing')) throw error
}
