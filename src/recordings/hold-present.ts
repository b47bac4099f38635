import { z } from 'zod'
import { isId } from '../kernel/ids.ts'
import { HOLD_TYPES } from './hold.ts'
import type { HeldRecording, HoldReview, HoldRow } from './hold-list-queries.ts'
import type { TooLate } from './hold-scope-queries.ts'
import { name, text } from './schema.ts'

const ref = text(200)
const recordingId = z.string().refine(isId, 'must be a recording id').meta({ format: 'uuid' })

const QuerySchema = z
  .strictObject({
    from: z.iso.date().optional().meta({ description: 'First day of the call, in Amsterdam' }),
    to: z.iso.date().optional().meta({ description: 'Last day of the call, inclusive' }),
    memberRef: ref.optional(),
    agentRef: ref.optional(),
    team: ref.optional(),
    product: name.optional(),
    purpose: name.optional(),
    policy: ref.optional(),
    claim: ref.optional(),
    complaint: ref.optional(),
  })
  .refine((query) => Object.values(query).some((value) => value !== undefined), 'must name something')
  .meta({ id: 'HoldQuery', description: 'Recordings for which every named condition is true' })

export const ScopeSchema = z.union([
  z.strictObject({ recordings: z.array(recordingId).min(1).max(1000) }),
  z.strictObject({ memberRef: ref }),
  z.strictObject({ policy: ref }),
  z.strictObject({ claim: ref }),
  z.strictObject({ complaint: ref }),
  z.strictObject({ query: QuerySchema }),
])

export const NewHoldSchema = z
  .strictObject({
    type: z.enum(HOLD_TYPES),
    matterRef: text(100).meta({ description: 'The file this is about' }),
    scope: ScopeSchema.meta({ description: 'What it covers: exactly one of these' }),
    reason: text(2000),
    reviewBy: z.iso.date().optional().meta({
      description: 'Day by which somebody looks at it again; at most, and by default, 12 months ahead',
    }),
    entity: name.optional().meta({ description: 'Needed only by people of several entities' }),
    futureMatching: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether it also covers recordings that arrive later' }),
  })
  .meta({ id: 'NewHold' })

const HoldSchema = z
  .strictObject({
    id: z.uuid(),
    type: z.enum(HOLD_TYPES),
    matterRef: z.string(),
    entity: z.string(),
    scope: z.record(z.string(), z.unknown()).meta({ description: 'After the release only its kind' }),
    futureMatching: z.boolean(),
    reason: z.string(),
    placedBy: z.string(),
    placedAt: z.iso.datetime(),
    reviewBy: z.iso.date(),
    overdue: z.boolean().meta({ description: 'Open past its day of review; it goes on all the same' }),
    releasedBy: z.string().nullable(),
    releasedAt: z.iso.datetime().nullable(),
    releaseReason: z.string().nullable(),
    recordings: z.int().meta({ description: 'How many are, or were, under it' }),
    pending: z.int().meta({ description: 'Of how many the store has not confirmed it yet' }),
    storeConfirmed: z.boolean(),
  })
  .meta({ id: 'Hold' })

export const PlacedHoldSchema = HoldSchema.extend({
  notHeld: z.array(
    z.strictObject({
      recordingId: z.uuid(),
      code: z.enum(['destroyed', 'deletion_in_progress']),
      certificateNo: z.int().nullable(),
    }),
  ),
}).meta({ id: 'PlacedHold' })

export const HoldListSchema = z
  .strictObject({ items: z.array(HoldSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'HoldList' })

export const NewReviewSchema = z
  .strictObject({
    reviewBy: z.iso.date().meta({ description: 'The next day of review, at most 12 months ahead' }),
    reason: text(2000).meta({ description: 'Why it goes on' }),
  })
  .meta({ id: 'NewHoldReview' })

export const HoldDetailSchema = HoldSchema.extend({
  reviews: z
    .array(
      z.strictObject({
        reviewedBy: z.string(),
        reviewedAt: z.iso.datetime(),
        reviewBy: z.iso.date().meta({ description: 'The day of review that it set' }),
        reason: z.string(),
      }),
    )
    .meta({ description: 'Every time somebody let it go on, the last one first' }),
  items: z.array(
    z.strictObject({
      recordingId: z.uuid(),
      placedAt: z.iso.datetime(),
      confirmedAt: z.iso.datetime().nullable(),
      endedAt: z.iso.datetime().nullable(),
    }),
  ),
  nextCursor: z.string().nullable(),
}).meta({ id: 'HoldDetail' })

export const OneHoldSchema = HoldSchema

export const presentHold = (hold: HoldRow, today: string): z.input<typeof HoldSchema> => {
  const { isSettled, ...row } = hold
  return {
    ...row,
    placedAt: row.placedAt.toISOString(),
    releasedAt: row.releasedAt?.toISOString() ?? null,
    overdue: row.releasedAt === null && row.reviewBy < today,
    storeConfirmed: isSettled && row.pending === 0,
  }
}

export const presentNotHeld = (late: readonly TooLate[]): z.input<typeof PlacedHoldSchema>['notHeld'] =>
  late.map(({ recordingId: id, status, certificateNo }) => ({
    recordingId: id,
    code: status === 'destroyed' ? 'destroyed' : 'deletion_in_progress',
    certificateNo,
  }))

export const presentHeld = (held: HeldRecording): z.input<typeof HoldDetailSchema>['items'][number] => ({
  recordingId: held.recordingId,
  placedAt: held.placedAt.toISOString(),
  confirmedAt: held.confirmedAt?.toISOString() ?? null,
  endedAt: held.endedAt?.toISOString() ?? null,
})

export const presentReview = (review: HoldReview): z.input<typeof HoldDetailSchema>['reviews'][number] => ({
  ...review,
  reviewedAt: review.reviewedAt.toISOString(),
})
