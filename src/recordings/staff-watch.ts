import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { AnomalyKind } from '../db/oversight-schema.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId, newId } from '../kernel/ids.ts'
import { HOUR, MINUTE } from '../kernel/units.ts'
import { queueNotice } from '../notices/queue-notice.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Grant } from './admit.ts'
import {
  countListening,
  type ListeningCounts,
  lockActor,
  noteAnomaly,
  noteListening,
} from './staff-watch-queries.ts'

/** What staff may do in an hour before somebody has to look at it; more than this is an anomaly. */
export interface StaffLimits {
  /** Different members whose calls one person hears; calls of a sample drawn by lot do not count. */
  readonly membersPerHour: number
  readonly recordingsPerHour: number
  /** Calls of one member that somebody tries to hear without naming a case. */
  readonly withoutCasePerHour: number
  /** Whether somebody beyond the first two hears nothing more until an officer acknowledged it. */
  readonly blocks: boolean
}

export const STAFF_LIMITS: StaffLimits = {
  membersPerHour: 20,
  recordingsPerHour: 60,
  withoutCasePerHour: 3,
  blocks: true,
}

export interface StaffWatchPorts {
  readonly db: Database
  readonly clock: Clock
  readonly limits: StaffLimits
  readonly logger: Pick<Logger, 'error'>
}

export interface Anomaly {
  readonly kind: AnomalyKind
  readonly count: number
  readonly threshold: number
  readonly blocks: boolean
}

/** The anomalies that these counts of one hour are. */
export function anomaliesIn(
  counts: ListeningCounts,
  { membersPerHour, recordingsPerHour, withoutCasePerHour, blocks }: StaffLimits,
): Anomaly[] {
  const found: Anomaly[] = [
    { kind: 'many_members', count: counts.members, threshold: membersPerHour, blocks },
    { kind: 'many_recordings', count: counts.recordings, threshold: recordingsPerHour, blocks },
    { kind: 'without_case', count: counts.withoutCase, threshold: withoutCasePerHour, blocks: false },
  ]
  return found.filter(({ count, threshold }) => count > threshold)
}

/** A player asks for many ranges; that somebody hears a call is noted this often at most. */
const NOTED_FOR = 10 * MINUTE
const MOST_NOTED = 10_000

/**
 * Notices staff who open more than their work explains: as it happens and over all instances, because what was
 * opened is counted in the database before anything is sent. Each anomaly is recorded once until an officer
 * has acknowledged it.
 */
export function makeStaffWatch({ db, clock, limits, logger }: StaffWatchPorts) {
  const noted = new Map<string, number>()

  /** True once in a while for each person and call. */
  function isNews(key: string, now: number): boolean {
    const before = noted.get(key)
    if (before !== undefined && now - before < NOTED_FOR && now >= before) return false
    if (noted.size >= MOST_NOTED) noted.clear()
    noted.set(key, now)
    return true
  }

  async function note(actor: Actor, recordingId: string, kind: 'heard' | 'sampled' | 'without_case') {
    const at = clock.now()
    if (!isNews(`${kind} ${actor.sub} ${recordingId}`, at.getTime())) return []
    const { found, news } = await db.transaction().execute(async (tx) => {
      await lockActor(tx, actor.sub)
      await noteListening(tx, { actor_sub: actor.sub, kind, recording_id: recordingId, last_at: at })
      const counts = await countListening(tx, actor.sub, recordingId, new Date(at.getTime() - HOUR))
      const anomalies = anomaliesIn(counts, limits)
      return { found: anomalies, news: await record(tx, actor, at, anomalies) }
    })
    tell(logger, actor, news)
    return found
  }

  return {
    /** Notes that staff got audio; `suspended`: this was too much, and it must not be sent. */
    async opened({ request: { actor }, isOwn, recordingId, intent }: Grant): Promise<'fine' | 'suspended'> {
      if (isOwn) return 'fine'
      const found = await note(actor, recordingId, intent.sampleId === undefined ? 'heard' : 'sampled')
      // Also when it is no news: what was asked for side by side has passed the policy already.
      return found.some(({ blocks }) => blocks) ? 'suspended' : 'fine'
    },

    /** Notes that staff tried to hear a call that they know of without saying for which case. */
    async triedWithoutCase(actor: Actor, recordingId: string): Promise<void> {
      if (isId(recordingId)) await note(actor, recordingId, 'without_case')
    },

    /** Notes that a coach looked for calls, of a member or otherwise, instead of drawing them. */
    async coachSearched(actor: Actor): Promise<void> {
      const anomaly: Anomaly = { kind: 'coach_search', count: 1, threshold: 0, blocks: false }
      const noting = db.transaction().execute((tx) => record(tx, actor, clock.now(), [anomaly]))
      tell(logger, actor, await noting)
    },
  }
}

export type StaffWatch = ReturnType<typeof makeStaffWatch>

/** Records what is new of it, and tells the officers of each entity. */
async function record(tx: Tx, actor: Actor, at: Date, anomalies: readonly Anomaly[]): Promise<Anomaly[]> {
  const news: Anomaly[] = []
  for (const anomaly of anomalies) {
    const id = newId()
    if (!(await noteAnomaly(tx, { id, actor, at, ...anomaly }))) continue
    const { kind, count, threshold, blocks } = anomaly
    const detail = { anomaly: id, kind, count, threshold, blocks }
    await appendAudit(tx, { type: 'staff.anomaly_found', action: 'C', outcome: 'ok', at, actor, detail })
    for (const entity of actor.entities)
      await queueNotice(tx, {
        to: { role: 'privacy_officer', entity },
        kind: 'staff_anomaly_found',
        about: { type: 'none', id: null },
        facts: { count, threshold },
        at,
        key: `staff-anomaly ${id} ${entity}`,
      })
    news.push(anomaly)
  }
  return news
}

function tell(logger: StaffWatchPorts['logger'], actor: Actor, anomalies: readonly Anomaly[]): void {
  for (const { kind, count, blocks } of anomalies)
    logger.error('somebody opens more than their work explains', {
      alarm: 'staff_anomaly',
      ...{ kind, count, blocks, actor: actor.sub },
    })
}
