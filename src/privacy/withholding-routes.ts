import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import { text } from '../recordings/schema.ts'
import type { WithheldRow } from './withheld-access-queries.ts'
import {
  approveByOf,
  type makeListWithholdings,
  type makeWithholdings,
  stateOf,
  WITHHOLDING_STATES,
} from './withhold-accesses.ts'

const TAG = 'Who listened'
const ById = z.strictObject({ id: z.string().meta({ description: 'UUID', format: 'uuid' }) })
const note = (what: string) =>
  text(2000).min(20, 'must have at least 20 characters').meta({ description: what })
const Instant = z.iso.datetime()

const WantedSchema = z
  .strictObject({
    entity: text(63),
    caseRef: text(100).meta({ description: 'The investigation, as its listeners declare it' }),
    necessity: note('Why the investigation would suffer if the member knew'),
    proportionality: note('Why that outweighs what the member may know'),
    withheldUntil: z.iso
      .date()
      .meta({ description: 'Last day, at most a year ahead; then the lines appear' }),
    reviewBy: z.iso.date().meta({ description: 'Last day to look at it again, at most three months ahead' }),
  })
  .meta({ id: 'WithholdingWanted' })

const ReviewSchema = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('keep'), note: text(2000), reviewBy: z.iso.date() }),
  z.strictObject({ outcome: z.literal('lift'), note: text(2000) }),
])

const WithholdingSchema = z
  .strictObject({
    ...{ id: z.uuid(), entity: z.string(), caseRef: z.string() },
    state: z.enum(WITHHOLDING_STATES).meta({
      description: '`lapsed`: no second officer agreed in time; `over`: its last day has passed',
    }),
    ...{ necessity: z.string(), proportionality: z.string() },
    ...{ withheldUntil: z.iso.date(), reviewBy: z.iso.date() },
    reviewOverdue: z.boolean().meta({ description: 'Withheld, and nobody looked at it again in time' }),
    approveBy: z.iso.date().meta({ description: 'Last day on which a second officer can agree' }),
    ...{ askedBy: z.string(), askedAt: Instant },
    ...{ approvedBy: z.string().nullable(), approvedAt: Instant.nullable() },
    ...{
      reviewedBy: z.string().nullable(),
      reviewedAt: Instant.nullable(),
      reviewNote: z.string().nullable(),
    },
    liftedAt: Instant.nullable(),
  })
  .meta({ id: 'Withholding' })

const present = (row: WithheldRow, now: Date): z.input<typeof WithholdingSchema> => ({
  ...{ id: row.id, entity: row.entity, caseRef: row.case_ref, state: stateOf(row, now) },
  ...{ necessity: row.necessity, proportionality: row.proportionality },
  ...{ withheldUntil: row.withheld_until, reviewBy: row.review_by, approveBy: approveByOf(row) },
  reviewOverdue: stateOf(row, now) === 'withheld' && row.review_by < dayOf(now),
  ...{ askedBy: row.asked_by, askedAt: row.asked_at.toISOString() },
  ...{ approvedBy: row.approved_by, approvedAt: row.approved_at?.toISOString() ?? null },
  ...{ reviewedBy: row.reviewed_by, reviewedAt: row.reviewed_at?.toISOString() ?? null },
  ...{ reviewNote: row.review_note, liftedAt: row.lifted_at?.toISOString() ?? null },
})

const answer = (description: string) => ({
  description,
  content: { 'application/json': WithholdingSchema },
})

export interface WithholdingUseCases {
  readonly clock: Clock
  readonly withholdings: ReturnType<typeof makeWithholdings>
  readonly listWithholdings: ReturnType<typeof makeListWithholdings>
}

/** Lines of an open investigation that the member does not see yet. */
export const withholdingEndpoints = (useCases: WithholdingUseCases): Endpoint[] => [
  askEndpoint(useCases),
  listEndpoint(useCases),
  ...stepEndpoints(useCases),
]

const askEndpoint = ({ clock, withholdings }: WithholdingUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/withheld-accesses',
    operationId: 'askWithholding',
    summary: 'Ask that a member does not see yet who listened for an open fraud investigation',
    description: `Art. 41 UAVG. Only what was heard for fraud_prevention under this case is withheld, once another
officer has approved it within seven days; after its last day the lines appear with their own times.`,
    tag: TAG,
    body: WantedSchema,
    responses: { 201: answer('Asked') },
    problems: ['invalid_request', 'forbidden'],
    async handle({ body, req, res }) {
      const row = await withholdings.ask(actorOf(req), body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(201).json(present(row, clock.now()))
    },
  })

const listEndpoint = ({ clock, listWithholdings }: WithholdingUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/withheld-accesses',
    operationId: 'listWithholdings',
    summary: 'List what is, was and is asked to be withheld, newest first',
    tag: TAG,
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(100).default(50),
      cursor: z.string().min(1).max(200).optional().meta({ description: 'nextCursor of the page before' }),
    }),
    responses: {
      200: {
        description: 'One page',
        content: {
          'application/json': z
            .strictObject({ items: z.array(WithholdingSchema), nextCursor: z.string().nullable() })
            .meta({ id: 'WithholdingList' }),
        },
      },
    },
    problems: ['invalid_request', 'forbidden'],
    async handle({ query, req, res }) {
      const { items, nextCursor } = await listWithholdings(actorOf(req), query)
      res.setHeader('Cache-Control', 'private, no-store')
      const now = clock.now()
      res.json({ items: items.map((row) => present(row, now)), nextCursor })
    },
  })

const stepEndpoints = ({ clock, withholdings }: WithholdingUseCases): Endpoint[] => [
  endpoint({
    method: 'post',
    path: '/v1/withheld-accesses/{id}/approval',
    operationId: 'approveWithholding',
    summary: 'Agree as a second officer: from now on the lines are withheld',
    tag: TAG,
    params: ById,
    responses: { 200: answer('Withheld') },
    problems: ['forbidden', 'second_person_required', 'step_up_required', 'not_found', 'not_open'],
    async handle({ params, req, res }) {
      const row = await withholdings.approve(actorOf(req), params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(present(row, clock.now()))
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/withheld-accesses/{id}/review',
    operationId: 'reviewWithholding',
    summary: 'Look at it again: it goes on until the next review, or ends at once',
    tag: TAG,
    params: ById,
    body: ReviewSchema,
    responses: { 200: answer('Reviewed') },
    problems: ['invalid_request', 'forbidden', 'not_found', 'not_open'],
    async handle({ params, body, req, res }) {
      const row = await withholdings.review(actorOf(req), params.id, body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(present(row, clock.now()))
    },
  }),
]
