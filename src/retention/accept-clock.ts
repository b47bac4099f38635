import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { forgetSweep } from './clocks-queries.ts'

/**
 * Accepts that it is earlier now than at the last sweep, because the clock was ahead then and has been
 * set right. For the operator at the command line; everything else goes on refusing.
 */
export async function acceptClock({
  db,
  clock,
}: {
  readonly db: Database
  readonly clock: Clock
}): Promise<void> {
  const at = clock.now()
  await db.transaction().execute(async (tx) => {
    await forgetSweep(tx)
    await appendAudit(tx, { type: 'retention.clock_accepted', action: 'U', outcome: 'ok', at, actor: null })
  })
}
