import type { Config } from '../config/config.ts'
import { type Job, type Jobs, startJobs } from '../jobs/schedule.ts'
import { HOUR, MINUTE, SECOND } from '../kernel/units.ts'
import type { AudioEngine } from '../media/engine.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Access } from './access.ts'
import { audioJob } from './audio.ts'
import type { Audit } from './audit.ts'
import type { Coaching } from './coaching.ts'
import type { Disclosing } from './disclosures.ts'
import type { Foundation } from './foundation.ts'
import { comparisonJob } from './fsck.ts'
import type { Holds } from './holds.ts'
import { composeLifecycle } from './lifecycle.ts'
import type { Notices } from './notices.ts'
import { oversightJob } from './oversight.ts'
import { addUpJob } from './overview.ts'
import type { Packages } from './packages.ts'
import type { PrivacyRequests } from './privacy-requests.ts'
import type { Recordings } from './recordings.ts'
import type { Retention } from './retention.ts'
import { scrubJobs } from './scrub.ts'
import type { SpanParts } from './spans.ts'
import { alarmJob } from './tags.ts'

export interface JobParts {
  readonly recordings: Recordings
  readonly retention: Retention
  readonly holds: Holds
  readonly spans: SpanParts
  readonly coaching: Coaching
  readonly requests: PrivacyRequests
  readonly packages: Packages
  readonly access: Access
  readonly notices: Notices
  readonly audit: Audit
  readonly disclosing: Disclosing
  readonly engine: AudioEngine | undefined
  readonly metrics: Metrics
}

/** The work that nobody asks for: sweeping, recovering, tidying. */
export function composeJobs(foundation: Foundation, config: Config, parts: JobParts): Jobs {
  const {
    recordings,
    retention,
    holds,
    spans,
    coaching,
    requests,
    packages,
    access,
    notices,
    engine,
    metrics,
  } = parts
  const jobs: Job[] = [
    {
      name: 'sweep',
      everyMs: config.sweep.everyMs,
      run: (signal) =>
        retention.sweepRegularly(signal, (counts) => {
          for (const outcome of ['quarantined', 'archived', 'destroyed', 'blocked', 'failed'] as const)
            metrics.swept.inc({ outcome }, counts[outcome])
        }),
    },
    audioJob(foundation, config, engine, metrics),
    { name: 'keep-store-in-step', everyMs: 10 * SECOND, run: (signal) => holds.keepInStep(signal) },
    { name: 'recover-ingests', everyMs: MINUTE, run: () => recordings.recoverIngests() },
    {
      name: 'remove-expired-playbacks',
      everyMs: HOUR,
      run: async () => void (await recordings.removeExpiredPlaybacks()),
    },
    { name: 'remove-expired-sessions', everyMs: HOUR, run: () => access.removeExpiredSessions() },
    ...retention.jobs,
    ...spans.jobs,
    ...coaching.jobs,
    ...notices.jobs(metrics),
    ...requests.jobs((clock, count) => metrics.privacyRequests.set({ clock }, count)),
    ...packages.jobs,
    ...parts.disclosing.jobs,
    ...composeLifecycle(foundation, config).jobs,
    comparisonJob(foundation, config),
    ...scrubJobs(foundation, config, metrics),
    addUpJob(foundation),
    alarmJob(foundation, config.sweep.graceDays, metrics),
    oversightJob(foundation, metrics),
    ...parts.audit.jobs,
  ]
  return startJobs(jobs, {
    databaseUrl: foundation.databaseUrl,
    logger: foundation.logger,
    onFailure: (job) => metrics.jobFailures.inc({ job }),
  })
}
