import { z } from 'zod'
import { dayOf } from '../kernel/calendar.ts'
import { OBSTACLES, type Obstacle } from './pool-queries.ts'
import type { ItemRow, SampleRow } from './sample-queries.ts'

const Instant = z.iso.datetime({ offset: true })
const Day = z.iso.date()
const Count = z.int().min(0)

const WithdrawnReason = z.enum(OBSTACLES).meta({
  description:
    'objected: the member or somebody for them; purpose_over: not to be used for training any more; sensitive: health, crime, a child or a payment was found in it; restricted; held: evidence in a dispute; gone: destroyed or taken away from its member',
})

export const ItemSchema = z
  .strictObject({
    n: z.int().min(1),
    recordingId: z.uuid().nullable().meta({ description: 'For the playback; null once withdrawn' }),
    agentRef: z.string(),
    team: z.string().nullable(),
    product: z.string().nullable(),
    language: z.string().nullable(),
    month: z.string().nullable().meta({ description: 'YYYY-MM of the call; no exact time is shown' }),
    durationSeconds: z.number().nullable(),
    stratum: z.string().meta({ description: 'The agent among whose calls it was drawn' }),
    state: z.enum(['open', 'reviewed', 'withdrawn']),
    withdrawnReason: WithdrawnReason.optional(),
    masked: z.enum(['ready', 'waiting', 'none']).meta({ description: 'Whether it can be listened to' }),
    endsOn: Day.meta({ description: 'Last day for listening' }),
    notes: Count.meta({ description: 'Notes that the caller may see' }),
    released: z.boolean().meta({ description: 'Whether the agent sees notes and scores' }),
  })
  .meta({ id: 'TrainingItem' })

const counts = { open: Count, reviewed: Count, withdrawn: Count }

const sampleFields = {
  id: z.uuid(),
  entity: z.string(),
  drawnAt: Instant,
  drawnBy: z.string(),
  seed: z.string().meta({ description: 'The same seed over the same pool draws the same calls' }),
  criteria: z.strictObject({
    entity: z.string(),
    team: z.string().nullable(),
    agentRef: z.string().nullable(),
    product: z.string().nullable(),
    from: Day,
    to: Day,
    size: z.int(),
  }),
  poolSize: Count.meta({ description: 'Calls of which it was drawn' }),
  poolSha256: z.string().meta({ description: 'Of the pool and the limits in force, as the audit has it' }),
  excluded: z
    .strictObject({
      objected: Count,
      sensitive: Count,
      restricted: Count,
      held: Count,
      tooRecent: Count,
      notAnnounced: Count,
      agentLimit: Count,
      memberLimit: Count,
    })
    .meta({ description: 'Calls like those asked for that could not be drawn, by reason' }),
  endsOn: Day,
  ended: z.boolean(),
  coaches: z.array(z.string()),
  counts: z.strictObject(counts),
}

export const SampleSummarySchema = z.strictObject(sampleFields).meta({ id: 'TrainingSampleSummary' })
export const SampleListSchema = z
  .strictObject({ items: z.array(SampleSummarySchema) })
  .meta({ id: 'TrainingSampleList' })
export const SampleSchema = z
  .strictObject({ ...sampleFields, items: z.array(ItemSchema) })
  .meta({ id: 'TrainingSample' })

export const SampleCountsSchema = z
  .strictObject({ ...counts, waiting: Count.meta({ description: 'Of these, being masked' }) })
  .meta({ id: 'TrainingSampleCounts' })

export type SampleSummaryJson = z.input<typeof SampleSummarySchema>
export type SampleJson = z.input<typeof SampleSchema>
export type SampleCountsJson = z.input<typeof SampleCountsSchema>
export type ItemJson = z.input<typeof ItemSchema>

export function presentSummary(row: SampleRow, now: Date): SampleSummaryJson {
  const { open, reviewed, withdrawn, excluded, drawnAt, coaches, ...rest } = row
  return {
    ...rest,
    excluded: excluded as SampleSummaryJson['excluded'],
    drawnAt: drawnAt.toISOString(),
    ended: dayOf(now) > row.endsOn,
    coaches: [...coaches],
    counts: { open, reviewed, withdrawn },
  }
}

export const presentSample = (row: SampleRow, items: readonly ItemRow[], now: Date): SampleJson => ({
  ...presentSummary(row, now),
  items: items.map(presentItem),
})

export const presentCounts = (
  { open, reviewed, withdrawn }: SampleRow,
  items: readonly ItemRow[],
): SampleCountsJson => ({
  ...{ open, reviewed, withdrawn },
  waiting: items.filter(({ withdrawnAt, masked }) => withdrawnAt === null && masked === 'waiting').length,
})

function presentItem(row: ItemRow): ItemJson {
  const isWithdrawn = row.withdrawnAt !== null
  return {
    n: row.n,
    recordingId: isWithdrawn ? null : row.recordingId,
    agentRef: row.agentRef,
    team: row.team,
    product: row.product,
    language: row.language,
    month: row.startedAt === null ? null : monthOf(row.startedAt),
    durationSeconds: row.seconds,
    stratum: row.stratum,
    state: stateOf(row),
    ...(isWithdrawn ? { withdrawnReason: row.withdrawnReason as Obstacle } : {}),
    masked: row.masked,
    endsOn: row.endsOn,
    notes: row.notes,
    released: row.releasedAt !== null,
  }
}

const stateOf = ({ withdrawnAt, reviewedAt }: ItemRow): ItemJson['state'] => {
  if (withdrawnAt !== null) return 'withdrawn'
  return reviewedAt === null ? 'open' : 'reviewed'
}

export const monthOf = (instant: Date): string => dayOf(instant).slice(0, 'YYYY-MM'.length)
