import { makeEraseGone } from '../audit/erase-gone.ts'
import { makeExpireAudit } from '../audit/expire.ts'
import { ForkedLogError, makeSealAudit, type SealAudit } from '../audit/seal.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { Job } from '../jobs/schedule.ts'
import { DAY, HOUR, SECOND } from '../kernel/units.ts'
import { auditEndpoints } from '../privacy/audit-routes.ts'
import {
  type AuditReadPorts,
  makeExportAudit,
  makeFindCheckpoint,
  makeListAudit,
  makeProveConsistency,
  makeProveEvent,
} from '../privacy/read-audit.ts'
import { makeListSigningKeys } from '../recordings/certificate-find.ts'
import type { Foundation } from './foundation.ts'

export interface Audit {
  readonly endpoints: readonly Endpoint[]
  readonly jobs: readonly Job[]
  /** Seals what is complete, for who reads the log. */
  readonly seal: () => Promise<unknown>
}

type Parts = Pick<Foundation, 'db' | 'store' | 'signer' | 'clock' | 'logger'>

const SEAL_EVERY_MS = SECOND

export interface AuditSettings extends Pick<AuditReadPorts, 'allEntities'> {
  readonly origin: string
  readonly years: number
}

/** The audit log: sealing, reading and proving it, and dropping what is too old. */
export function composeAudit(parts: Parts, { origin, years, allEntities }: AuditSettings): Audit {
  const { db, clock, logger, signer } = parts
  const listKeys = makeListSigningKeys({ db, signer })
  const ports = { ...parts, origin, keys: listKeys }
  const sealAudit = makeSealAudit(ports)
  const seal = () => sealAudit(new AbortController().signal)
  const read = { db, clock, seal, allEntities }
  return {
    endpoints: auditEndpoints({
      listAudit: makeListAudit(read),
      findCheckpoint: makeFindCheckpoint(read),
      proveEvent: makeProveEvent(read),
      proveConsistency: makeProveConsistency(read),
      exportAudit: makeExportAudit(read),
    }),
    seal,
    jobs: [
      { name: 'seal-audit', everyMs: SEAL_EVERY_MS, everywhere: true, run: alarmed(sealAudit, logger) },
      { name: 'expire-audit', everyMs: DAY, run: makeExpireAudit(ports, years) },
      { name: 'erase-gone-members', everyMs: HOUR, run: makeEraseGone(ports) },
    ],
  }
}

/** A log that was changed is for people to look at, and not one of many failed jobs. */
const alarmed =
  (seal: SealAudit, logger: Parts['logger']): Job['run'] =>
  async (signal) => {
    try {
      await seal(signal)
    } catch (error) {
      if (error instanceof ForkedLogError)
        logger.error('the audit log was changed', { alarm: 'audit', error })
      throw error
    }
  }
