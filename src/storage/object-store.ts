import type { Readable } from 'node:stream'

/** Tags every object carries (names and values are read by bucket lifecycle rules). */
export interface ObjectTags {
  /** One purpose, or several joined with `+`, in alphabetical order. */
  readonly purpose: string
  /** Last day the object may be kept, `YYYY-MM-DD`, or `open` while a trigger is awaited. */
  readonly 'retain-until': string
  /** The rule that decides the date, `id@version`. */
  readonly rule: string
  readonly hold: 'none' | 'held'
  readonly class: 'original' | 'derived' | 'export'
}

export interface ObjectVersion {
  readonly key: string
  readonly versionId: string
  readonly isMarker: boolean
  readonly isLatest: boolean
  readonly bytes: number
  readonly lastModified: Date
}

export interface OpenUpload {
  readonly key: string
  readonly uploadId: string
  readonly initiated: Date
}

export interface RemovalFailure {
  readonly key: string
  readonly versionId: string
  /** The store's own code, e.g. `AccessDenied` for a version under Object Lock. */
  readonly code: string
}

export interface RemovalResult {
  readonly removed: number
  readonly failed: readonly RemovalFailure[]
}

export interface ByteSpan {
  readonly offset: number
  readonly length: number
}

/**
 * Where encrypted objects live. Keys are built by `keys.ts`; drivers never see HTTP or plaintext.
 * Every driver passes `test/contract/object-store.ts`. Foreign errors become `ObjectStoreError`.
 */
export interface ObjectStore {
  readonly kind: 'file' | 's3'
  /**
   * Stores the whole stream as one new object version, durably, or nothing at all: when the
   * stream errors or the signal aborts, no version and no open upload stays behind. Pieces of a stream that
   * was marked with `handOver` are gone when they are stored.
   */
  put(key: string, body: Readable, signal: AbortSignal): Promise<{ versionId: string; bytes: number }>
  /** Size and version of the latest version, or undefined when the store says it has none. */
  head(key: string): Promise<{ bytes: number; versionId: string } | undefined>
  /** The named bytes of the latest version, handed over. Aborting the signal releases the connection at once. */
  open(key: string, span: ByteSpan, signal: AbortSignal): Promise<Readable>
  /** Replaces all tags of one version; of the latest when none is named. */
  setTags(key: string, tags: ObjectTags, versionId?: string): Promise<void>
  tags(key: string, versionId?: string): Promise<Partial<ObjectTags>>
  /**
   * Sets or lifts the legal hold of one version; a held version refuses removal. `unsupported` when the
   * store has no such thing (a bucket without Object Lock): then nothing was set, and nothing is refused.
   */
  setHold(key: string, versionId: string, held: boolean): Promise<'done' | 'unsupported'>
  /** Whether one version is under a legal hold; false also where there is no such thing. */
  isHeld(key: string, versionId: string): Promise<boolean>
  /** All versions and delete markers under a prefix, in pages, in the order of their keys; a prefix ends in `/`. */
  listVersions(prefix: string): AsyncIterable<readonly ObjectVersion[]>
  /** Whether no version and no delete marker is under a prefix: the short form of an empty listing. */
  isEmpty(prefix: string): Promise<boolean>
  /** All unfinished multipart uploads under a prefix, in pages, in the order of their keys. */
  listUploads(prefix: string): AsyncIterable<readonly OpenUpload[]>
  /** Removes exactly these versions, any number; the result names each one that is still there. */
  removeVersions(versions: readonly Pick<ObjectVersion, 'key' | 'versionId'>[]): Promise<RemovalResult>
  abortUpload(upload: Pick<OpenUpload, 'key' | 'uploadId'>): Promise<void>
  /** What the store's own clock says, to the second; undefined for a store that has none of its own. */
  now(): Promise<Date | undefined>
  /** Throws ObjectStoreError unless the store answers and the bucket is there. */
  ping(signal: AbortSignal): Promise<void>
  close(): void
}

/** A store that failed; `missing` only when the store itself said that the object is absent. */
export class ObjectStoreError extends Error {
  override readonly name = 'ObjectStoreError'
  readonly kind: 'missing' | 'denied' | 'full' | 'unavailable'

  constructor(kind: ObjectStoreError['kind'], message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}
