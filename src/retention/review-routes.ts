import { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { DAY } from '../kernel/units.ts'
import type { makeConfirmDestruction, makeListReviews } from './review-destruction.ts'
import type { ReviewRow } from './review-queries.ts'

export interface ReviewUseCases {
  readonly listReviews: ReturnType<typeof makeListReviews>
  readonly confirmDestruction: ReturnType<typeof makeConfirmDestruction>
  /** Days between the end of use and the destruction. */
  readonly graceDays: number
}

const TAG = 'Retention'
const Instant = z.iso.datetime({ offset: true })

export const ReviewSchema = z
  .strictObject({
    recordingId: z.uuid(),
    entity: z.string(),
    product: z.string().nullable(),
    quarantinedAt: Instant,
    destroyedAfter: Instant.meta({ description: 'Unless somebody places a hold, or two people confirm' }),
    rule: z.string().meta({ description: 'Rule that asks for the review, with its version' }),
    confirmations: z.int().min(0).max(2),
    confirmedByMe: z.boolean(),
  })
  .meta({ id: 'DestructionReview' })

export const ReviewListSchema = z
  .strictObject({ items: z.array(ReviewSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'DestructionReviewList' })

/** What people may look at before it is destroyed. */
export const reviewEndpoints = (useCases: ReviewUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/retention/reviews',
    operationId: 'listDestructionReviews',
    summary: 'List quarantined recordings whose rule asks for a review, first to be destroyed first',
    description: 'Silence destroys when the grace is over. Whoever wants to keep a recording places a hold.',
    tag: TAG,
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      cursor: z.string().min(1).max(200).optional().meta({ description: 'nextCursor of the page before' }),
    }),
    responses: { 200: { description: 'One page', content: { 'application/json': ReviewListSchema } } },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ query, req, res }) {
      const actor = actorOf(req)
      const { rows, nextCursor } = await useCases.listReviews(actor, query)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ items: rows.map((row) => present(row, actor, useCases.graceDays)), nextCursor })
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/retention/reviews/{recordingId}/confirm',
    operationId: 'confirmDestruction',
    summary: 'Confirm the end of a recording; after two different people it waits no longer',
    tag: TAG,
    params: z.strictObject({ recordingId: z.string().meta({ description: 'UUID', format: 'uuid' }) }),
    query: z.strictObject({}),
    responses: { 200: { description: 'As it stands now', content: { 'application/json': ReviewSchema } } },
    problems: [
      'not_found',
      'forbidden',
      'step_up_required',
      'second_person_required',
      'not_open',
      'unavailable',
    ],
    async handle({ params, req, res }) {
      const actor = actorOf(req)
      const row = await useCases.confirmDestruction(actor, params.recordingId)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(present(row, actor, useCases.graceDays))
    },
  }),
]

const present = (row: ReviewRow, actor: Actor, graceDays: number): z.input<typeof ReviewSchema> => ({
  recordingId: row.id,
  entity: row.entity,
  product: row.product,
  quarantinedAt: row.quarantinedAt.toISOString(),
  destroyedAfter: new Date(row.quarantinedAt.getTime() + graceDays * DAY).toISOString(),
  rule: `${row.ruleId}@${row.ruleVersion}`,
  confirmations: row.confirmedBy.length,
  confirmedByMe: row.confirmedBy.includes(actor.sub),
})
