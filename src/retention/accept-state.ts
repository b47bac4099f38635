import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { forgetRestore, restoredAt } from '../recordings/restore-queries.ts'
import { forgetSweep } from './clocks-queries.ts'

interface AcceptPorts {
  readonly db: Database
  readonly clock: Clock
}

/**
 * Accepts that it is earlier now than at the last sweep, because the clock was ahead then and has been
 * set right. For the operator at the command line; everything else goes on refusing.
 */
export const acceptClock = (ports: AcceptPorts): Promise<void> =>
  accept(ports, 'retention.clock_accepted', forgetSweep)

/** Accepts that all holds, locks and rules that a restored backup did not know are in place again. */
export const acceptRestore = (ports: AcceptPorts): Promise<void> =>
  accept(ports, 'retention.restore_accepted', forgetRestore)

async function accept(
  { db, clock }: AcceptPorts,
  type: string,
  forget: (tx: Tx) => Promise<void>,
): Promise<void> {
  const at = clock.now()
  await db.transaction().execute(async (tx) => {
    await forget(tx)
    await appendAudit(tx, { type, action: 'U', outcome: 'ok', at, actor: null })
  })
}

/**
 * What was held after a backup was made is not held in it. Throws Problem `restore_unconfirmed` until
 * somebody has accepted the restored state.
 */
export async function refuseRestored(db: Database): Promise<void> {
  const at = await restoredAt(db)
  if (at)
    throw new Problem('restore_unconfirmed', {
      detail: 'Place the holds again that the backup does not know; then: listenback sweep --accept-restore',
    })
}
