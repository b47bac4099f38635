import type { Database } from '../db/database.ts'
import { Problem } from '../kernel/problem.ts'
import type { ReadPlain } from '../recordings/read-plain.ts'
import type { Keyring } from '../storage/keyring.ts'
import type { ByteSpan } from '../storage/object-store.ts'
import { packagedAudio } from './package-audio-queries.ts'
import { type FileRow, filesOf, sealedDocument } from './package-file-queries.ts'
import type { PackageRow } from './package-queries.ts'
import { openPackageKey, type SealBytes } from './package-sealing.ts'
import { layOutOf } from './package-stored.ts'
import { readZip } from './package-zip.ts'

export interface OpenPackagePorts {
  readonly db: Database
  readonly keyring: Keyring
  readonly readPlain: Pick<ReadPlain, 'stream'>
}

/** The archive of a package that can be fetched, of which any part can be read. */
export interface OpenPackage {
  readonly bytes: number
  /**
   * Audio is read from its recording in this moment and as it was put in. Fails with Problem `package_not_ready`
   * once something of it is not there any more, `damaged_recording`, or ObjectStoreError.
   */
  read(span: ByteSpan, signal: AbortSignal): AsyncGenerator<Buffer>
}

/** Opens a package that can be fetched, for whoever may have it. */
export function makeOpenPackage(ports: OpenPackagePorts) {
  return async function openPackage(packaged: PackageRow): Promise<OpenPackage> {
    const { db, keyring } = ports
    const files = await filesOf(db, packaged.id)
    const { open } = await openPackageKey(keyring, packaged)
    const layout = layOutOf(files, packaged.generated_at ?? packaged.asked_at)
    return {
      bytes: layout.bytes,
      read: (span, signal) =>
        readZip(layout, span, (index, part) => {
          const file = files[index] as FileRow
          return file.rendition === null
            ? document(ports, packaged.id, { file, open, part })
            : audio(ports, packaged.id, file, part, signal)
        }),
    }
  }
}

interface Part {
  readonly file: FileRow
  readonly open: SealBytes
  readonly part: ByteSpan
}

/** Documents are small: each is opened as a whole. */
async function* document(
  { db }: OpenPackagePorts,
  packageId: string,
  { file, open, part }: Part,
): AsyncGenerator<Buffer> {
  const sealed = await sealedDocument(db, packageId, file.position)
  if (!sealed) throw new Problem('package_not_ready')
  yield (await open(sealed)).subarray(part.offset, part.offset + part.length)
}

async function* audio(
  { db, readPlain }: OpenPackagePorts,
  packageId: string,
  { position }: FileRow,
  part: ByteSpan,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const row = await packagedAudio(db, packageId, position)
  if (!row) throw new Problem('package_not_ready')
  const { recordingId, kekId, wrapped, ageHeader, objectKey, bytes } = row
  const stored = { objectKey, bytes, locked: { recordingId, kekId, wrapped, ageHeader } }
  for await (const piece of readPlain.stream(stored, signal, part)) yield piece as Buffer
}
