import { type Actor, isPerson } from '../access/actor.ts'
import { lapseOf } from '../access/four-eyes.ts'
import { requireStepUp } from '../access/step-up.ts'
import { dayOf } from '../kernel/calendar.ts'
import { isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { alarm, rectifyIn } from '../retention/rectify.ts'
import type { Logger } from '../telemetry/logger.ts'
import { decidersOf, endsOfPurposes, lockItems, updateItems, waitsForDelivery } from './answer-queries.ts'
import { carryOut, letGo, lockAgain } from './carry-out.ts'
import { answerTo, type Decision, type DecisionFacts } from './decision.ts'
import type { RequestPorts } from './file-request.ts'
import { actOnRequest, type Done, type Turn } from './request-act.ts'
import { DELIVERED } from './request-model.ts'
import { tellMember, tellOfficers } from './request-notices.ts'
import { type ItemRow, type RequestRow, updateRequest } from './request-queries.ts'
import type { RequestJson } from './request-schema.ts'

export interface DecidePorts extends RequestPorts {
  readonly logger: Logger
}

/**
 * Answers questions of a request, each with its reason and text, and carries out what is granted in the same
 * transaction; an erasure that goes with a copy waits for the copy. All of it, or nothing. Throws Problem as
 * `actOnRequest` and `answerTo` do; `human_required` for a program, `step_up_required`, `statutory_minimum`.
 */
export function makeDecideRequest(ports: DecidePorts) {
  return async function decide(
    actor: Actor,
    id: string,
    { decisions }: { readonly decisions: readonly Decision[] },
  ): Promise<RequestJson> {
    const movedFrom: string[] = []
    const kind = { type: 'privacy_request.decided', step: 'decide' } as const
    const answer = await actOnRequest(ports, actor, id, kind, async (turn) => {
      if (!isPerson(actor)) throw new Problem('human_required')
      requireStepUp(actor, turn.at)
      return decideAll(ports, turn, decisions, movedFrom)
    })
    for (const recordingId of movedFrom) alarm(ports.logger, recordingId)
    return answer
  }
}

async function decideAll(
  ports: DecidePorts,
  turn: Turn,
  decisions: readonly Decision[],
  movedFrom: string[],
): Promise<Done> {
  const { tx, row, at } = turn
  let answered = 0
  for (const [i, decision] of decisions.entries()) {
    const items = await itemsMeant(turn, decision, i)
    if (decision.correction) movedFrom.push(...(await correct(ports, turn, decision, items, i)))
    await answerAll(ports, turn, decision, items)
    answered += items.length
  }
  await announce(turn, decisions)
  const isNew = row.taken_up_at === null
  return {
    row: isNew ? await updateRequest(tx, row.id, { taken_up_by: turn.actor.sub, taken_up_at: at }) : row,
    step: stepOf(decisions),
    audit: { decisions: decisions.map(coded), items: answered },
  }
}

/** The questions that a decision is about; those of other companies are for their own officers. */
async function itemsMeant({ tx, row, actor }: Turn, decision: Decision, i: number): Promise<ItemRow[]> {
  const found = await lockItems(tx, row.id, decision)
  const mine = found.filter(({ entity }) => entity === null || actor.entities.includes(entity))
  const isNamed = decision.items !== undefined
  if (isNamed && mine.length < new Set(decision.items).size)
    throw new Problem('invalid_privacy_request', {
      errors: [
        { field: `decisions[${i}].items`, message: 'names a question that is not there to be answered' },
      ],
    })
  if (mine.length === 0) throw new Problem('not_open')
  return mine
}

async function correct(
  ports: DecidePorts,
  { actor, at, tx }: Turn,
  { correction }: Decision,
  items: readonly ItemRow[],
  i: number,
): Promise<string[]> {
  const [recordingId, ...others] = items.flatMap(({ recording_id }) => recording_id ?? [])
  if (!correction || recordingId === undefined || others.length > 0)
    throw new Problem('invalid_privacy_request', {
      errors: [{ field: `decisions[${i}].correction`, message: 'is for exactly one recording' }],
    })
  const { startedAt, endedAt, sensitivity, ...rest } = correction
  const act = { type: 'recording.rectified', action: 'U', actor, at, recordingId } as const
  const isBreach = await rectifyIn(tx, ports, act, {
    ...rest,
    ...(sensitivity ? { sensitivity: sensitivity.filter((label) => label !== 'none') } : {}),
    ...(startedAt ? { startedAt: new Date(startedAt) } : {}),
    ...(endedAt === undefined ? {} : { endedAt: endedAt === null ? null : new Date(endedAt) }),
  })
  return isBreach ? [recordingId] : []
}

/** What is the same for many is written at once: a request may be about all the calls of many years. */
async function answerAll(
  ports: DecidePorts,
  turn: Turn,
  decision: Decision,
  items: readonly ItemRow[],
): Promise<void> {
  const { tx, row, actor, at } = turn
  const factsOf = await readFacts(turn, items)
  const changes = items.map((item) => answerTo(item, decision, factsOf(item)))
  const execution = { tx, rules: ports.rules, actor, at }
  const isGranted = decision.outcome !== 'refused'
  const waits = decision.type === 'erasure' && (await waitsForDelivery(tx, row.id, DELIVERED, dayOf(at)))
  const results = isGranted && !waits ? await carryOut(execution, items) : []
  const answered = items.map((item, i) => {
    const result = results[i]
    if (result instanceof Problem) throw result
    return { item, change: { ...changes[i], ...(result === undefined ? {} : { executed_at: at, result }) } }
  })
  for (const alike of Map.groupBy(answered, ({ change }) => JSON.stringify(change)).values())
    await updateItems(
      tx,
      row.id,
      decision.type,
      alike.map(({ item }) => item.n),
      alike[0]?.change ?? {},
    )
  // The locks of what was refused before went with the refusal.
  for (const item of items) if (isGranted && item.state === 'refused') await lockAgain(turn, item)
  const final = answered.flatMap(({ item, change }) => (change.state === 'proposed' ? [] : [item]))
  await letGo(execution, final, isGranted)
}

async function readFacts(
  { tx, row, actor, at }: Turn,
  items: readonly ItemRow[],
): Promise<(item: ItemRow) => DecisionFacts> {
  const erasures = items.filter(({ type }) => type === 'erasure')
  const ends = await endsOfPurposes(
    tx,
    erasures.flatMap(({ recording_id }) => recording_id ?? []),
  )
  const shared = {
    identity: row.identity,
    mandateUntil: row.proxy_until,
    decider: actor.sub,
    earlierDeciders: await earlierDecidersOf(tx, row),
    now: at,
  }
  return ({ type, recording_id, purpose }) => ({
    ...shared,
    keptUntil: type === 'erasure' ? (ends.get(`${recording_id} ${purpose}`) ?? null) : null,
  })
}

const earlierDecidersOf = async (
  tx: Turn['tx'],
  { decision_ref, member_ref }: RequestRow,
): Promise<string[]> =>
  decision_ref !== null && isId(decision_ref) ? decidersOf(tx, decision_ref, member_ref) : []

async function announce({ tx, row, at }: Turn, decisions: readonly Decision[]): Promise<void> {
  const cause = at.toISOString()
  const isProposal = ({ uavg41 }: Decision) => uavg41 !== undefined
  if (decisions.some((one) => !isProposal(one)))
    await tellMember(tx, row, { kind: 'request_decided', at, cause })
  if (decisions.some(isProposal)) {
    const until = dayOf(lapseOf(at))
    await tellOfficers(tx, row, { kind: 'request_proposal', at, cause, facts: { until } })
  }
}

/** What the history shows: a proposal by a step of its own, because the member may not be tipped off by it. */
function stepOf(decisions: readonly Decision[]): Done['step'] {
  const final = decisions.filter(({ uavg41 }) => uavg41 === undefined)
  return final.length === 0
    ? { type: 'proposed' }
    : {
        type: 'decided',
        detail: { decisions: final.map(({ type, outcome, text }) => ({ type, outcome, text })) },
      }
}

const coded = ({ type, outcome, reason, refusedUntil, uavg41 }: Decision) => ({
  ...{ type, outcome: uavg41 ? 'proposed' : outcome },
  ...(reason ? { reason } : {}),
  ...(refusedUntil ? { refusedUntil } : {}),
})
