import { sql } from 'kysely'
import type { Connection } from '../db/database.ts'

/** Where the audio of a file of a package is. */
export interface PackagedAudioRow {
  readonly recordingId: string
  readonly objectKey: string
  readonly bytes: number
  readonly kekId: string
  readonly wrapped: Buffer
  readonly ageHeader: Buffer
}

/**
 * The audio of a package as it was put in, as long as it may leave: neither destroyed nor replaced, nor given to
 * another member, and without parts that have to be left out since.
 */
const stillThere = (packageId: string) => sql`
  from package_file f
  join package p on p.id = f.package_id and p.state = 'ready'
  join recording r on r.id = f.recording_id and r.member_ref = p.member_ref
    and r.status in ('processing', 'available', 'unplayable', 'quarantined')
  join rendition d on d.recording_id = r.id and d.name = f.rendition and d.sha256 = f.sha256
  join recording_key k on k.recording_id = r.id
  where f.package_id = ${packageId} and f.rendition is not null
    and (f.rendition = 'copy' or not exists (select from audio_span s where s.recording_id = r.id and s.kind = 'cut'))
    and not exists (select from audio_work w where w.recording_id = r.id and w.kind = 'redact')`

/** Undefined when it may not leave any more. */
export async function packagedAudio(
  connection: Connection,
  packageId: string,
  position: number,
): Promise<PackagedAudioRow | undefined> {
  const { rows } = await sql<PackagedAudioRow>`
    select r.id as "recordingId", d.object_key as "objectKey", d.plain_bytes as bytes, k.kek_id as "kekId", k.wrapped,
      d.age_header as "ageHeader" ${stillThere(packageId)} and f.position = ${position}`.execute(connection)
  return rows[0]
}

/** Whether everything that a package that can be fetched promises is still there. */
export async function isWhole(connection: Connection, packageId: string): Promise<boolean> {
  const { rows } = await sql<{ whole: boolean }>`
    select (select count(*) from package_file where package_id = ${packageId} and rendition is not null)
      = (select count(*) ${stillThere(packageId)}) as whole`.execute(connection)
  return rows[0]?.whole === true
}
