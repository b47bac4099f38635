import type { Connection, Tx } from '../db/database.ts'
import type { RenditionName } from '../storage/keys.ts'
import type { PackageRow } from './package-queries.ts'

/** A file on its way into a package. */
export interface NewFile {
  readonly position: number
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
  readonly crc32: number
  readonly sha256: Buffer
  readonly recordingId: string | null
  /** Audio, which stays with the recording; null for a document. */
  readonly rendition: RenditionName | null
  readonly sealed: Buffer | null
}

/** The next recording that is not looked at yet, after one of them. */
export const nextRecording = (connection: Connection, packageId: string, after: number) =>
  connection
    .selectFrom('package_recording')
    .select(['n', 'recording_id as recordingId'])
    .where('package_id', '=', packageId)
    .where('state', '=', 'waiting')
    .where('n', '>', after)
    .orderBy('n')
    .limit(1)
    .executeTakeFirst()

/** Puts one recording in; false when somebody else has taken the package over, or it is gone. */
export async function includeRecording(
  tx: Tx,
  packaged: PackageRow,
  n: number,
  files: readonly NewFile[],
): Promise<boolean> {
  const audio = files.filter(({ rendition }) => rendition !== null)
  if (
    !(await isOurs(
      tx,
      packaged,
      audio.reduce((sum, { bytes }) => sum + bytes, 0),
    ))
  )
    return false
  const done = await settle(tx, packaged.id, n, null)
  if (done) await insertFiles(tx, packaged.id, files)
  return done
}

/** Leaves one recording out, for a reason that the member will read. */
export async function leaveOut(tx: Tx, packaged: PackageRow, n: number, because: string): Promise<boolean> {
  return (await isOurs(tx, packaged, 0)) && (await settle(tx, packaged.id, n, because))
}

async function isOurs(tx: Tx, { id, worker }: PackageRow, bytes: number): Promise<boolean> {
  const row = await tx
    .updateTable('package')
    .set(({ eb, ref }) => ({
      recordings_done: eb(ref('recordings_done'), '+', 1),
      bytes: eb(ref('bytes'), '+', bytes),
    }))
    .where('id', '=', id)
    .where('worker', '=', worker)
    .where('state', '=', 'building')
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

async function settle(tx: Tx, packageId: string, n: number, because: string | null): Promise<boolean> {
  const row = await tx
    .updateTable('package_recording')
    .set({ state: because === null ? 'included' : 'left_out', left_out_because: because })
    .where('package_id', '=', packageId)
    .where('n', '=', n)
    .where('state', '=', 'waiting')
    .returning('n')
    .executeTakeFirst()
  return row !== undefined
}

export async function insertFiles(tx: Tx, packageId: string, files: readonly NewFile[]): Promise<void> {
  if (files.length === 0) return
  await tx
    .insertInto('package_file')
    .values(
      files.map(({ recordingId, mediaType, ...file }) => ({
        ...file,
        package_id: packageId,
        media_type: mediaType,
        recording_id: recordingId,
      })),
    )
    .execute()
}

/** Recordings that were looked at, in the order of their calls. */
export const settledRecordings = (connection: Connection, packageId: string) =>
  connection
    .selectFrom('package_recording')
    .select(['n', 'recording_id as recordingId', 'state', 'left_out_because as because'])
    .where('package_id', '=', packageId)
    .orderBy('n')
    .execute()

/** A file as the archive knows it; what is in it is read when it is wanted. */
export interface FileRow {
  readonly position: number
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
  readonly crc32: number
  readonly sha256: Buffer
  readonly recordingId: string | null
  readonly rendition: RenditionName | null
}

export const filesOf = (connection: Connection, packageId: string): Promise<FileRow[]> =>
  connection
    .selectFrom('package_file')
    .select(['position', 'name', 'media_type as mediaType', 'bytes', 'crc32', 'sha256'])
    .select(['recording_id as recordingId', 'rendition'])
    .where('package_id', '=', packageId)
    .orderBy('position')
    .execute()

/** A document as it is stored; undefined once the package has ended. */
export async function sealedDocument(
  connection: Connection,
  packageId: string,
  position: number,
): Promise<Buffer | undefined> {
  const row = await connection
    .selectFrom('package_file')
    .select('sealed')
    .where('package_id', '=', packageId)
    .where('position', '=', position)
    .executeTakeFirst()
  return row?.sealed ?? undefined
}

export interface Finished {
  readonly bytes: number
  readonly sha256: Buffer
  readonly generatedAt: Date
  readonly expiresAt: Date
}

/** The package can be fetched from now on; false when it was taken over, or something of it went meanwhile. */
export async function finishPackage(
  tx: Tx,
  { id, worker }: PackageRow,
  { bytes, sha256, generatedAt, expiresAt }: Finished,
  done: number,
): Promise<boolean> {
  const row = await tx
    .updateTable('package')
    .set({ state: 'ready', worker: null, bytes, sha256, generated_at: generatedAt, expires_at: expiresAt })
    .where('id', '=', id)
    .where('worker', '=', worker)
    .where('state', '=', 'building')
    .where('recordings_total', '=', done)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}
