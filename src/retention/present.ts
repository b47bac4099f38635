import { z } from 'zod'
import { PurposeSchema } from '../recordings/present.ts'
import { STEPS } from './explain.ts'
import type { DuePage } from './list-due.ts'
import { nothingDone } from './sweep-report.ts'
import { SCHEDULER, type SweepRun } from './sweep-run-queries.ts'

const Instant = z.iso.datetime({ offset: true })
const Day = z.iso.date().nullable()
const Ids = z.array(z.uuid())
const Sentence = { nl: z.string(), en: z.string() }

export const DueListSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        id: z.uuid(),
        entity: z.string(),
        product: z.string().nullable(),
        status: z.string(),
        keepUntil: Day,
        dueAt: Instant.nullable(),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'DueList' })

const Count = z.int().min(0)
const ProgressSchema = z.strictObject({
  toEnd: Count.meta({ description: 'What the run set out to take out of use' }),
  toDestroy: Count.meta({ description: 'What it set out to destroy' }),
  quarantined: Count,
  archived: Count,
  corrected: Count,
  destroyed: Count,
  blocked: Count,
  failed: Count,
  lost: Count,
})

const StoppedSchema = z.strictObject({
  entity: z.string(),
  due: Count.meta({ description: 'How many became due at once' }),
  live: Count.meta({ description: 'How many of the entity are in use, those included' }),
  approvalId: z.uuid().nullable().meta({ description: 'What two people have to approve' }),
})

const runFields = {
  id: z.uuid(),
  dryRun: z.boolean(),
  scheduled: z.boolean().meta({ description: 'Begun by the service itself' }),
  state: z.enum(['running', 'finished', 'failed']),
  failure: z.string().nullable().meta({ description: 'Why it failed; the next run goes on where it ended' }),
  startedAt: Instant,
  finishedAt: Instant.nullable(),
  progress: ProgressSchema.nullable().meta({ description: 'Counts over all entities' }),
}

export const SweepRunSchema = z
  .strictObject({
    ...runFields,
    at: Instant.nullable().meta({
      description: 'The moment for which it was decided what is over; null while the run has no report',
    }),
    quarantined: Ids.meta({ description: 'Taken out of use' }),
    archived: Ids.meta({ description: 'Passed on to the archive, with an end of its own' }),
    destroyed: Ids.meta({ description: 'Proven to be gone; in a dry run: would be destroyed' }),
    blocked: Ids.meta({ description: 'The store refuses to delete; tried again after a day' }),
    failed: Ids.meta({ description: 'The store failed; tried again soon' }),
    lost: Ids.meta({ description: 'Taken over by another run' }),
    corrected: Ids.meta({ description: 'The stored date differed from the purposes and was replaced' }),
    stopped: z.array(StoppedSchema).meta({ description: 'Too much at once; nothing of it was touched' }),
    more: z.boolean().meta({ description: 'There was more to do than one run takes on' }),
  })
  .meta({ id: 'SweepRun', description: 'Of its lists what is about the entities of the reader' })

export const SweepListSchema = z
  .strictObject({ items: z.array(z.strictObject(runFields)) })
  .meta({ id: 'SweepList' })

export const ExplanationSchema = z
  .strictObject({
    id: z.uuid(),
    keepUntil: Day,
    dueAt: Instant.nullable(),
    held: z.boolean(),
    restricted: z.boolean(),
    purposes: z.array(PurposeSchema),
    steps: z.array(
      z.strictObject({
        step: z.enum(STEPS),
        purpose: z.string().optional(),
        ...Sentence,
      }),
    ),
    changes: z.array(z.strictObject(Sentence)).meta({ description: 'What would change the date' }),
  })
  .meta({ id: 'RetentionExplanation' })

export const presentDue = ({ rows, nextCursor }: DuePage): z.input<typeof DueListSchema> => ({
  items: rows.map((row) => ({
    id: row.id,
    entity: row.entity,
    product: row.product,
    status: row.status,
    keepUntil: row.keep_until,
    dueAt: row.due_at?.toISOString() ?? null,
  })),
  nextCursor,
})

const presentHead = (run: SweepRun) => ({
  id: run.id,
  dryRun: run.dryRun,
  scheduled: run.requestedBy === SCHEDULER,
  state: run.state,
  failure: run.failure,
  startedAt: run.startedAt.toISOString(),
  finishedAt: run.finishedAt?.toISOString() ?? null,
  progress: run.progress,
})

export const presentRuns = (runs: readonly SweepRun[]): z.input<typeof SweepListSchema> => ({
  items: runs.map(presentHead),
})

export function presentRun(run: SweepRun): z.input<typeof SweepRunSchema> {
  const { at, ...lists } = run.report ?? { ...nothingDone(run.dryRun, run.startedAt), at: null }
  return {
    ...presentHead(run),
    at: at?.toISOString() ?? null,
    quarantined: [...lists.quarantined],
    archived: [...lists.archived],
    destroyed: [...lists.destroyed],
    blocked: [...lists.blocked],
    failed: [...lists.failed],
    lost: [...lists.lost],
    corrected: [...lists.corrected],
    stopped: [...lists.stopped],
    more: lists.more,
  }
}
