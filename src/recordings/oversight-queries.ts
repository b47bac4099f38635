import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Connection } from '../db/database.ts'

/** What emergencies and anomalies change for one person. */
export interface OversightFacts {
  /** Their live emergency access to the recording. */
  readonly break_glass: string | null
  readonly suspended: boolean
}

/** As `listen-queries` has it for audio, for whoever asks about a recording. */
export async function findOversight(
  connection: Connection,
  { sub, entities }: Pick<Actor, 'sub' | 'entities'>,
  recordingId: string,
  now: Date,
): Promise<OversightFacts> {
  if (entities.length === 0) return { break_glass: null, suspended: false }
  const { rows } = await sql<OversightFacts>`
    select (select id from break_glass where recording_id = ${recordingId} and actor_sub = ${sub}
        and ends_at > ${now} limit 1) as break_glass,
      exists (select from staff_anomaly where actor_sub = ${sub} and acknowledged_at is null and blocks)
        or exists (select from break_glass where actor_sub = ${sub} and reviewed_at is null
          and review_due_at <= ${now}) as suspended`.execute(connection)
  return rows[0] ?? { break_glass: null, suspended: false }
}
