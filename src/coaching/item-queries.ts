import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import type { CalendarDay } from '../kernel/calendar.ts'
import { type Obstacle, obstacle } from './pool-queries.ts'

/** An item that somebody is about to write something about. */
export interface LockedItem {
  readonly n: number
  readonly recordingId: string | null
  readonly endsOn: CalendarDay
  readonly isWithdrawn: boolean
  readonly isReviewed: boolean
  readonly isReleased: boolean
  /** What keeps its call out of training now, whether or not it was withdrawn for it yet. */
  readonly obstacle: Obstacle | null
}

/** Keeps the item as it is until the transaction ends: its withdrawal waits, and finds what was written. */
export async function lockItem(
  tx: Tx,
  sampleId: string,
  n: number,
  today: CalendarDay,
): Promise<LockedItem | undefined> {
  const { rows } = await sql<LockedItem>`
    select i.n, i.recording_id as "recordingId", i.ends_on as "endsOn",
      i.withdrawn_at is not null as "isWithdrawn", i.reviewed_at is not null as "isReviewed",
      i.released_at is not null as "isReleased", ${obstacle(today)} as obstacle
    from training_item i
    left join recording r on r.id = i.recording_id
    left join purpose_tag t on t.recording_id = r.id and t.purpose = 'training_coaching'
    where i.sample_id = ${sampleId} and i.n = ${n} for update of i`.execute(tx)
  return rows[0]
}

export interface NoteRow {
  readonly id: string
  readonly n: number
  readonly author: string
  readonly atMs: number
  readonly body: string
  readonly createdAt: Date
}

const NOTE = ['id', 'n', 'author', 'at_ms as atMs', 'body', 'created_at as createdAt'] as const

/** In the order of the call; of others only when all coaches of the sample have scored the item. */
export async function listNotes(
  connection: Connection,
  { sampleId, n, sub }: { readonly sampleId: string; readonly n: number; readonly sub: string },
): Promise<NoteRow[]> {
  return connection
    .selectFrom('training_note')
    .innerJoin('training_item', (join) =>
      join
        .onRef('training_item.sample_id', '=', 'training_note.sample_id')
        .onRef('training_item.n', '=', 'training_note.n'),
    )
    .select([
      'training_note.id',
      'training_note.n',
      'author',
      'at_ms as atMs',
      'body',
      'training_note.created_at as createdAt',
    ])
    .where('training_note.sample_id', '=', sampleId)
    .where('training_note.n', '=', n)
    .where((where) => where.or([where('author', '=', sub), where('reviewed_at', 'is not', null)]))
    .orderBy('at_ms')
    .orderBy('training_note.created_at')
    .execute()
}

export async function insertNote(tx: Tx, sampleId: string, note: NoteRow): Promise<void> {
  await tx
    .insertInto('training_note')
    .values({
      id: note.id,
      sample_id: sampleId,
      n: note.n,
      author: note.author,
      at_ms: note.atMs,
      body: note.body,
      created_at: note.createdAt,
    })
    .execute()
}

/** Removes a note of this author; undefined when there is none. */
export async function deleteNote(
  tx: Tx,
  address: { readonly sampleId: string; readonly n: number; readonly id: string; readonly author: string },
): Promise<NoteRow | undefined> {
  return tx
    .deleteFrom('training_note')
    .where('sample_id', '=', address.sampleId)
    .where('n', '=', address.n)
    .where('id', '=', address.id)
    .where('author', '=', address.author)
    .returning(NOTE)
    .executeTakeFirst()
}

export interface ScoreRow {
  readonly n: number
  readonly author: string
  readonly formVersion: string
  readonly answers: Readonly<Record<string, number>>
  readonly updatedAt: Date
}

export async function putScore(tx: Tx, sampleId: string, score: ScoreRow): Promise<void> {
  const values = {
    form_version: score.formVersion,
    answers: JSON.stringify(score.answers),
    updated_at: score.updatedAt,
  }
  await tx
    .insertInto('training_score')
    .values({ sample_id: sampleId, n: score.n, author: score.author, ...values })
    .onConflict((conflict) => conflict.columns(['sample_id', 'n', 'author']).doUpdateSet(values))
    .execute()
}

/** Every score of a sample; who may see which is for the caller to decide. */
export async function listScores(connection: Connection, sampleId: string): Promise<ScoreRow[]> {
  return connection
    .selectFrom('training_score')
    .select(['n', 'author', 'form_version as formVersion', 'answers', 'updated_at as updatedAt'])
    .where('sample_id', '=', sampleId)
    .orderBy('n')
    .orderBy('author')
    .execute()
}

/** Notes an item as reviewed once every coach of its sample has scored it. */
export async function noteReviewed(tx: Tx, sampleId: string, n: number, at: Date): Promise<void> {
  await sql`update training_item set reviewed_at = coalesce(reviewed_at, ${at})
    where sample_id = ${sampleId} and n = ${n} and not exists (
      select from training_coach c where c.sample_id = ${sampleId} and not exists (
        select from training_score s where s.sample_id = ${sampleId} and s.n = ${n} and s.author = c.coach_sub))`.execute(
    tx,
  )
}

export async function noteReleased(
  tx: Tx,
  sampleId: string,
  n: number,
  release: { readonly at: Date; readonly by: string },
): Promise<void> {
  await sql`update training_item set released_at = ${release.at}, released_by = ${release.by},
    reviewed_at = coalesce(reviewed_at, ${release.at}) where sample_id = ${sampleId} and n = ${n}`.execute(tx)
}
