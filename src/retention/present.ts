import { z } from 'zod'
import { PurposeSchema } from '../recordings/present.ts'
import type { SweepRun } from './due-queries.ts'
import type { DuePage } from './list-due.ts'

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

export const SweepRunSchema = z
  .strictObject({
    id: z.uuid(),
    dryRun: z.boolean(),
    at: Instant.meta({ description: 'The moment for which it was decided what is over' }),
    startedAt: Instant,
    finishedAt: Instant,
    quarantined: Ids.meta({ description: 'Taken out of use' }),
    destroyed: Ids.meta({ description: 'Proven to be gone; in a dry run: would be destroyed' }),
    blocked: Ids.meta({ description: 'The store refuses to delete; tried again after a day' }),
    failed: Ids.meta({ description: 'The store failed; tried again soon' }),
    lost: Ids.meta({ description: 'Taken over by another run' }),
    corrected: Ids.meta({ description: 'The stored date differed from the purposes and was replaced' }),
  })
  .meta({ id: 'SweepRun' })

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
        step: z.enum(['purpose', 'end', 'hold', 'restriction', 'quarantine', 'destruction']),
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

export const presentRun = ({
  id,
  startedAt,
  finishedAt,
  report,
}: SweepRun): z.input<typeof SweepRunSchema> => ({
  id,
  dryRun: report.dryRun,
  at: report.at.toISOString(),
  startedAt: startedAt.toISOString(),
  finishedAt: finishedAt.toISOString(),
  quarantined: [...report.quarantined],
  destroyed: [...report.destroyed],
  blocked: [...report.blocked],
  failed: [...report.failed],
  lost: [...report.lost],
  corrected: [...report.corrected],
})
