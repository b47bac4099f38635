import type { Foundation } from '../compose/foundation.ts'
import { composeRules } from '../compose/rules.ts'
import { composeSweep } from '../compose/sweep.ts'
import type { Config } from '../config/config.ts'
import { acceptClock, acceptRestore } from '../retention/accept-state.ts'
import type { Progress } from '../retention/sweep-report.ts'
import type { Edge } from './edge.ts'
import { withFoundation } from './with-foundation.ts'

export interface SweepOptions {
  readonly dryRun: boolean
  /** The clock was ahead at the last sweep and has been set right. */
  readonly acceptClock: boolean
  /** Holds, locks and rules that a restored backup did not know are in place again. */
  readonly acceptRestore: boolean
}

/**
 * One sweep now, or the list of what it would do: progress on standard error, the report on standard
 * output. Ends with 1 when something due could not be destroyed, or waits for two people.
 */
export async function sweepCommand(config: Config, edge: Edge, options: SweepOptions): Promise<void> {
  await withFoundation(config, edge, async (foundation, signal) => {
    if (options.acceptClock) await acceptClock(foundation)
    if (options.acceptRestore) await acceptRestore(foundation)
    const report = await sweepOnce(foundation, config, options, signal, (line) =>
      edge.stderr.write(`${line}\n`),
    )
    edge.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    if (report.blocked.length + report.failed.length + report.stopped.length > 0) edge.setExitCode(1)
  })
}

async function sweepOnce(
  foundation: Foundation,
  config: Config,
  { dryRun }: SweepOptions,
  signal: AbortSignal,
  print: (line: string) => void,
) {
  await using books = await composeRules(foundation, config)
  const sweep = composeSweep(foundation, config, (now) => books.current(now))
  return await sweep({ dryRun }, signal, async (progress) => print(lineOf(progress)))
}

const lineOf = ({
  toEnd,
  toDestroy,
  quarantined,
  archived,
  corrected,
  destroyed,
  ...rest
}: Progress): string =>
  `out of use ${quarantined + archived + corrected} of ${toEnd}, destroyed ${destroyed} of ${toDestroy}` +
  `${rest.blocked + rest.failed > 0 ? `, not destroyed ${rest.blocked + rest.failed}` : ''}`
