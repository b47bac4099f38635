import { type FileHandle, open } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import { readPieces } from '../kernel/read-pieces.ts'
import { KIB } from '../kernel/units.ts'
import { isGone, translated } from './file-errors.ts'
import { makeDirectory } from './file-layout.ts'

const WRITE_BUFFER_BYTES = 256 * KIB

/** A removal of the last sibling may take the directory away before the file is made, hence the loop. */
export async function createIn(directory: string, path: string): Promise<FileHandle> {
  for (let attempt = 1; ; attempt++) {
    await makeDirectory(directory)
    try {
      return await open(path, 'wx', 0o600)
    } catch (error) {
      if (!isGone(error) || attempt === 10) throw error
    }
  }
}

/** Copies the stream into the file through one buffer; errors of the stream itself pass unchanged. */
export async function writeAll(handle: FileHandle, body: Readable, signal: AbortSignal): Promise<number> {
  const buffer = Buffer.allocUnsafe(WRITE_BUFFER_BYTES)
  let bytes = 0
  let filled = 0

  /** Takes the piece from a place on; a promise when it has to be written for that. */
  function take(piece: Buffer, from = 0): Promise<void> | undefined {
    const copied = piece.copy(buffer, filled, from)
    filled += copied
    bytes += copied
    if (filled < buffer.length) return undefined
    return translated(() => handle.writeFile(buffer)).then(() => {
      filled = 0
      return take(piece, from + copied)
    })
  }

  await readPieces(addAbortSignal(signal, body), (piece) => take(piece))
  await translated(() => handle.writeFile(buffer.subarray(0, filled)))
  return bytes
}
