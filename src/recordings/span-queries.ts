import { sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import { SECOND } from '../kernel/units.ts'
import type { CallOfSpans, CallSpans, Span } from './span-list.ts'

type Kind = 'beep' | 'cut'

interface SpanRow {
  readonly kind: Kind
  readonly fromMs: number
  readonly toMs: number
  readonly channel: number | null
  readonly reason: Span['reason']
}

/** The spans of a recording, as they were put. */
export async function findSpans(connection: Connection, recordingId: string): Promise<CallSpans> {
  const { rows } = await sql<SpanRow>`
    select kind, from_ms as "fromMs", to_ms as "toMs", channel, reason from audio_span
    where recording_id = ${recordingId} order by from_ms, to_ms, coalesce(channel, 0), reason collate "C"`.execute(
    connection,
  )
  const those = (wanted: Kind) => rows.filter(({ kind }) => kind === wanted).map(spanOf)
  return { beeps: those('beep'), cuts: those('cut') }
}

const spanOf = ({ fromMs, toMs, channel, reason }: SpanRow): Span => ({
  fromSeconds: fromMs / SECOND,
  toSeconds: toMs / SECOND,
  ...(channel === null ? {} : { channel }),
  reason,
})

export async function replaceSpans(tx: Tx, recordingId: string, { beeps, cuts }: CallSpans): Promise<void> {
  await tx.deleteFrom('audio_span').where('recording_id', '=', recordingId).execute()
  const rows = [...beeps.map(rowOf(recordingId, 'beep')), ...cuts.map(rowOf(recordingId, 'cut'))]
  if (rows.length > 0) await tx.insertInto('audio_span').values(rows).execute()
}

const rowOf =
  (recordingId: string, kind: Kind) =>
  ({ fromSeconds, toSeconds, channel, reason }: Span) => ({
    recording_id: recordingId,
    kind,
    from_ms: Math.round(fromSeconds * SECOND),
    to_ms: Math.round(toSeconds * SECOND),
    channel: channel ?? null,
    reason,
  })

/** How long the call is and how many channels it has, as decoding showed, or else as its sender said. */
export async function callOfSpans(tx: Tx, recordingId: string): Promise<CallOfSpans> {
  const { rows } = await sql<CallOfSpans>`
    select coalesce(f.duration_ms / 1000.0, extract(epoch from r.ended_at - r.started_at))::float8 as seconds,
      coalesce(f.channels, jsonb_array_length(r.channels)) as channels
    from recording r left join audio_facts f on f.recording_id = r.id where r.id = ${recordingId}`.execute(tx)
  return rows[0] ?? { seconds: null, channels: null }
}
