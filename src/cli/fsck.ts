import type { Foundation } from '../compose/foundation.ts'
import { composeFsck } from '../compose/fsck.ts'
import { composeScrubAll } from '../compose/scrub.ts'
import type { Config } from '../config/config.ts'
import type { Edge } from './edge.ts'
import { openScrubProgress, type ScrubProgress } from './scrub-progress.ts'
import { withFoundation } from './with-foundation.ts'

export interface FsckOptions {
  readonly repair: boolean
  /** Reads every stored byte as well. */
  readonly scrub: boolean
}

/**
 * Prints every finding as a line of JSON and a summary at the end, of the comparison and then of the scrub;
 * ends with 1 while something is wrong.
 */
export async function fsck(config: Config, edge: Edge, { repair, scrub }: FsckOptions): Promise<void> {
  await withFoundation(config, edge, async (foundation, signal) => {
    const print = (line: unknown) => edge.stdout.write(`${JSON.stringify(line)}\n`)
    const check = composeFsck(foundation, config)
    const summary = await check({ repair, tags: true, onFinding: print }, signal)
    print(summary)
    if (!summary.clean) edge.setExitCode(1)
    if (scrub && !(await scrubEverything(foundation, config, edge, print, signal))) edge.setExitCode(1)
  })
}

/** Lists what is damaged; false when an original is, or something could not be read. */
async function scrubEverything(
  foundation: Foundation,
  config: Config,
  edge: Edge,
  print: (line: unknown) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const counts = { right: 0, lost: 0, remade: 0, passed: 0, unchecked: 0 }
  const scrubAll = composeScrubAll(foundation, config, (outcome, { recordingId, name }) => {
    counts[outcome.kind] += 1
    if (outcome.kind === 'right' || outcome.kind === 'passed') return
    const damage = 'damage' in outcome ? { damage: outcome.damage } : {}
    print({ kind: outcome.kind, ...damage, recordingId, rendition: name })
  })
  const { bytes } = await withProgress(edge, (onProgress) => scrubAll(signal, { onProgress }))
  const clean = counts.lost + counts.unchecked === 0
  print({ renditions: counts, bytes, clean })
  return clean
}

/** The last line of progress comes before the summary, and also when it ends early. */
async function withProgress<T>(edge: Edge, run: (show: ScrubProgress['show']) => Promise<T>): Promise<T> {
  using progress = openScrubProgress(edge.stderr)
  return await run(progress.show)
}
