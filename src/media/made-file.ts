import { createReadStream, existsSync } from 'node:fs'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { MadeFile } from './engine.ts'

/** A place that a program can fill with a file; the file never has a name where the system allows that. */
export interface ReservedFile extends AsyncDisposable {
  /** To be given to the program under any number. */
  readonly descriptor: number
  /** What the program opens when it has the file as its descriptor of this number. */
  pathFor(descriptor: number): string
  /** What has become of it, which from now on disposes of it. */
  made(mediaType: MadeFile['mediaType']): Promise<MadeFile>
}

/** Through this directory a process opens what it has been given, although it has no name any more. */
const OWN_DESCRIPTORS = '/proc/self/fd'

/**
 * A new empty file in a private directory. On Linux it loses its name at once, so that it is gone with the last
 * process that has it open, also when all are killed. `owner`: the user who must be able to write it.
 */
export async function reserveFile(owner?: number): Promise<ReservedFile> {
  const directory = await mkdtemp(join(tmpdir(), 'listenback-audio-'))
  const path = join(directory, 'sound')
  const remove = () => rm(directory, { recursive: true, force: true })
  await using undo = new AsyncDisposableStack()
  undo.defer(remove)
  const handle = await open(path, 'wx+', 0o600)
  undo.defer(() => handle.close())
  if (owner !== undefined) await handle.chown(owner, owner)
  const isNameless = existsSync(OWN_DESCRIPTORS)
  if (isNameless) await remove()
  const kept = undo.move()
  const dispose = () => kept.disposeAsync()
  return {
    descriptor: handle.fd,
    pathFor: (descriptor) => (isNameless ? `${OWN_DESCRIPTORS}/${descriptor}` : path),
    made: (mediaType) => madeFile(handle, mediaType, dispose),
    [Symbol.asyncDispose]: dispose,
  }
}

async function madeFile(
  handle: FileHandle,
  mediaType: MadeFile['mediaType'],
  dispose: () => Promise<void>,
): Promise<MadeFile> {
  const { size } = await handle.stat()
  return {
    bytes: size,
    mediaType,
    // A place of its own in the file for every reader; the descriptor outlives them all.
    open: () => createReadStream('', { fd: handle.fd, start: 0, autoClose: false }),
    [Symbol.asyncDispose]: dispose,
  }
}

/** The same in memory, for an engine that has no files. */
export const memoryFile = (bytes: Uint8Array, mediaType: MadeFile['mediaType']): MadeFile => {
  let content = bytes
  return {
    bytes: bytes.length,
    mediaType,
    open: () =>
      Readable.from(
        content.length === 0 ? [] : [Buffer.from(content.buffer, content.byteOffset, content.length)],
      ),
    async [Symbol.asyncDispose]() {
      content = new Uint8Array(0)
    },
  }
}
