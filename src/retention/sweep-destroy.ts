import { DAY } from '../kernel/units.ts'
import type { PurgeOutcome } from '../recordings/purge.ts'
import type { Share } from '../recordings/purge-queries.ts'
import type { Run } from './sweep.ts'
import { lessDone, plus, shareOut, sumOf } from './sweep-plan.ts'
import { entitiesOf } from './sweep-queries.ts'
import type { ListName } from './sweep-report.ts'

/** As many versions as the store removes in one call. */
const BATCH = 1000

export interface ToDestroy {
  readonly shares: readonly Share[]
  /** Destructions to be finished, or confirmed by people; first. */
  readonly urgent: number
  /** What this run took out of use itself, by entity; destroyed at once where there is no grace. */
  readonly ended: ReadonlyMap<string, number>
}

/** Destroys what the plan says, of every entity its share in every batch. */
export async function destroyFinished(run: Run, { shares, urgent, ended }: ToDestroy): Promise<void> {
  for (let left = urgent; left > 0; ) {
    const done = await destroyBatch(run, [], Math.min(BATCH, left))
    if (done.length === 0) break
    left -= done.length
  }
  let remaining = run.graceDays === 0 ? plus(shares, ended) : [...shares]
  while (sumOf(remaining) > 0) {
    const batch = shareOut(BATCH, remaining)
    const done = await destroyBatch(run, batch, sumOf(batch))
    if (done.length === 0) break
    const counts = new Map<string, number>()
    for (const entity of await entitiesOf(run.db, done)) counts.set(entity, (counts.get(entity) ?? 0) + 1)
    remaining = lessDone(remaining, counts).filter(({ atMost }) => atMost > 0)
  }
}

/** Claims and destroys; gives the ids it claimed. */
async function destroyBatch(run: Run, shares: readonly Share[], limit: number): Promise<string[]> {
  if (run.signal?.aborted) return []
  const now = await run.agreedNow.inStep(run.db)
  const quarantinedBefore = new Date(now.getTime() - run.graceDays * DAY)
  const claims = await run.purge.claim({ quarantinedBefore, now, limit, shares })
  if (claims.length === 0) return []
  await run.add(listsOf(await run.purge.destroy(claims)))
  return claims.map(({ id }) => id)
}

function listsOf(outcomes: readonly PurgeOutcome[]): Partial<Record<ListName, string[]>> {
  const lists: Partial<Record<ListName, string[]>> = {}
  for (const { kind, id } of outcomes) lists[kind] = [...(lists[kind] ?? []), id]
  return lists
}
