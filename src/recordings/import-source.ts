import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { Readable } from 'node:stream'
import { Problem } from '../kernel/problem.ts'
import { type ObjectStore, ObjectStoreError } from '../storage/object-store.ts'

/** A file that is there to be imported. */
export interface SourceFile {
  readonly bytes: number
  /** Its first bytes, at most so many. */
  head(length: number): Promise<Buffer>
  /** The whole file, opened when it is first read; fails with a Problem when it is not what was found. */
  read(): Readable
}

/** Where the files of a manifest are. */
export interface ImportSource {
  /** The file; or in words, and without its name, why it cannot be imported. */
  find(file: string): Promise<SourceFile | string>
}

const MISSING = 'does not exist'
const DENIED = 'may not be read by this user'

/** Files below a directory; a path or symbolic link that leads out of it is refused. */
export async function directorySource(directory: string): Promise<ImportSource> {
  const root = await realpath(directory)
  return {
    async find(file) {
      try {
        const path = await realpath(join(root, file))
        if (!path.startsWith(root + sep)) return 'leads out of the directory'
        const handle = await openFile(path)
        try {
          const stat = await handle.stat()
          if (!stat.isFile()) return 'is not a regular file'
          return fileOf(stat.size, (length) => readFile(path, length))
        } finally {
          await handle.close()
        }
      } catch (error) {
        return explain(error)
      }
    },
  }
}

const REFUSALS: Readonly<Record<string, string>> = {
  ENOENT: MISSING,
  ENOTDIR: MISSING,
  ENAMETOOLONG: MISSING,
  ELOOP: 'is a symbolic link that leads nowhere',
  EACCES: DENIED,
  EPERM: DENIED,
  ENXIO: 'is not a regular file',
}

function explain(error: unknown): string {
  const refusal = REFUSALS[String((error as NodeJS.ErrnoException).code)]
  if (refusal === undefined) throw error
  return refusal
}

/** Never waits for a pipe to be written to, and never follows a link put there after the path was examined. */
const openFile = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)

async function readFile(path: string, length: number | undefined): Promise<Readable> {
  const handle = await openFile(path)
  const isFile = (await handle.stat()).isFile()
  if (isFile) return handle.createReadStream(length === undefined ? {} : { end: length - 1 })
  await handle.close()
  throw new Error('is not a regular file any more')
}

/** Objects below a prefix of a bucket; `prefix` is empty or ends in a slash. */
export function storeSource(store: ObjectStore, prefix: string): ImportSource {
  return {
    async find(file) {
      try {
        const head = await store.head(prefix + file)
        if (!head) return MISSING
        return fileOf(head.bytes, (length = head.bytes) =>
          store.open(prefix + file, { offset: 0, length }, new AbortController().signal),
        )
      } catch (error) {
        if (error instanceof ObjectStoreError && error.kind === 'denied') return DENIED
        throw error
      }
    },
  }
}

/** Reads so many bytes from the start, or (undefined) all there are. */
type Start = (length: number | undefined) => Promise<Readable>

const fileOf = (bytes: number, start: Start): SourceFile => ({
  bytes,
  async head(length) {
    const wanted = Math.min(length, bytes)
    return Buffer.concat(wanted === 0 ? [] : await Array.fromAsync(readExactly(() => start(wanted), wanted)))
  },
  read: () =>
    Readable.from(bytes === 0 ? [] : readExactly(() => start(undefined), bytes), { objectMode: false }),
})

/** What was found is what must be read: a file that grows or shrinks meanwhile is no whole call. */
async function* readExactly(start: () => Promise<Readable>, length: number): AsyncGenerator<Buffer> {
  let bytes = 0
  try {
    for await (const chunk of (await start()) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      yield chunk
    }
  } catch (cause) {
    if (cause instanceof ObjectStoreError && cause.kind === 'unavailable') throw cause
    throw new Problem('incomplete_upload', { detail: 'The file could not be read to its end.', cause })
  }
  if (bytes !== length) {
    throw new Problem('incomplete_upload', { detail: 'The file changed while it was read.' })
  }
}
