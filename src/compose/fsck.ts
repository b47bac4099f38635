import type { Config } from '../config/config.ts'
import type { Job } from '../jobs/schedule.ts'
import { DAY } from '../kernel/units.ts'
import { type Fsck, makeFsck } from '../recordings/fsck.ts'
import { isDamage } from '../recordings/fsck-findings.ts'
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

/** Looks once a day, beside the working service, and changes nothing: a loss is found before its member finds it. */
export const comparisonJob = (foundation: Foundation, config: Config): Job => ({
  name: 'compare-storage',
  everyMs: DAY,
  run: async (signal) => {
    const summary = await composeFsck(foundation, config)(
      {
        repair: false,
        onFinding: ({ kind, recordingId }) => {
          if (isDamage(kind)) foundation.logger.error('a recording is damaged', { alarm: kind, recordingId })
        },
      },
      signal,
    )
    if (!summary.clean)
      foundation.logger.warn('database and store differ; see `listenback fsck`', { ...summary })
  },
})
