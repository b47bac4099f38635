import type { Connection } from '../db/database.ts'

/** The original's object and wrapped key; undefined for a recording that is unfinished or destroyed. */
export const findSealed = (connection: Connection, recordingId: string) =>
  connection
    .selectFrom('rendition')
    .innerJoin('recording_key', 'recording_key.recording_id', 'rendition.recording_id')
    .where('rendition.recording_id', '=', recordingId)
    .where('rendition.name', '=', 'original')
    .select(['object_key', 'cipher_bytes', 'kek_id', 'wrapped'])
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom('audio_work')
          .select('kind')
          .where('recording_id', '=', recordingId)
          .where('kind', '=', 'redact'),
      ).as('redacting'),
    )
    .executeTakeFirst()

/** One wrapped key for each key-encryption key that recordings were wrapped with. */
export const oneKeyPerKek = (connection: Connection) =>
  connection
    .selectFrom('recording_key')
    .distinctOn('kek_id')
    .select(['recording_id', 'kek_id', 'wrapped'])
    .orderBy('kek_id')
    .execute()
