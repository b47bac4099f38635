import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { SECOND } from '../kernel/units.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import { prefixesOf } from './supplier-queries.ts'

/** The register is read again after this long; an agreement ends with a day, and that is judged each time. */
const FRESH_MS = 5 * SECOND

const NOT_IN_FORCE = 'The agreement with your employer is not in force.'
const UNKNOWN =
  'Your employer is not in the register of suppliers. A privacy officer adds it with the names of its people.'

interface Known {
  readonly agreements: Awaited<ReturnType<typeof prefixesOf>>
  readonly at: number
}

/**
 * Whether somebody who works for a supplier may still act: only while its agreement is in force, its last day in
 * Amsterdam included; whoever is hired until a day and belongs to no supplier in the register, never. Gives the
 * actor as they may act; somebody who is a member too keeps that and nothing else. Rejects with Problem `forbidden`.
 */
export function makeSupplierGate({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
  let known: Promise<Known> | undefined

  async function agreements(now: number): Promise<Known['agreements']> {
    const last = await known?.catch(() => undefined)
    if (!last || now - last.at >= FRESH_MS || now < last.at)
      known = prefixesOf(db).then((found) => ({ agreements: found, at: now }))
    return ((await known) as Known).agreements
  }

  return async function admitSupplier(actor: Actor): Promise<Actor> {
    const now = clock.now()
    const today = dayOf(now)
    const own = (await agreements(now.getTime())).filter(({ prefix }) => actor.sub.startsWith(prefix))
    const isOver = own.some(({ validFrom, validUntil }) => today < validFrom || today > validUntil)
    const isStranger = actor.engagedUntil !== null && own.length === 0
    if (!isOver && !isStranger) return actor
    if (actor.roles.includes('member')) return { ...actor, roles: ['member'], entities: [] }
    await appendAudit(db, {
      type: isStranger ? 'access.supplier_unknown' : 'access.agreement_over',
      ...{ action: 'E', outcome: 'denied', code: 'forbidden', at: now, actor },
      requestId: currentRequestId() ?? null,
    } as const)
    throw new Problem('forbidden', { detail: isStranger ? UNKNOWN : NOT_IN_FORCE })
  }
}
