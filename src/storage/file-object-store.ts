import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, stat, unlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { handOver } from '../kernel/give-back.ts'
import { ignoreGone, translate, translated } from './file-errors.ts'
import {
  counterOf,
  type Entry,
  entryPath,
  makeDirectory,
  objectDirectory,
  prefixDirectory,
  pruneEmpty,
  syncDirectory,
  versionIdAt,
  walk,
} from './file-layout.ts'
import { createIn, writeAll } from './file-writing.ts'
import {
  type ByteSpan,
  type ObjectStore,
  ObjectStoreError,
  type ObjectTags,
  type ObjectVersion,
  type OpenUpload,
  type RemovalFailure,
} from './object-store.ts'
import { readNotes, removeNotes, writeNotes } from './version-notes.ts'

const PAGE = 1000

/**
 * An object store in a directory, with the same meaning as S3: versions, tags, holds, unfinished
 * uploads. Everything acknowledged survives a power cut. One process at a time writes to it.
 * Throws ObjectStoreError when the directory cannot be made or read.
 */
export async function openFileObjectStore(directory: string): Promise<ObjectStore> {
  const root = join(resolve(directory), 'objects')
  await translated(() => makeDirectory(root))
  return new FileObjectStore(root)
}

class FileObjectStore implements ObjectStore {
  readonly kind = 'file'
  readonly #root: string
  /** The tail of the work queued per key: changes to one object happen one after the other. */
  readonly #queues = new Map<string, Promise<unknown>>()

  constructor(root: string) {
    this.#root = root
  }

  async put(key: string, body: Readable, signal: AbortSignal): Promise<{ versionId: string; bytes: number }> {
    // The body may fail while the file is still being made; the loop below then meets that error.
    body.on('error', () => undefined)
    const directory = objectDirectory(this.#root, key)
    const part = entryPath(directory, randomBytes(8).toString('hex'), 'part')
    const handle = await translated(() => createIn(directory, part)).catch((error) => {
      body.destroy()
      throw error
    })
    try {
      const bytes = await writeAll(handle, body, signal)
      await translated(() => handle.sync())
      signal.throwIfAborted()
      const versionId = await this.#oneByOne(key, () => this.#publish(key, part))
      return { versionId, bytes }
    } catch (error) {
      await unlink(part).catch(ignoreGone)
      await pruneEmpty(this.#root, directory)
      throw error
    } finally {
      await handle.close()
    }
  }

  async #publish(key: string, part: string): Promise<string> {
    const directory = objectDirectory(this.#root, key)
    const newest = (await this.#versionsOf(key)).at(-1)
    const versionId = versionIdAt(newest ? counterOf(newest.id) + 1 : 1, randomBytes(6).toString('hex'))
    await rename(part, entryPath(directory, versionId, 'data'))
    await syncDirectory(directory)
    return versionId
  }

  async head(key: string): Promise<{ bytes: number; versionId: string } | undefined> {
    return translated(async () => {
      const newest = (await this.#versionsOf(key)).at(-1)
      // With the whole directory gone, say because it is not mounted, nothing is known of the object.
      if (!newest) await stat(this.#root)
      return newest && { bytes: (await stat(newest.path)).size, versionId: newest.id }
    })
  }

  async open(key: string, span: ByteSpan, signal: AbortSignal): Promise<Readable> {
    signal.throwIfAborted()
    const newest = await this.#newest(key)
    if (span.length === 0) return Readable.from([])
    const handle = await translated(() => open(newest.path, 'r'))
    const { offset, length } = span
    const stream = createReadStream('', { fd: handle, start: offset, end: offset + length - 1, signal })
    // The reader may leave, and abort, before it listens.
    return handOver(stream.on('error', () => undefined))
  }

  async setTags(key: string, tags: ObjectTags, versionId?: string): Promise<void> {
    await this.#oneByOne(key, async () => {
      const { path } = await this.#version(key, versionId)
      await writeNotes(path, { ...(await readNotes(path)), tags })
    })
  }

  async tags(key: string, versionId?: string): Promise<Partial<ObjectTags>> {
    return translated(async () => (await readNotes((await this.#version(key, versionId)).path)).tags)
  }

  async setHold(key: string, versionId: string, held: boolean): Promise<'done'> {
    await this.#oneByOne(key, async () => {
      const { path } = await this.#version(key, versionId)
      await writeNotes(path, { ...(await readNotes(path)), held })
    })
    return 'done'
  }

  async isHeld(key: string, versionId: string): Promise<boolean> {
    return translated(async () => (await readNotes((await this.#version(key, versionId)).path)).held)
  }

  async *listVersions(prefix: string): AsyncGenerator<readonly ObjectVersion[]> {
    yield* inPages(this.#find(prefix, 'data', describeVersions))
  }

  async isEmpty(prefix: string): Promise<boolean> {
    for await (const _page of this.listVersions(prefix)) return false
    return true
  }

  async *listUploads(prefix: string): AsyncGenerator<readonly OpenUpload[]> {
    yield* inPages(this.#find(prefix, 'part', describeUploads))
  }

  async *#find<T>(prefix: string, kind: Entry['kind'], describe: (found: readonly Entry[]) => Promise<T[]>) {
    try {
      await stat(this.#root)
      for await (const entries of walk(this.#root, prefixDirectory(this.#root, prefix))) {
        yield* await describe(entries.filter((entry) => entry.kind === kind))
      }
    } catch (error) {
      throw translate(error)
    }
  }

  async removeVersions(versions: readonly Pick<ObjectVersion, 'key' | 'versionId'>[]) {
    const failed: RemovalFailure[] = []
    for (const { key, versionId } of versions) {
      const removed = await this.#oneByOne(key, () => this.#remove(key, versionId))
      if (!removed) failed.push({ key, versionId, code: 'AccessDenied' })
    }
    return { removed: versions.length - failed.length, failed }
  }

  /** False when the version is held. Notes go first: bytes without notes are found again, not the reverse. */
  async #remove(key: string, versionId: string): Promise<boolean> {
    const version = (await this.#versionsOf(key)).find((entry) => entry.id === versionId)
    if (!version) return true
    if ((await readNotes(version.path)).held) return false
    const directory = objectDirectory(this.#root, key)
    await removeNotes(version.path)
    await unlink(version.path).catch(ignoreGone)
    await syncDirectory(directory)
    await pruneEmpty(this.#root, directory)
    return true
  }

  async abortUpload({ key, uploadId }: Pick<OpenUpload, 'key' | 'uploadId'>): Promise<void> {
    const directory = objectDirectory(this.#root, key)
    await translated(async () => {
      await unlink(entryPath(directory, uploadId, 'part')).catch(ignoreGone)
      await pruneEmpty(this.#root, directory)
    })
  }

  /** Files are dated by the clock of this machine, which the service reads itself. */
  readonly now = async (): Promise<undefined> => undefined

  async ping(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    await translated(() => stat(this.#root))
  }

  close(): void {
    // There is nothing to release: files are opened per call.
  }

  /** The versions of exactly this key, oldest first. */
  async #versionsOf(key: string): Promise<readonly Entry[]> {
    const directory = objectDirectory(this.#root, key)
    for await (const entries of walk(this.#root, directory)) {
      return entries[0]?.key === key ? versionsAmong(entries) : []
    }
    return []
  }

  async #newest(key: string): Promise<Entry> {
    const newest = (await translated(() => this.#versionsOf(key))).at(-1)
    if (!newest) await translated(() => stat(this.#root))
    if (!newest) throw new ObjectStoreError('missing', 'the store has no such object')
    return newest
  }

  /** One version by name; the newest when none is named. */
  async #version(key: string, versionId: string | undefined): Promise<Entry> {
    if (versionId === undefined) return this.#newest(key)
    const version = (await this.#versionsOf(key)).find((entry) => entry.id === versionId)
    if (!version) throw new ObjectStoreError('missing', 'there is no such version')
    return version
  }

  async #oneByOne<T>(key: string, act: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(key) ?? Promise.resolve()
    const turn = before.then(() => translated(act))
    const tail = turn.then(
      () => undefined,
      () => undefined,
    )
    this.#queues.set(key, tail)
    try {
      return await turn
    } finally {
      if (this.#queues.get(key) === tail) this.#queues.delete(key)
    }
  }
}

const versionsAmong = (entries: readonly Entry[]): readonly Entry[] =>
  entries.filter((entry) => entry.kind === 'data').sort((a, b) => counterOf(a.id) - counterOf(b.id))

async function describeVersions(entries: readonly Entry[]): Promise<ObjectVersion[]> {
  const sorted = versionsAmong(entries)
  const described = sorted.map(async (entry, i) => {
    const { size, mtime } = await stat(entry.path)
    const isLatest = i === sorted.length - 1
    return {
      key: entry.key,
      versionId: entry.id,
      isMarker: false,
      isLatest,
      bytes: size,
      lastModified: mtime,
    }
  })
  return present(described)
}

const describeUploads = (entries: readonly Entry[]): Promise<OpenUpload[]> =>
  present(
    entries.map(async ({ key, id, path }) => ({ key, uploadId: id, initiated: (await stat(path)).mtime })),
  )

/** Those that did not go away between listing and looking. */
async function present<T>(described: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.all(described.map((one) => one.catch(ignoreGone)))
  return settled.filter((one) => one !== undefined) as T[]
}

async function* inPages<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let page: T[] = []
  for await (const item of items) {
    page.push(item)
    if (page.length < PAGE) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}
