import { composeFsck } from '../compose/fsck.ts'
import type { Config } from '../config/config.ts'
import type { Edge } from './edge.ts'
import { withFoundation } from './with-foundation.ts'

/** Prints every finding as a line of JSON and a summary at the end; ends with 1 while something is wrong. */
export async function fsck(config: Config, edge: Edge, { repair }: { repair: boolean }): Promise<void> {
  await withFoundation(config, edge, async (foundation, signal) => {
    const check = composeFsck(foundation, config)
    const summary = await check(
      {
        repair,
        tags: true,
        onFinding: (finding) => edge.stdout.write(`${JSON.stringify(finding)}\n`),
      },
      signal,
    )
    edge.stdout.write(`${JSON.stringify(summary)}\n`)
    if (!summary.clean) edge.setExitCode(1)
  })
}
