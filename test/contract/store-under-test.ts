import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ObjectStore, ObjectTags } from '../../src/storage/object-store.ts'

/** Sees the same store without the driver under test: a plain SDK client, or the bare directory. */
export interface RawStore {
  versions(prefix: string): Promise<{ key: string; versionId: string; bytes: number }[]>
  uploads(prefix: string): Promise<{ key: string; uploadId: string }[]>
  read(key: string): Promise<Buffer>
  tags(key: string): Promise<Record<string, string>>
  /** Makes this many objects of one byte, or begins this many uploads that nobody finishes. */
  fill(prefix: string, objects: number): Promise<void>
  strand(prefix: string, uploads: number): Promise<void>
}

export interface StoreUnderTest {
  readonly store: ObjectStore
  readonly raw: RawStore
  /** The same driver where the bucket or directory does not exist. */
  readonly broken: ObjectStore
  close(): Promise<void>
}

export const TAGS: ObjectTags = {
  purpose: 'service_quality+training_coaching',
  'retain-until': '2027-05-22',
  rule: 'hmbs-training@1',
  hold: 'none',
  class: 'original',
}
export const PART = 5 * 1024 * 1024
export const never = new AbortController().signal
export const newPrefix = () => `recordings/${randomUUID()}/`

export async function collect<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = []
  for await (const page of pages) all.push(...page)
  return all
}

/** A stream of these bytes in pieces as a socket gives them. */
export function inPieces(bytes: Buffer, size = 60_000): Readable {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )
  return Readable.from(pieces, { objectMode: false })
}

export const putBytes = (store: ObjectStore, key: string, bytes: Buffer) =>
  store.put(key, inPieces(bytes), never)
