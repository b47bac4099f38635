import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { MIB } from '../kernel/units.ts'
import type { Archive } from './package-archive.ts'
import type { FileRole } from './package-manifest.ts'
import type { Report } from './package-verify-signed.ts'
import type { ZipFile } from './package-zip.ts'

/** A file of an archive that was read to its end. */
export interface FoundFile {
  readonly bytes: number
  readonly role: FileRole
  readonly sha256: string
  /** Of audio: by this a vCon names it. */
  readonly sha512: Buffer | null
}

/** The list of half a million files is smaller; a larger text would only fill the memory. */
const MOST_TEXT = 256 * MIB
/** What is looked into; the rest is only compared with its hash. */
const TEXTS: readonly FileRole['kind'][] = ['manifest', 'signature', 'vcon']

export async function readFile(
  archive: Archive,
  offset: number,
  { file, role }: { readonly file: ZipFile; readonly role: FileRole },
  report: Report,
): Promise<FoundFile & { readonly text: Buffer | null }> {
  const isText = TEXTS.includes(role.kind)
  const keep = isText && file.bytes <= MOST_TEXT
  if (isText && !keep) report(file.name, 'is larger than any text of a package')
  const sha256 = createHash('sha256')
  const sha512 = role.kind === 'audio' ? createHash('sha512') : null
  const kept: Buffer[] = []
  let sum = 0
  for await (const piece of contentOf(archive, offset, file.bytes)) {
    sha256.update(piece)
    sha512?.update(piece)
    sum = crc32(piece, sum)
    if (keep) kept.push(piece)
  }
  if (sum !== file.crc32) report(file.name, 'does not fit its checksum')
  return {
    bytes: file.bytes,
    role,
    sha256: sha256.digest('hex'),
    sha512: sha512?.digest() ?? null,
    text: keep ? Buffer.concat(kept) : null,
  }
}

const contentOf = (archive: Archive, offset: number, length: number): AsyncIterable<Buffer> | Buffer[] =>
  length === 0 ? [] : archive.read({ offset, length })
