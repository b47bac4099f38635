import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../telemetry/logger.ts'
import { noteDelivered } from './deliver-request.ts'
import { isWhole } from './package-audio-queries.ts'
import type { makeOpenPackage, OpenPackage } from './package-open.ts'
import { markPackageDelivered, type PackageRow } from './package-queries.ts'
import type { makePushPackage } from './push-package.ts'
import { packagesToPush } from './push-queries.ts'

export interface PushPackagesPorts {
  readonly db: Database
  readonly clock: Clock
  readonly logger: Logger
  readonly openPackage: ReturnType<typeof makeOpenPackage>
  readonly pushPackage: ReturnType<typeof makePushPackage>
}

/**
 * Sends packages that are ready to the controllers their members chose, once the address is confirmed and the
 * disclosure approved; for the request that is its delivery. What the other side does not take is tried again with
 * the next run, as long as the package is there.
 */
export function makePushPackages(ports: PushPackagesPorts) {
  return async function pushPackages(stopping: AbortSignal, deadline: AbortSignal): Promise<void> {
    const { db, clock, logger } = ports
    for (const { disclosureId, packaged } of await packagesToPush(db, clock.now())) {
      if (stopping.aborted) return
      try {
        if (await isWhole(db, packaged.id)) await push(ports, disclosureId, packaged, deadline)
      } catch (error) {
        logger.warn('a package was not taken; it is sent again', {
          packageId: packaged.id,
          disclosureId,
          error,
        })
      }
    }
  }
}

async function push(
  { db, clock, openPackage, pushPackage }: PushPackagesPorts,
  disclosureId: string,
  packaged: PackageRow,
  signal: AbortSignal,
): Promise<void> {
  const archive = await openPackage(packaged)
  const whole = { offset: 0, length: archive.bytes }
  await pushPackage(disclosureId, {
    bytes: archive.bytes,
    sha256: await digest(archive, signal),
    mediaType: 'application/zip',
    open: () => Readable.from(archive.read(whole, signal), { objectMode: false }),
  })
  await db.transaction().execute(async (tx) => {
    const at = clock.now()
    await noteDelivered(tx, packaged.request_id, at)
    await markPackageDelivered(tx, packaged.id, at)
  })
}

/** Read once for this: the other side is told beforehand what it is to have. */
async function digest(archive: OpenPackage, signal: AbortSignal): Promise<Buffer> {
  const hash = createHash('sha256')
  for await (const piece of archive.read({ offset: 0, length: archive.bytes }, signal)) hash.update(piece)
  return hash.digest()
}
