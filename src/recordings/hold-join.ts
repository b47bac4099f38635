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
  let isHeld = false
  for (const hold of await futureHoldsOf(tx, id)) {
    // One that was released in this very moment takes none.
    const held = await holdRecordings(tx, hold, [id], null, now)
    isHeld ||= held.length > 0
  }
  return isHeld
}
