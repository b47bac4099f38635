import { type FileHandle, open } from 'node:fs/promises'
import { DigestTable } from '../kernel/digest-table.ts'
import { isId } from '../kernel/ids.ts'
import { readLines } from '../kernel/lines.ts'

/**
 * What earlier runs of an import have stored: a file to which every stored row adds a line, so that the next
 * run need not read its audio again. Only a note: the database decides, and without the file nothing is lost.
 */
export interface ImportState extends AsyncDisposable {
  /** The recording a row became, as far as the file knows. */
  recordingOf(digest: Buffer): string | undefined
  note(digest: Buffer, recordingId: string): Promise<void>
}

const MAX_LINE_BYTES = 200

/** Opens the file or, unless it is only to be read, begins it. A line that a crash cut off is passed over. */
export async function openImportState(
  path: string,
  { readOnly }: { readOnly: boolean },
): Promise<ImportState> {
  const known = new DigestTable(16)
  const handle = await openIfThere(path, readOnly ? 'r' : 'a+')
  if (handle) await load(handle, known)
  // Ends what a crash may have cut off, so that the next line begins as one.
  if (handle && !readOnly) await handle.appendFile('\n')
  return {
    recordingOf(digest) {
      const id = known.get(digest)
      return id && textOf(id)
    },
    async note(digest, recordingId) {
      const line = { row: digest.toString('base64url'), recording: recordingId }
      await handle?.appendFile(`${JSON.stringify(line)}\n`)
    },
    async [Symbol.asyncDispose]() {
      await handle?.close()
    },
  }
}

async function openIfThere(path: string, flags: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags, 0o600)
  } catch (error) {
    if (flags === 'r' && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function load(handle: FileHandle, known: DigestTable): Promise<void> {
  for await (const { text } of readLines(
    handle.createReadStream({ start: 0, autoClose: false }),
    MAX_LINE_BYTES,
  )) {
    const [, row = '', recording = ''] = LINE.exec(text ?? '') ?? []
    if (isId(recording)) known.add(Buffer.from(row, 'base64url'), bytesOf(recording))
  }
}

const LINE = /^\{"row":"([\w-]{22})","recording":"([0-9a-f-]{36})"\}$/

const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex')
const textOf = (id: Buffer): string =>
  id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
