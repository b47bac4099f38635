import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor, Role } from '../access/actor.ts'
import { hashSecret, newSecret } from '../access/secrets.ts'
import { requireStepUp } from '../access/step-up.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { HOUR } from '../kernel/units.ts'
import { checkScope } from './disclosure-model.ts'
import {
  type DisclosedRecording,
  type DisclosureRow,
  findDisclosable,
  findDisclosure,
  listDisclosures,
  lockDisclosure,
  recordingsOf,
  transferOf,
  updateDisclosure,
} from './disclosure-queries.ts'
import { type Page, pageAfter, pageOf } from './page.ts'
import { findSupplier, type SupplierRow } from './supplier-queries.ts'
import { wrong } from './suppliers.ts'

export interface DisclosurePorts {
  readonly db: Database
  readonly clock: Clock
}

export interface Disclosure {
  readonly row: DisclosureRow
  readonly recordings: readonly DisclosedRecording[]
}

const READERS: readonly Role[] = ['privacy_officer', 'records_manager', 'auditor', 'fraud_analyst']

type Change = (tx: Tx, row: DisclosureRow, act: Act) => Promise<Record<string, unknown>>

/**
 * What privacy officers do with a disclosure that was asked for. Each is on record with the act, and throws Problem
 * `forbidden`, `not_found`, and `not_open` for what cannot be done to it any more.
 */
export function makeDisclosures({ db, clock }: DisclosurePorts) {
  const changing = (type: string, actor: Actor, id: string, change: Change): Promise<Disclosure> => {
    const act: Act = { type, action: 'U', actor, at: clock.now() }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, act.at, 'privacy_officer')
      return db.transaction().execute(async (tx) => {
        const row = await lockDisclosure(tx, idToLookUp(id), actor.entities)
        if (!row) throw new Problem('not_found')
        const detail = await change(tx, row, act)
        await appendAudit(tx, eventOf({ ...act, entities: [row.entity] }, { disclosure: row.id, ...detail }))
        return show(tx, row.id, actor)
      })
    })
  }

  return {
    /**
     * Two others than who asked, one after the other, within seven days; whether it may still go to this recipient is
     * judged again. Throws Problem `second_person_required`, `step_up_required`, `invalid_disclosure` too.
     */
    approve: (actor: Actor, id: string): Promise<Disclosure> =>
      changing('disclosure.approved', actor, id, approve),

    /** Ends it: nothing more is delivered, also what is under way. What was given stays in the register. */
    revoke: (actor: Actor, id: string, reason: string): Promise<Disclosure> =>
      changing('disclosure.revoked', actor, id, async (tx, row, { at }) => {
        if (row.state === 'revoked') throw new Problem('not_open')
        const revoked = { revoked_by: actor.sub, revoked_at: at, revoke_reason: reason }
        await updateDisclosure(tx, row.id, { state: 'revoked', ...revoked, ...NO_SECRET })
        return {}
      }),

    /** A new secret that opens the delivery for some hours; the one before it opens nothing any more. */
    async invite(actor: Actor, id: string, hours: number): Promise<{ secret: string; until: Date }> {
      const secret = newSecret()
      const until = new Date(clock.now().getTime() + hours * HOUR)
      await changing('disclosure.delivery_prepared', actor, id, async (tx, row, { at }) => {
        requireStepUp(actor, at)
        if (row.state !== 'approved' || row.push_url !== null) throw new Problem('not_open')
        const opened = { secret_hash: hashSecret(row.id, secret), secret_until: until, wrong_secrets: 0 }
        await updateDisclosure(tx, row.id, opened)
        return { hours }
      })
      return { secret, until }
    },

    /** What the recipient did with it in the end. */
    confirmReturn: (actor: Actor, id: string, how: 'returned' | 'deleted', on: string): Promise<Disclosure> =>
      changing('disclosure.return_confirmed', actor, id, async (tx, row, { at }) => {
        if (row.sent_at === null || row.returned_how !== null) throw new Problem('not_open')
        if (on > dayOf(at)) throw wrong('on', 'lies ahead')
        const returned = { returned_how: how, returned_on: on, return_confirmed_by: actor.sub }
        await updateDisclosure(tx, row.id, returned)
        return { how, on }
      }),
  }
}

const approve: Change = async (tx, row, { actor, at }) => {
  requireStepUp(actor, at)
  if (row.state !== 'requested' || at > row.approve_until) throw new Problem('not_open')
  if ([row.requested_by, row.first_approver].includes(actor.sub)) throw new Problem('second_person_required')
  await judgeAgain(tx, row, at)
  const isSecond = row.first_approver !== null
  await updateDisclosure(
    tx,
    row.id,
    isSecond
      ? { second_approver: actor.sub, second_approved_at: at, state: 'approved' }
      : { first_approver: actor.sub, first_approved_at: at },
  )
  return { approval: isSecond ? 2 : 1 }
}

/** Reading the register. Throws Problem `forbidden`, `not_found`. */
export function makeReadDisclosures({ db, clock }: DisclosurePorts) {
  function reading<T>(type: string, actor: Actor, read: () => Promise<T>): Promise<T> {
    const act: Act = { type, action: 'R', actor, at: clock.now() }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, act.at, ...READERS)
      const found = await read()
      await appendAudit(db, eventOf(act))
      return found
    })
  }

  return {
    find: (actor: Actor, id: string): Promise<Disclosure> =>
      reading('disclosure.viewed', actor, () => show(db, idToLookUp(id), actor)),

    list: (
      actor: Actor,
      { cursor, limit, state }: { cursor?: string; limit: number; state?: DisclosureRow['state'] },
    ): Promise<Page<DisclosureRow>> =>
      reading('disclosure.listed', actor, async () => {
        const filter = { entities: actor.entities, state, after: pageAfter(cursor), limit: limit + 1 }
        const rows = await listDisclosures(db, filter)
        return pageOf(rows, limit, (row) => ({ at: row.requested_at, id: row.id }))
      }),
  }
}

export type Disclosures = ReturnType<typeof makeDisclosures> & ReturnType<typeof makeReadDisclosures>

export const NO_SECRET = { secret_hash: null, secret_until: null } as const

export async function show(connection: Database | Tx, id: string, actor: Actor): Promise<Disclosure> {
  const row = await findDisclosure(connection, id, actor.entities)
  if (!row) throw new Problem('not_found')
  return { row, recordings: await recordingsOf(connection, row.id) }
}

/** Days have gone by: an agreement may have ended, a recording been destroyed, restricted or corrected. */
export async function judgeAgain(tx: Tx, row: DisclosureRow, at: Date): Promise<void> {
  const recordings = await recordingsOf(tx, row.id)
  const ids = recordings.map(({ recordingId }) => recordingId)
  const there = await findDisclosable(tx, ids, [row.entity])
  if (there.length < ids.length) throw wrong('recordings', 'are not all there any more')
  const supplier = row.supplier_id === null ? undefined : await supplierInForce(tx, row, row.supplier_id, at)
  const products = row.recipient_type === 'partner' ? (supplier?.products ?? []) : undefined
  checkScope(there, { products, memberRef: await memberAsking(tx, row) })
}

async function memberAsking(tx: Tx, row: DisclosureRow): Promise<string | undefined> {
  if (row.privacy_request_id === null) return undefined
  const transfer = await transferOf(tx, row.privacy_request_id, [row.entity])
  if (!transfer) throw wrong('privacyRequestId', 'is not there any more')
  return transfer.memberRef
}

async function supplierInForce(
  tx: Tx,
  { entity }: DisclosureRow,
  id: string,
  at: Date,
): Promise<SupplierRow> {
  const supplier = await findSupplier(tx, id, [entity])
  const today = dayOf(at)
  if (!supplier || today < supplier.valid_from || today > supplier.valid_until)
    throw wrong('recipient.supplierId', 'has no agreement that is in force')
  return supplier
}
