import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { noteDelivered } from './deliver-request.ts'
import { endPackage, expiredPackages, lockForPackage, type PackageRow } from './package-queries.ts'

export interface ExpirePorts {
  readonly db: Database
  readonly clock: Clock
}

const AT_ONCE = 100

/**
 * Ends packages whose days are over: key and documents are destroyed. One that nobody fetched has been offered long
 * enough, so its request needs its recordings no longer; it can be made anew as long as they are there.
 */
export function makeExpirePackages(ports: ExpirePorts) {
  return async function expirePackages(stopping: AbortSignal): Promise<void> {
    for (;;) {
      const expired = await expiredPackages(ports.db, ports.clock.now(), AT_ONCE)
      for (const packaged of expired) {
        if (stopping.aborted) return
        await expire(ports, packaged)
      }
      if (expired.length < AT_ONCE) return
    }
  }
}

async function expire({ db, clock }: ExpirePorts, packaged: PackageRow): Promise<void> {
  const at = clock.now()
  await db.transaction().execute(async (tx) => {
    const request = await lockForPackage(tx, packaged.request_id)
    if (packaged.delivered_at === null && request?.state !== 'withdrawn')
      await noteDelivered(tx, packaged.request_id, at)
    if (!(await endPackage(tx, packaged.id, 'expired', at))) return
    await appendAudit(tx, {
      ...({ type: 'package.ended', action: 'D', outcome: 'ok', actor: null, at } as const),
      ...(request && { entities: request.entities }),
      detail: { package: packaged.id, because: 'expired', fetched: packaged.delivered_at !== null },
    })
  })
}
