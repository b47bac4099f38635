import { awaitNewHolds } from './hold-queries.ts'
import { futureHoldsOf } from './hold-scope-queries.ts'
import { holdRecordings } from './hold-settle.ts'
import type { OnReceived } from './model.ts'

/**
 * Puts a recording that has just arrived under every open hold that also covers the future and fits it. A
 * hold that is being placed at this moment either is seen here or finds the recording.
 */
export const joinHolds: OnReceived = async (tx, { id, now }) => {
  await awaitNewHolds(tx, id)
  const holds = await futureHoldsOf(tx, id)
  for (const hold of holds) await holdRecordings(tx, hold, [id], null, now)
  return holds.length > 0
}
