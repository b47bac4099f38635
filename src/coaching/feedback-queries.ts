import { sql } from 'kysely'
import type { Connection } from '../db/database.ts'

/** A call of an agent that was drawn, with what was released of it. */
export interface FeedbackRow {
  readonly sampleId: string
  readonly n: number
  readonly recordingId: string | null
  readonly drawnAt: Date
  readonly product: string | null
  readonly startedAt: Date | null
  readonly releasedAt: Date | null
  readonly withdrawnAt: Date | null
  readonly withdrawnReason: string | null
  readonly notes: readonly { readonly atMs: number; readonly body: string }[]
  readonly scores: readonly {
    readonly author: string
    readonly formVersion: string
    readonly answers: Readonly<Record<string, number>>
    readonly updatedAt: string
  }[]
}

const MOST_SHOWN = 200

/** Newest draw first. Nothing that was not released, and nothing of a call that was withdrawn. */
export async function listFeedback(
  connection: Connection,
  { sub, entities }: { readonly sub: string; readonly entities: readonly string[] },
): Promise<FeedbackRow[]> {
  const { rows } = await sql<FeedbackRow>`
    select i.sample_id as "sampleId", i.n, r.id as "recordingId", s.drawn_at as "drawnAt", r.product,
      r.started_at as "startedAt", i.released_at as "releasedAt", i.withdrawn_at as "withdrawnAt",
      i.withdrawn_reason as "withdrawnReason",
      coalesce((select json_agg(json_build_object('atMs', at_ms, 'body', body) order by at_ms, created_at)
        from training_note where sample_id = i.sample_id and n = i.n and i.released_at is not null), '[]') as notes,
      coalesce((select json_agg(json_build_object('author', author, 'formVersion', form_version,
          'answers', answers, 'updatedAt', updated_at) order by author)
        from training_score where sample_id = i.sample_id and n = i.n and i.released_at is not null), '[]') as scores
    from training_item i join training_sample s on s.id = i.sample_id
    left join recording r on r.id = i.recording_id and i.withdrawn_at is null
    where i.agent_ref = ${sub} and s.entity = any(${entities}::text[])
    order by s.drawn_at desc, i.sample_id, i.n limit ${MOST_SHOWN}`.execute(connection)
  return rows
}
