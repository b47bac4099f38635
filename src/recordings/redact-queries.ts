import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { SilencedRange } from '../db/schema.ts'
import type { RenditionName } from '../storage/keys.ts'

/** Where the redaction of a recording stands, besides what `findSource` tells. */
export interface RedactionState {
  readonly entity: string
  /** Null when the store's answer was never noted. */
  readonly versionId: string | null
  /** The original that is stored now is one of those in which something was found. */
  readonly isFound: boolean
  readonly isHeld: boolean
  /** Whether it ever was under a hold: only then can the store have one of ours. */
  readonly wasHeld: boolean
}

export async function readRedaction(connection: Connection, id: string): Promise<RedactionState | undefined> {
  const { rows } = await sql<RedactionState>`
    select r.entity, d.version_id as "versionId", r.hold_count > 0 as "isHeld",
      exists (select from hold_recording l where l.recording_id = r.id) as "wasHeld",
      exists (select from replaced_version v where v.recording_id = r.id and v.name = 'original'
        and v.version_id = coalesce(d.version_id, '')) as "isFound"
    from recording r join rendition d on d.recording_id = r.id and d.name = 'original'
    where r.id = ${id}`.execute(connection)
  return rows[0]
}

/** A version that is to be destroyed, and who asked for that. */
export interface ReplacedVersion {
  readonly name: RenditionName
  readonly versionId: string
  readonly cipherSha256: Buffer | null
  readonly askedBy: string
  readonly askedAt: Date
}

export const replacedOf = (connection: Connection, id: string): Promise<readonly ReplacedVersion[]> =>
  connection
    .selectFrom('replaced_version')
    .select(['name', 'version_id as versionId', 'cipher_sha256 as cipherSha256'])
    .select(['asked_by as askedBy', 'asked_at as askedAt'])
    .where('recording_id', '=', id)
    .orderBy('asked_at')
    .orderBy('name')
    .execute()

/** Notes the version of an original that was stored before versions were noted. */
export async function noteVersion(tx: Tx, id: string, versionId: string): Promise<void> {
  for (const table of ['rendition', 'replaced_version'] as const)
    await tx
      .updateTable(table)
      .set({ version_id: versionId })
      .where('recording_id', '=', id)
      .where('name', '=', 'original')
      .where(sql<boolean>`coalesce(version_id, '') = ''`)
      .execute()
}

export const silenceOf = async (tx: Tx, id: string): Promise<readonly SilencedRange[]> =>
  (await tx.selectFrom('recording').select('silence').where('id', '=', id).executeTakeFirstOrThrow()).silence

/** What was found wrong with the bytes that are replaced says nothing of the new ones. */
export async function forgetFindings(tx: Tx, id: string, name: RenditionName): Promise<void> {
  await tx
    .deleteFrom('integrity_finding')
    .where('recording_id', '=', id)
    .where('rendition', '=', name)
    .execute()
}

export async function deleteReplaced(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('replaced_version').where('recording_id', '=', id).execute()
}
