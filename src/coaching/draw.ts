import { createHash } from 'node:crypto'

/** A call that may be drawn. */
export interface PoolCall {
  readonly recordingId: string
  readonly agentRef: string
  readonly memberRef: string
}

export interface Lot {
  readonly seed: string
  /** At most so many calls. */
  readonly size: number
  /** Calls of each agent that were drawn this month already, over all samples. */
  readonly alreadyDrawn: ReadonlyMap<string, number>
}

export interface Drawn {
  readonly calls: readonly PoolCall[]
  /** Calls that could not be drawn because enough of their agent, or one of their member, had been. */
  readonly agentLimit: number
  readonly memberLimit: number
}

/** So often in a calendar month a call of the same agent is listened to at most. */
export const CALLS_PER_AGENT_AND_MONTH = 5

/**
 * Draws calls by lot. Every agent is a stratum; within it, and among them, the order is that of
 * SHA-256(seed, id), and the strata take turns, so that no two agents who still have calls to give differ
 * by more than one. A member is drawn once. Pure: the same seed over the same pool draws the same calls,
 * whatever order the pool is in, and neither the coach nor the service can wish for one.
 */
export function draw(pool: readonly PoolCall[], { seed, size, alreadyDrawn }: Lot): Drawn {
  const strata = strataOf(pool, seed)
  const left = new Map(strata.map(({ agentRef }) => [agentRef, quotaOf(agentRef, alreadyDrawn)]))
  const members = new Set<string>()
  const calls: PoolCall[] = []
  const takeTurn = ({ agentRef, queue }: Stratum): void => {
    const quota = left.get(agentRef) ?? 0
    const next = quota > 0 ? nextOf(queue, members) : undefined
    if (next === undefined) return
    calls.push(next)
    members.add(next.memberRef)
    left.set(agentRef, quota - 1)
  }
  for (let before = -1; before < calls.length && calls.length < size; ) {
    before = calls.length
    for (const stratum of strata) if (calls.length < size) takeTurn(stratum)
  }
  return { calls, ...countLeftOut(pool, calls, left, members) }
}

interface Stratum {
  readonly agentRef: string
  /** Next call first. */
  readonly queue: Queue
}

interface Queue {
  readonly calls: readonly PoolCall[]
  at: number
}

function strataOf(pool: readonly PoolCall[], seed: string): Stratum[] {
  const byAgent = Map.groupBy(pool, ({ agentRef }) => agentRef)
  const strata = [...byAgent].map(([agentRef, calls]) => ({
    agentRef,
    queue: { calls: byLot(calls, seed, ({ recordingId }) => recordingId), at: 0 },
  }))
  return byLot(strata, seed, ({ agentRef }) => agentRef)
}

/** In the order of the hashes; equal hashes would be equal ids. */
function byLot<T>(things: readonly T[], seed: string, idOf: (thing: T) => string): T[] {
  const numbered = things.map((thing) => ({ thing, lot: lotOf(seed, idOf(thing)) }))
  return numbered.sort((one, other) => (one.lot < other.lot ? -1 : 1)).map(({ thing }) => thing)
}

/** As JSON, so that no seed and id run into each other as another seed and id do. */
const lotOf = (seed: string, id: string): string =>
  createHash('sha256')
    .update(JSON.stringify([seed, id]))
    .digest('hex')

const quotaOf = (agentRef: string, alreadyDrawn: ReadonlyMap<string, number>): number =>
  Math.max(0, CALLS_PER_AGENT_AND_MONTH - (alreadyDrawn.get(agentRef) ?? 0))

/** The next call of a member who was not drawn yet. Who was drawn stays drawn, so nothing passed comes again. */
function nextOf(queue: Queue, members: ReadonlySet<string>): PoolCall | undefined {
  for (;;) {
    const call = queue.calls[queue.at]
    if (call === undefined) return undefined
    queue.at += 1
    if (!members.has(call.memberRef)) return call
  }
}

function countLeftOut(
  pool: readonly PoolCall[],
  calls: readonly PoolCall[],
  left: ReadonlyMap<string, number>,
  members: ReadonlySet<string>,
): Pick<Drawn, 'agentLimit' | 'memberLimit'> {
  const drawn = new Set(calls.map(({ recordingId }) => recordingId))
  const others = pool.filter(({ recordingId }) => !drawn.has(recordingId))
  const limited = others.filter(({ agentRef }) => left.get(agentRef) === 0)
  const known = others.filter(({ agentRef, memberRef }) => left.get(agentRef) !== 0 && members.has(memberRef))
  return { agentLimit: limited.length, memberLimit: known.length }
}

/**
 * Lower-case hex SHA-256 over everything but the seed that decides a draw: who keeps the pool can prove
 * later that it was this one, and the hash alone tells nobody what was in it.
 */
export function poolDigest(pool: readonly PoolCall[], { alreadyDrawn }: Pick<Lot, 'alreadyDrawn'>): string {
  const agents = new Set(pool.map(({ agentRef }) => agentRef))
  const lines = [
    ...pool.map(({ recordingId, agentRef, memberRef }) => JSON.stringify([recordingId, agentRef, memberRef])),
    ...[...agents].map((agentRef) => JSON.stringify([agentRef, alreadyDrawn.get(agentRef) ?? 0])),
  ]
  return createHash('sha256')
    .update(lines.sort((one, other) => (one < other ? -1 : 1)).join('\n'))
    .digest('hex')
}
