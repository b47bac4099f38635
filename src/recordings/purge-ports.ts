import type { Database } from '../db/database.ts'
import type { Instance } from '../db/instance.ts'
import type { Clock } from '../kernel/clock.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { CertificatePorts } from './certificates-issue.ts'

export interface PurgePorts extends CertificatePorts {
  readonly db: Database
  readonly store: ObjectStore
  readonly clock: Clock
  readonly instance: Pick<Instance, 'id' | 'isRegistered'>
  readonly logger: Logger
  /** Days after its end from which the store's own lifecycle may remove a recording that we did not. */
  readonly lifecycleMarginDays: number
}
