import type { Config } from '../config/config.ts'
import { type Fsck, makeFsck } from '../recordings/fsck.ts'
import { makeRecoverIngests } from '../recordings/recover-ingests.ts'
import type { Foundation } from './foundation.ts'
import { composePurge } from './purge.ts'

/** The comparison of rows, objects and keys; its repairs use the same recovery and deletion as the service. */
export const composeFsck = (foundation: Foundation, config: Config): Fsck =>
  makeFsck({
    ...foundation,
    lifecycleMarginDays: config.lifecycle.marginDays,
    purge: composePurge(foundation, config),
    recoverIngests: makeRecoverIngests({ ...foundation, inFlight: new Set() }),
  })
