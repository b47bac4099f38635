import { sql } from 'kysely'
import type { AudioWorkKind } from '../db/audio-schema.ts'
import type { Connection } from '../db/database.ts'
import type { RenditionName } from '../storage/keys.ts'

/** What is known of a recording's sound, and what is still to be done to it before it can be heard as it should. */
export interface MediaRow {
  readonly facts: {
    readonly codec: string
    readonly channels: number
    readonly sampleRate: number
    readonly durationMs: number
    readonly warning: string | null
  } | null
  readonly work: readonly {
    readonly kind: AudioWorkKind
    readonly state: 'waiting' | 'parked'
    readonly reason: string | null
  }[]
  readonly made: readonly RenditionName[]
}

/** As a column of a statement over `recording`. */
export const mediaColumn = sql<MediaRow>`json_build_object(
  'facts', (select json_build_object('codec', f.codec, 'channels', f.channels, 'sampleRate', f.sample_rate,
      'durationMs', f.duration_ms, 'warning', f.warning)
    from audio_facts f where f.recording_id = recording.id),
  'work', (select coalesce(json_agg(json_build_object('kind', w.kind, 'state', w.state, 'reason', w.reason)), '[]')
    from audio_work w where w.recording_id = recording.id and w.kind in ('redact', 'playback')),
  'made', array(select d.name from rendition d where d.recording_id = recording.id order by d.name))`

export async function findMedia(connection: Connection, id: string): Promise<MediaRow> {
  const row = await connection
    .selectFrom('recording')
    .select(mediaColumn.as('media'))
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.media ?? { facts: null, work: [], made: [] }
}
