import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { readQueue } from '../recordings/audio-work-queries.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import { lastKeptLifecycle } from './lifecycle-queries.ts'
import { dueSince, type JobState, readJobs, storeBehind } from './operations-queries.ts'
import { permit } from './permit.ts'
import { listRuns, type SweepRun } from './sweep-run-queries.ts'

/** What only the process itself knows. */
export interface OwnState {
  readonly version: string
  /** Which engine makes audio, and what keeps it in; or why there is none. */
  readonly engine: string
  readonly storeKind: 's3' | 'files'
  readonly ready: boolean
  readonly parts: readonly { readonly part: string; readonly ok: boolean; readonly detail?: string }[]
  /** What the bucket really does, as it was found out; empty for files. */
  readonly findings: readonly {
    readonly check: string
    readonly state: 'ok' | 'warn' | 'fail'
    readonly detail: string
  }[]
}

export interface Operations extends OwnState {
  readonly at: Date
  readonly audio: { readonly waiting: number; readonly parked: number; readonly oldest: Date | null }
  readonly storeBehind: { readonly count: number; readonly since: Date | null }
  readonly lifecycle: { readonly at: Date; readonly outcome: string } | null
  readonly dueSince: Date | null
  /** The last run that was no dry run and had something to do, or that somebody asked for. */
  readonly lastRun: SweepRun | null
  readonly jobs: readonly JobState[]
}

export interface OperationsPorts {
  readonly db: Database
  readonly clock: Clock
  readonly ownState: () => Promise<OwnState>
}

/** Far enough back to find one that was no dry run. */
const RUNS = 50

/**
 * How the service works: its parts, its queues, its store and its sweep. Nothing of anybody. Audited. Throws
 * Problem: `forbidden`.
 */
export function makeReadOperations({ db, clock, ownState }: OperationsPorts) {
  return async function readOperations(actor: Actor): Promise<Operations> {
    const at = clock.now()
    await permit(db, actor, 'watch', at)
    const [own, audio, behind, lifecycle, since, runs, jobs] = await Promise.all([
      ownState(),
      readQueue(db, at),
      storeBehind(db),
      lastKeptLifecycle(db),
      dueSince(db, at),
      listRuns(db, RUNS),
      readJobs(db),
    ])
    await appendAudit(db, {
      ...{ type: 'operations.read', action: 'R', outcome: 'ok', at, actor },
      requestId: currentRequestId() ?? null,
    })
    return {
      ...own,
      ...{ at, audio, storeBehind: behind, lifecycle: lifecycle ?? null, dueSince: since, jobs },
      lastRun: runs.find(({ dryRun }) => !dryRun) ?? null,
    }
  }
}

export type ReadOperations = ReturnType<typeof makeReadOperations>
