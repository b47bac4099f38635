import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { requireStepUp } from '../access/step-up.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import { addPeriod, type CalendarDay, dayOf, startOfDayAfter } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp, newId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { queueNotice } from '../notices/queue-notice.ts'
import { type Page, pageAfter, pageOf } from './page.ts'
import {
  insertWithheld,
  listWithheld,
  lockWithheld,
  updateWithheld,
  type WithheldRow,
} from './withheld-access-queries.ts'

export interface WithholdingWanted {
  readonly entity: string
  readonly caseRef: string
  readonly necessity: string
  readonly proportionality: string
  readonly withheldUntil: CalendarDay
  readonly reviewBy: CalendarDay
}

export type WithholdingReview =
  | { readonly outcome: 'keep'; readonly note: string; readonly reviewBy: CalendarDay }
  | { readonly outcome: 'lift'; readonly note: string }

/** Nothing is withheld for longer without being asked for anew. */
const LONGEST = 'P1Y'
/** Somebody looks at it again within this. */
const REVIEW_WITHIN = 'P3M'
const TO_APPROVE = 'P7D'

/**
 * Lines of an open fraud investigation that the member does not see yet (Art. 41(1) UAVG): an officer says why it
 * is necessary and proportionate, a second one agrees, and it ends with its last day by itself. Each throws Problem
 * `forbidden`, `not_found`, `not_open`, and is on record without the case.
 */
export function makeWithholdings({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
  const acting = <T extends { readonly entity: string }>(
    type: string,
    action: Act['action'],
    actor: Actor,
    run: (tx: Tx, act: Act) => Promise<{ row: T; detail: Readonly<Record<string, unknown>> }>,
  ): Promise<T> => {
    const act: Act = { type, action, actor, at: clock.now() }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, act.at, 'privacy_officer')
      return db.transaction().execute(async (tx) => {
        const { row, detail } = await run(tx, act)
        await appendAudit(tx, eventOf({ ...act, entities: [row.entity] }, detail))
        return row
      })
    })
  }

  return {
    /** Withholds nothing yet. Throws Problem `invalid_request` too, naming the day that does not fit. */
    ask: (actor: Actor, wanted: WithholdingWanted): Promise<WithheldRow> =>
      acting('withholding.asked', 'C', actor, async (tx, { at }) => {
        if (!actor.entities.includes(wanted.entity)) throw wrong('entity', 'is none of yours')
        checkDays(wanted, dayOf(at))
        const row = rowOf(wanted, actor, at)
        await insertWithheld(tx, row)
        await queueNotice(tx, {
          ...{ to: { role: 'privacy_officer', entity: row.entity }, kind: 'withholding_asked' },
          ...{ about: { type: 'none', id: null }, facts: { approveBy: addPeriod(dayOf(at), TO_APPROVE) } },
          ...{ at, key: `withholding-asked ${row.id}` },
        })
        const made = await lockWithheld(tx, row.id, actor.entities)
        if (!made) throw new TypeError('a row that was just made is there')
        const { withheldUntil, reviewBy } = wanted
        return { row: made, detail: { withholding: row.id, withheldUntil, reviewBy } }
      }),

    /** From now on the lines are withheld. Throws Problem `second_person_required`, `step_up_required` too. */
    approve: (actor: Actor, id: string): Promise<WithheldRow> =>
      acting('withholding.approved', 'U', actor, async (tx, { at }) => {
        requireStepUp(actor, at)
        const found = await lock(tx, id, actor)
        if (stateOf(found, at) !== 'asked') throw new Problem('not_open')
        if (found.asked_by === actor.sub) throw new Problem('second_person_required')
        const row = await updateWithheld(tx, found.id, { approved_by: actor.sub, approved_at: at })
        return { row, detail: { withholding: row.id } }
      }),

    /** Goes on until the next review, never beyond its last day, or ends at once. */
    review: (actor: Actor, id: string, review: WithholdingReview): Promise<WithheldRow> =>
      acting('withholding.reviewed', 'U', actor, async (tx, { at }) => {
        const found = await lock(tx, id, actor)
        const today = dayOf(at)
        if (!['asked', 'withheld'].includes(stateOf(found, at))) throw new Problem('not_open')
        if (review.outcome === 'keep')
          checkReview(review.reviewBy, { today, withheldUntil: found.withheld_until })
        const reviewed = { reviewed_by: actor.sub, reviewed_at: at, review_note: review.note }
        const next = review.outcome === 'lift' ? { lifted_at: at } : { review_by: review.reviewBy }
        const row = await updateWithheld(tx, found.id, { ...reviewed, ...next })
        return { row, detail: { withholding: row.id, outcome: review.outcome, reviewBy: row.review_by } }
      }),
  }
}

export const WITHHOLDING_STATES = ['asked', 'lapsed', 'withheld', 'lifted', 'over'] as const
export type WithholdingState = (typeof WITHHOLDING_STATES)[number]

/** Where it stands at this instant: a day that comes ends it, whatever anybody forgot. Pure. */
export function stateOf(
  row: Pick<WithheldRow, 'approved_at' | 'approve_until' | 'lifted_at' | 'withheld_until'>,
  now: Date,
): WithholdingState {
  if (row.lifted_at !== null) return 'lifted'
  if (row.approved_at === null && now >= row.approve_until) return 'lapsed'
  if (row.withheld_until < dayOf(now)) return 'over'
  return row.approved_at === null ? 'asked' : 'withheld'
}

/** Last day on which a second officer can agree. */
export const approveByOf = ({ asked_at }: Pick<WithheldRow, 'asked_at'>): CalendarDay =>
  addPeriod(dayOf(asked_at), TO_APPROVE)

/** What is, was and is asked to be withheld, newest first, for officers and auditors. Throws Problem: `forbidden`. */
export function makeListWithholdings({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
  return function list(
    actor: Actor,
    { cursor, limit }: { cursor?: string | undefined; limit: number },
  ): Promise<Page<WithheldRow>> {
    const act: Act = { type: 'withholding.listed', action: 'R', actor, at: clock.now() }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, act.at, 'privacy_officer', 'auditor')
      const rows = await listWithheld(db, actor.entities, { after: pageAfter(cursor), limit: limit + 1 })
      await appendAudit(db, eventOf(act, { count: Math.min(rows.length, limit) }))
      return pageOf(rows, limit, ({ asked_at: at, id }) => ({ at, id }))
    })
  }
}

async function lock(tx: Tx, id: string, actor: Actor): Promise<WithheldRow> {
  const found = await lockWithheld(tx, idToLookUp(id), actor.entities)
  if (!found) throw new Problem('not_found')
  return found
}

const rowOf = (wanted: WithholdingWanted, actor: Actor, at: Date) => ({
  ...{ id: newId(), entity: wanted.entity, case_ref: wanted.caseRef },
  ...{ necessity: wanted.necessity, proportionality: wanted.proportionality },
  ...{ withheld_until: wanted.withheldUntil, review_by: wanted.reviewBy },
  ...{ asked_by: actor.sub, asked_at: at, approve_until: startOfDayAfter(addPeriod(dayOf(at), TO_APPROVE)) },
})

function checkDays({ withheldUntil, reviewBy }: WithholdingWanted, today: CalendarDay): void {
  if (withheldUntil < today) throw wrong('withheldUntil', 'lies behind')
  const longest = addPeriod(today, LONGEST)
  if (withheldUntil > longest) throw wrong('withheldUntil', `must be ${longest} or earlier`)
  checkReview(reviewBy, { today, withheldUntil })
}

function checkReview(
  reviewBy: CalendarDay,
  { today, withheldUntil }: { readonly today: CalendarDay; readonly withheldUntil: CalendarDay },
): void {
  const within = addPeriod(today, REVIEW_WITHIN)
  const last = within < withheldUntil ? within : withheldUntil
  if (reviewBy < today || reviewBy > last) throw wrong('reviewBy', `must be from ${today} to ${last}`)
}

const wrong = (field: string, message: string): Problem =>
  new Problem('invalid_request', { errors: [{ field, message }] })
