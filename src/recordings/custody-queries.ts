import { sql } from 'kysely'
import type { Connection } from '../db/database.ts'
import type { SilencedRange } from '../db/schema.ts'
import type { HoldType } from './hold.ts'

/** What keeps a recording from destruction or from use, and whether it is whole. Instants are RFC 3339 text. */
export interface Custody {
  readonly holds: readonly {
    readonly id: string
    readonly type: HoldType
    readonly matterRef: string
    readonly placedBy: string
    readonly placedAt: string
    readonly reviewBy: string
    readonly confirmedAt: string | null
    readonly endedAt: string | null
  }[]
  readonly restriction: {
    readonly ground: string
    readonly placedBy: string
    readonly placedAt: string
    readonly liftNoticeAt: string | null
  } | null
  readonly requestLocks: readonly {
    readonly requestRef: string
    readonly placedAt: string
    readonly reviewBy: string
  }[]
  readonly silence: readonly SilencedRange[]
  readonly damage: readonly {
    readonly rendition: string
    readonly kind: 'missing' | 'changed'
    readonly foundAt: string
  }[]
  /** When the stored original last proved to be what was stored; null: not since it was stored. */
  readonly checkedAt: string | null
  /** Fields that were corrected, with the day; what they said before is not told. */
  readonly corrections: readonly { readonly field: string; readonly correctedAt: string }[]
  /** Whether the store has confirmed the tags and holds of now. */
  readonly storeInStep: boolean
}

/** JSON has no instants: as the API writes them. */
const instant = (column: string) =>
  sql.raw(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`)

/** Of a recording of the entities that is not destroyed; one statement, by primary keys and their indexes. */
export async function findCustody(
  connection: Connection,
  id: string,
  entities: readonly string[],
): Promise<Custody | undefined> {
  const { rows } = await sql<Custody>`select
    coalesce((select json_agg(json_build_object('id', h.id, 'type', h.type, 'matterRef', h.matter_ref,
        'placedBy', h.placed_by, 'placedAt', ${instant('l.placed_at')}, 'reviewBy', h.review_by,
        'confirmedAt', ${instant('l.confirmed_at')}, 'endedAt', ${instant('l.ended_at')})
        order by l.ended_at desc nulls first, l.placed_at desc)
      from hold_recording l join hold h on h.id = l.hold_id where l.recording_id = r.id), '[]') as holds,
    (select json_build_object('ground', s.ground, 'placedBy', s.placed_by, 'placedAt', ${instant('s.placed_at')},
        'liftNoticeAt', ${instant('s.lift_notice_at')})
      from restriction s where s.recording_id = r.id) as restriction,
    coalesce((select json_agg(json_build_object('requestRef', q.request_ref, 'placedAt', ${instant('q.placed_at')},
        'reviewBy', q.review_by) order by q.review_by)
      from request_lock q where q.recording_id = r.id), '[]') as "requestLocks",
    r.silence,
    coalesce((select json_agg(json_build_object('rendition', f.rendition, 'kind', f.kind,
        'foundAt', ${instant('f.found_at')}) order by f.found_at)
      from integrity_finding f where f.recording_id = r.id), '[]') as damage,
    (select ${instant('d.checked_at')} from rendition d
      where d.recording_id = r.id and d.name = 'original') as "checkedAt",
    coalesce((select json_agg(json_build_object('field', c.field, 'correctedAt', ${instant('c.corrected_at')})
        order by c.corrected_at desc) from corrected_value c where c.recording_id = r.id), '[]') as corrections,
    r.objects_changed_at is null as "storeInStep"
    from recording r
    where r.id = ${id} and r.entity = any(${entities}) and r.status not in ('receiving', 'destroying', 'destroyed')`.execute(
    connection,
  )
  return rows[0]
}
