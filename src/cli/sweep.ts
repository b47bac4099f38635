import { composeRules } from '../compose/rules.ts'
import { composeSweep } from '../compose/sweep.ts'
import type { Config } from '../config/config.ts'
import type { Edge } from './edge.ts'
import { withFoundation } from './with-foundation.ts'

/** One sweep now, or the list of what it would do; ends with 1 when something due could not be destroyed. */
export async function sweepCommand(
  config: Config,
  edge: Edge,
  { dryRun }: { dryRun: boolean },
): Promise<void> {
  await withFoundation(config, edge, async (foundation, signal) => {
    await using books = await composeRules(foundation, config)
    const sweep = composeSweep(foundation, config, (now) => books.current(now))
    const report = await sweep({ dryRun }, signal)
    edge.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    if (report.blocked.length + report.failed.length > 0) edge.setExitCode(1)
  })
}
