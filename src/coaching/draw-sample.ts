import { randomBytes } from 'node:crypto'
import { type Act, eventOf, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import { addPeriod, type CalendarDay, dayOf, startOfDay, startOfDayAfter } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { DAY } from '../kernel/units.ts'
import { requireCoach } from './coach.ts'
import { draw, poolDigest } from './draw.ts'
import {
  awaitOtherDraws,
  type Criteria,
  countDrawnSince,
  findPool,
  type PoolObstacle,
  type PoolRow,
} from './pool-queries.ts'
import { insertSample } from './sample-queries.ts'

/** What a coach asks for; what is left out is not narrowed down. */
export interface DrawRequest {
  readonly entity?: string | undefined
  readonly team?: string | undefined
  readonly agentRef?: string | undefined
  readonly product?: string | undefined
  readonly from?: CalendarDay | undefined
  readonly to?: CalendarDay | undefined
  readonly size: number
  readonly seed?: string | undefined
  /** Other coaches who hear the same calls. */
  readonly coaches?: readonly string[] | undefined
}

export interface DrawPorts {
  readonly db: Database
  readonly clock: Clock
  /** Notices that announced training at this moment. */
  readonly noticesOfTraining: (now: Date) => readonly string[]
}

/** Calls of the last three months, unless the coach says otherwise. */
const USUAL_PERIOD_DAYS = 92
/** A call is left alone for a day: objections and corrections come soon after it or not at all. */
const SETTLING_MS = DAY
const SAMPLE_PERIOD = 'P14D'
const SEED_BYTES = 16

/**
 * Draws a sample of calls by lot and assigns it to its coaches. One draw happens at a time, so that the
 * limits hold over all samples. Resolves to the id. Throws Problem: `forbidden` (no coach, another entity, not
 * one's own team), `invalid_request`.
 */
export function makeDrawSample({ db, clock, noticesOfTraining }: DrawPorts) {
  return async function drawSample(actor: Actor, request: DrawRequest): Promise<string> {
    const now = clock.now()
    const act = { type: 'training.sample_drawn', action: 'C', actor, at: now } as const
    return withRefusalsOnRecord(db, act, async () => {
      requireCoach(actor, now)
      const criteria = criteriaOf(actor, request, dayOf(now))
      return db.transaction().execute(async (tx) => {
        await awaitOtherDraws(tx)
        return drawFrom(tx, act, criteria, request, noticesOfTraining(now))
      })
    })
  }
}

export type DrawSample = ReturnType<typeof makeDrawSample>

async function drawFrom(
  tx: Tx,
  act: Act,
  criteria: Criteria,
  request: DrawRequest,
  notices: readonly string[],
): Promise<string> {
  const { actor, at } = act
  const today = dayOf(at)
  const { pool, leftOut } = await findPool(tx, criteria, {
    today,
    startedFrom: startOfDay(criteria.from),
    startedBefore: startOfDayAfter(criteria.to),
    settledBefore: new Date(at.getTime() - SETTLING_MS),
    notices,
  })
  const agents = [...new Set(pool.map(({ agentRef }) => agentRef))]
  const alreadyDrawn = await countDrawnSince(tx, agents, startOfDay(`${today.slice(0, 7)}-01`))
  const seed = request.seed ?? randomBytes(SEED_BYTES).toString('hex')
  const { calls, agentLimit, memberLimit } = draw(pool, { seed, size: request.size, alreadyDrawn })
  const endsOn = addPeriod(today, SAMPLE_PERIOD)
  const poolSha256 = poolDigest(pool, { alreadyDrawn })
  const sample = {
    id: newId(),
    entity: criteria.entity,
    drawnBy: actor.sub,
    drawnAt: at,
    seed,
    criteria: { ...criteria, size: request.size },
    poolSize: pool.length,
    poolSha256,
    excluded: { ...countsOf(leftOut), agentLimit, memberLimit },
    endsOn,
    coaches: [...new Set([actor.sub, ...(request.coaches ?? [])])],
    items: calls.map((call) => ({ ...call, stratum: call.agentRef, endsOn: endOf(call, pool, endsOn) })),
  }
  await insertSample(tx, sample)
  const { id, entity, excluded, coaches } = sample
  const detail = { sample: id, entity, seed, poolSize: pool.length, poolSha256, excluded, coaches, endsOn }
  await appendAudit(
    tx,
    eventOf({ ...act, entities: [entity] }, { ...detail, size: request.size, drawn: calls.length }),
  )
  if (calls.length > 0)
    await appendAudit(
      tx,
      ...calls.map(({ recordingId }, i) =>
        eventOf({ ...act, type: 'training.call_drawn', recordingId }, { sample: id, n: i + 1 }),
      ),
    )
  return id
}

const countsOf = (leftOut: ReadonlyMap<PoolObstacle, number>) => {
  const count = (why: PoolObstacle): number => leftOut.get(why) ?? 0
  return {
    objected: count('objected'),
    sensitive: count('sensitive'),
    restricted: count('restricted'),
    held: count('held'),
    tooRecent: count('tooRecent'),
    notAnnounced: count('notAnnounced'),
  }
}

/** Nobody listens longer than the purpose lasts. */
function endOf(call: { recordingId: string }, pool: readonly PoolRow[], sampleEnd: CalendarDay): CalendarDay {
  const end = pool.find(({ recordingId }) => recordingId === call.recordingId)?.retainUntil
  return end !== null && end !== undefined && end < sampleEnd ? end : sampleEnd
}

/** What is asked for, in full, within what the coach may ask for. */
function criteriaOf(actor: Actor, request: DrawRequest, today: CalendarDay): Criteria {
  const { team, agentRef, product } = request
  const to = request.to ?? today
  const from = request.from ?? dayOf(new Date(startOfDay(to).getTime() - USUAL_PERIOD_DAYS * DAY))
  if (from > to) refuse('from', 'must not be after to')
  // A coach of one team has no business with the calls of another.
  if (actor.team !== null && team !== undefined && team !== actor.team) throw new Problem('forbidden')
  return {
    entity: entityOf(actor, request.entity),
    team: actor.team ?? team ?? null,
    agentRef: agentRef ?? null,
    product: product ?? null,
    from,
    to,
  }
}

function entityOf({ entities }: Actor, asked: string | undefined): string {
  if (asked !== undefined) {
    if (!entities.includes(asked)) throw new Problem('forbidden')
    return asked
  }
  const [only] = entities
  if (only === undefined) throw new Problem('forbidden')
  return entities.length === 1 ? only : refuse('entity', 'is needed: you work for several')
}

function refuse(field: string, message: string): never {
  throw new Problem('invalid_request', { errors: [{ field, message }] })
}
