import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import { type Actor, hasRole } from '../access/actor.ts'
import { requireStepUp } from '../access/step-up.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { HOUR } from '../kernel/units.ts'
import {
  type AffectedMember,
  type BreachFacts,
  type BreachScope,
  countBreach,
  countLists,
  listAffected,
} from './breach-queries.ts'

export interface BreachPorts {
  readonly db: Database
  readonly clock: Clock
  /** Seals what is complete, so that what has just happened is found by account too. */
  readonly seal: () => Promise<unknown>
}

export type BreachWanted = Omit<BreachScope, 'entities'>

/** A breach is notified within 72 hours after becoming aware of it, by the clock and not by working days (Art. 33(1) GDPR). */
const TO_NOTIFY_MS = 72 * HOUR

export const notifyBy = (awareAt: Date): Date => new Date(awareAt.getTime() + TO_NOTIFY_MS)

export interface BreachReport extends BreachFacts {
  readonly at: Date
  readonly lists: number
  readonly awareAt: Date | null
  readonly notifyBy: Date | null
}

/**
 * What an account, a session or everybody did with recordings in a time, in figures for the notification of a
 * breach; an auditor sees all entities, an officer theirs. Throws Problem: `forbidden`, `invalid_request`.
 */
export function makeReportBreach({ db, clock, seal }: BreachPorts) {
  return async function reportBreach(
    actor: Actor,
    wanted: BreachWanted,
    awareAt: Date | null,
  ): Promise<BreachReport> {
    const act: Act = { type: 'breach.reported', action: 'R', actor, at: clock.now() }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, act.at, 'privacy_officer', 'auditor')
      requirePeriod(wanted)
      if (awareAt !== null && awareAt > act.at) throw wrong('awareAt', 'lies in the future')
      await seal()
      const scope = { ...wanted, entities: hasRole(actor, 'auditor') ? ('all' as const) : actor.entities }
      const facts = await countBreach(db, scope)
      const lists = await countLists(db, scope)
      const { recordings, members } = facts
      await appendAudit(db, eventOf(act, { ...asked(wanted), recordings, members }))
      return { ...facts, lists, at: act.at, awareAt, notifyBy: awareAt && notifyBy(awareAt) }
    })
  }
}

export interface AffectedPage {
  readonly items: readonly AffectedMember[]
  readonly nextCursor: string | null
}

/**
 * Whom to write to (Art. 34 GDPR), a page at a time in the order of their references. Throws Problem: `forbidden`
 * for anybody but officers, `step_up_required`, `invalid_request`.
 */
export function makeListAffected({ db, clock, seal }: BreachPorts) {
  return async function list(
    actor: Actor,
    wanted: BreachWanted,
    { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<AffectedPage> {
    const act: Act = { type: 'breach.members_listed', action: 'R', actor, at: clock.now() }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, act.at, 'privacy_officer')
      requireStepUp(actor, act.at)
      requirePeriod(wanted)
      await seal()
      const after = cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString()
      const scope = { ...wanted, entities: actor.entities }
      const rows = await listAffected(db, scope, { after, limit: limit + 1 })
      const items = rows.slice(0, limit)
      await appendAudit(db, eventOf(act, { ...asked(wanted), members: items.length }))
      const last = rows.length > limit ? items.at(-1) : undefined
      return { items, nextCursor: last ? Buffer.from(last.memberRef).toString('base64url') : null }
    })
  }
}

function requirePeriod({ from, to }: BreachWanted): void {
  if (from >= to) throw wrong('to', 'must be after from')
}

const wrong = (field: string, message: string): Problem =>
  new Problem('invalid_request', { errors: [{ field, message }] })

/** The period and the names of what was asked by; the values may say who was looked for. */
const asked = ({ from, to, actor, playbackId, recordingIds }: BreachWanted) => ({
  from: from.toISOString(),
  to: to.toISOString(),
  filters: Object.entries({ actor, playbackId, recordingIds }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  ),
})
