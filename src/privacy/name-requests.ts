import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import { type Actor, hasRole } from '../access/actor.ts'
import { hasLapsed } from '../access/four-eyes.ts'
import { can, scopeOf } from '../access/policy.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp, newId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { queueNotice } from '../notices/queue-notice.ts'
import { findAccesses } from '../recordings/accesses-queries.ts'
import { findRecording } from '../recordings/find-queries.ts'
import { subjectOf, tagOf } from '../recordings/present.ts'
import {
  insertNameRequest,
  listNameRequests,
  lockNameRequest,
  type NameRequestRow,
  updateNameRequest,
} from './name-request-queries.ts'
import { type Page, pageAfter, pageOf } from './page.ts'

export interface NameRequestPorts {
  readonly db: Database
  readonly clock: Clock
}

/**
 * A member asks who was behind a line of who listened. The line has to be one that the member sees, of somebody
 * else. Throws Problem: `not_found`, also for a line that is withheld; `not_open` when it was asked before.
 */
export function makeAskName({ db, clock }: NameRequestPorts) {
  return async function askName(
    actor: Actor,
    wanted: { readonly recordingId: string; readonly accessId: string; readonly reason: string },
  ): Promise<NameRequestRow> {
    const at = clock.now()
    const recordingId = idToLookUp(wanted.recordingId)
    const act: Act = { type: 'name_request.asked', action: 'C', actor, at }
    return withRefusalsOnRecord(db, act, async () => {
      const recording = await findRecording(db, recordingId, scopeOf(actor))
      const isOwn = recording && hasRole(actor, 'member') && recording.member_ref === actor.memberRef
      if (
        !recording ||
        !isOwn ||
        can(actor, 'accesses', subjectOf(recording, recording.tags.map(tagOf)), at) !== 'allowed'
      )
        throw new Problem('not_found')
      const lines = await findAccesses(db, [recordingId], { today: dayOf(at), withheld: false })
      const line = lines.find(({ id, actor_sub: who }) => id === wanted.accessId && who !== actor.sub)
      if (!line?.actor_sub) throw new Problem('not_found')
      const row = {
        ...{ id: newId(), recording_id: recordingId, access_id: line.id, entity: recording.entity },
        ...{ member_ref: actor.memberRef ?? '', listener_sub: line.actor_sub, reason: wanted.reason },
        ...{ asked_at: at, state: 'open' as const },
      }
      return db.transaction().execute(async (tx) => {
        const made = await insertNameRequest(tx, row)
        if (!made) throw new Problem('not_open')
        await queueNotice(tx, {
          ...{ to: { role: 'privacy_officer', entity: row.entity }, kind: 'name_asked', facts: {}, at },
          ...{ about: { type: 'recording', id: recordingId }, key: `name-asked ${row.id}` },
        })
        await appendAudit(tx, { ...eventOf(act, { nameRequest: row.id }), recordingId })
        return made
      })
    })
  }
}

export type NameDecision =
  | { readonly decision: 'refuse'; readonly balance: string }
  | { readonly decision: 'reveal'; readonly balance: string; readonly name: string }

/** As it stands at this instant: a proposal to show the name that no second officer judged in time is none. Pure. */
export function nameRequestAt(row: NameRequestRow, now: Date): NameRequestRow {
  if (row.state !== 'proposed' || row.decided_at === null || !hasLapsed(row.decided_at, now)) return row
  return { ...row, state: 'open', balance: null, name: null, decided_by: null, decided_at: null }
}

type Change = (tx: Tx, row: NameRequestRow, act: Act) => Promise<NameRequestRow>

/**
 * What officers do with the question. The default is no: one officer is enough to refuse, a name needs a second.
 * Whoever is asked about decides nothing, and a proposal that waits for seven days lapses. Each throws Problem
 * `forbidden`, `not_found`, `not_open`, `second_person_required`.
 */
export function makeNameRequests({ db, clock }: NameRequestPorts) {
  const changing = (type: string, actor: Actor, id: string, change: Change): Promise<NameRequestRow> => {
    const act: Act = { type, action: 'U', actor, at: clock.now() }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, act.at, 'privacy_officer')
      return db.transaction().execute(async (tx) => {
        const locked = await lockNameRequest(tx, idToLookUp(id), actor.entities)
        if (!locked) throw new Problem('not_found')
        const found = nameRequestAt(locked, act.at)
        if (found.listener_sub === actor.sub) throw new Problem('second_person_required')
        const row = await change(tx, found, act)
        const detail = { nameRequest: row.id, state: row.state }
        await appendAudit(tx, { ...eventOf(act, detail), recordingId: row.recording_id })
        return row
      })
    })
  }

  return {
    decide: (actor: Actor, id: string, wanted: NameDecision): Promise<NameRequestRow> =>
      changing('name_request.decided', actor, id, async (tx, found, { at }) => {
        if (found.state !== 'open') throw new Problem('not_open')
        const decided = { balance: wanted.balance, decided_by: actor.sub, decided_at: at }
        if (wanted.decision === 'reveal')
          return updateNameRequest(tx, found.id, { ...decided, state: 'proposed', name: wanted.name })
        await tell(tx, found, at)
        return updateNameRequest(tx, found.id, { ...decided, state: 'refused', name: null })
      }),

    /** The second officer: the member sees the name, or the proposal is refused after all. */
    approve: (actor: Actor, id: string, approved: boolean): Promise<NameRequestRow> =>
      changing('name_request.approved', actor, id, async (tx, found, { at }) => {
        if (found.state !== 'proposed') throw new Problem('not_open')
        if (found.decided_by === actor.sub) throw new Problem('second_person_required')
        await tell(tx, found, at)
        if (!approved) return updateNameRequest(tx, found.id, { state: 'refused', name: null })
        return updateNameRequest(tx, found.id, { state: 'revealed', approved_by: actor.sub, approved_at: at })
      }),

    /** Newest first, for officers and auditors. */
    list(actor: Actor, { cursor, limit }: { cursor?: string | undefined; limit: number }) {
      const act: Act = { type: 'name_request.listed', action: 'R', actor, at: clock.now() }
      return withRefusalsOnRecord(db, act, async (): Promise<Page<NameRequestRow>> => {
        requireRole(actor, act.at, 'privacy_officer', 'auditor')
        const rows = await listNameRequests(db, actor.entities, {
          after: pageAfter(cursor),
          limit: limit + 1,
        })
        await appendAudit(db, eventOf(act, { count: Math.min(rows.length, limit) }))
        const page = pageOf(rows, limit, ({ asked_at: at, id }) => ({ at, id }))
        return { ...page, items: page.items.map((row) => nameRequestAt(row, act.at)) }
      })
    },
  }
}

const tell = (tx: Tx, row: NameRequestRow, at: Date): Promise<void> =>
  queueNotice(tx, {
    ...{ to: { memberRef: row.member_ref }, kind: 'name_answered', facts: {}, at },
    ...{ about: { type: 'recording', id: row.recording_id }, key: `name-answered ${row.id}` },
  })
