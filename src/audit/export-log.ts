import type { Connection } from '../db/database.ts'
import { entryOf, payloadOf } from './event-form.ts'
import { type ExportRow, lastSegment, type SegmentRow, sealedFrom } from './export-queries.ts'

const BATCH = 1000

/**
 * The log up to a size as JSON lines that `verify-export` reads: first what stands for dropped events, if there
 * are any, then one event a line. Payloads of other entities are left out, as if erased: the proofs need them not.
 */
export async function* exportLog(
  connection: Connection,
  size: number,
  entities: readonly string[] | 'all',
): AsyncGenerator<string> {
  const segment = await lastSegment(connection)
  if (segment) yield segmentLine(segment)
  let from = segment?.to_seq ?? 0
  while (from < size) {
    const rows = await sealedFrom(connection, { from, to: size, limit: BATCH }, entities)
    const last = rows.at(-1)
    if (!last) throw new Error('a part of the audit log is missing')
    yield rows.map(eventLine).join('')
    from = last.seq + 1
  }
}

const segmentLine = ({ to_seq, subtrees, note }: SegmentRow): string =>
  `${JSON.stringify({ segment: { to: to_seq, subtrees: subtrees.map((hash) => hash.toString('base64')), note } })}\n`

/** An event that is gone without a segment leaves `null`, so that the line shows which one it was. */
function eventLine(row: ExportRow): string {
  const event = row.gone ? 'null' : entryOf(row, row.commitment)
  const isShown = !row.gone && row.visible && row.salt !== null
  const payload = isShown ? payloadOf(row) : 'null'
  const salt = isShown && row.salt ? `"${row.salt.toString('base64')}"` : 'null'
  return `{"seq":${row.seq},"leaf":"${row.leaf.toString('base64')}","event":${event},"payload":${payload},"salt":${salt}}\n`
}
