import { z } from 'zod'
import type { Preview } from './preview.ts'
import type { Count, PreviewCounts } from './preview-ends.ts'
import { shortensFrom } from './rule-book.ts'

const CountSchema = z
  .strictObject({
    total: z.int(),
    held: z.int(),
    locked: z.int().meta({ description: 'Needed by an open privacy request' }),
    restricted: z.int(),
  })
  .meta({ id: 'RecordingCount', description: 'Recordings, and how many of them are protected for now' })

const Day = z.iso.date()

export const PreviewSchema = z
  .strictObject({
    version: z.int(),
    at: Day.meta({ description: 'What has ended before this day is due' }),
    effectiveFrom: Day,
    shortensFrom: Day.meta({ description: 'First day on which shorter periods reach existing recordings' }),
    due: z
      .strictObject({
        asThingsAre: CountSchema,
        underThisVersion: CountSchema,
        additionally: CountSchema,
        noLonger: CountSchema,
      })
      .optional()
      .meta({ description: 'Only without a cursor, as the months are' }),
    months: z
      .array(z.strictObject({ month: Day, asThingsAre: z.int(), underThisVersion: z.int() }))
      .optional()
      .meta({ description: 'What becomes due in each month; the first has what was due before, too' }),
    items: z
      .array(
        z.strictObject({
          id: z.uuid(),
          entity: z.string(),
          change: z.enum(['due', 'additionally_due', 'no_longer_due']),
          keepUntil: Day.nullable(),
          keepUntilUnderThisVersion: Day.nullable(),
        }),
      )
      .meta({
        description: 'For a version the recordings for which it makes a difference; for `current` all due',
      }),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'RetentionPreview' })

export const presentPreview = (preview: Preview): z.input<typeof PreviewSchema> => ({
  version: preview.book.version,
  at: preview.at,
  effectiveFrom: preview.book.effectiveFrom,
  shortensFrom: shortensFrom(preview.book),
  ...(preview.counts ? presentCounts(preview.counts) : {}),
  items: preview.rows.map(({ id, entity, dueBefore, dueAfter, keepUntil, keepUntilAfter }) => ({
    id,
    entity,
    change: dueBefore === dueAfter ? 'due' : dueAfter ? 'additionally_due' : 'no_longer_due',
    keepUntil,
    keepUntilUnderThisVersion: keepUntilAfter,
  })),
  nextCursor: preview.nextCursor,
})

const presentCounts = ({ before, after, additionallyDue, noLongerDue, months }: PreviewCounts) => ({
  due: {
    asThingsAre: countOf(before),
    underThisVersion: countOf(after),
    additionally: countOf(additionallyDue),
    noLonger: countOf(noLongerDue),
  },
  months: months.map(({ month, before, after }) => ({ month, asThingsAre: before, underThisVersion: after })),
})

const countOf = ({ total, held, locked, restricted }: Count) => ({ total, held, locked, restricted })
