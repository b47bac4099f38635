import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { BREAK_GLASS_OUTCOMES } from '../db/oversight-schema.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { Clock } from '../kernel/clock.ts'
import { text } from '../recordings/schema.ts'
import { LONGEST_MINUTES, SHORTEST_REASON } from './break-glass.ts'
import type { BreakGlassRow } from './break-glass-queries.ts'
import type { makeListBreakGlass } from './list-break-glass.ts'
import type { makeOpenBreakGlass } from './open-break-glass.ts'
import type { makeReviewBreakGlass } from './review-break-glass.ts'

export interface BreakGlassUseCases {
  readonly openBreakGlass: ReturnType<typeof makeOpenBreakGlass>
  readonly reviewBreakGlass: ReturnType<typeof makeReviewBreakGlass>
  readonly listBreakGlass: ReturnType<typeof makeListBreakGlass>
  readonly clock: Clock
}

const TAG = 'Emergency access'

const EmergencySchema = z
  .strictObject({
    recordingId: z.string().meta({ format: 'uuid' }),
    reason: text(2000)
      .min(SHORTEST_REASON, `must have at least ${SHORTEST_REASON} characters`)
      .meta({ description: 'Why it cannot wait; officers and the reviewer read it' }),
    minutes: z.int().min(1).max(LONGEST_MINUTES).default(LONGEST_MINUTES),
  })
  .meta({ id: 'NewBreakGlass' })

const BreakGlassSchema = z
  .strictObject({
    id: z.uuid(),
    recordingId: z.uuid(),
    entity: z.string(),
    openedBy: z.string(),
    roles: z.array(z.string()),
    reason: z.string(),
    openedAt: z.iso.datetime(),
    endsAt: z.iso.datetime(),
    live: z.boolean().meta({ description: 'Whether it opens the recording now' }),
    reviewBy: z.iso.date().meta({ description: 'Last day on which a review by somebody else is in time' }),
    overdue: z.boolean().meta({
      description: 'Not reviewed in time: whoever opened it hears nothing as staff until it is',
    }),
    reviewedAt: z.iso.datetime().nullable(),
    reviewedBy: z.string().nullable(),
    outcome: z.enum(BREAK_GLASS_OUTCOMES).nullable(),
    reviewNote: z.string().nullable(),
  })
  .meta({ id: 'BreakGlass' })

const present = (row: BreakGlassRow, now: Date): z.input<typeof BreakGlassSchema> => ({
  id: row.id,
  recordingId: row.recording_id,
  entity: row.entity,
  openedBy: row.actor_sub,
  roles: row.actor_roles,
  reason: row.reason,
  openedAt: row.opened_at.toISOString(),
  endsAt: row.ends_at.toISOString(),
  live: row.ends_at > now,
  reviewBy: row.review_by,
  overdue: row.reviewed_at === null && row.review_due_at <= now,
  reviewedAt: row.reviewed_at?.toISOString() ?? null,
  reviewedBy: row.reviewed_by,
  outcome: row.outcome,
  reviewNote: row.review_note,
})

/** Opening a recording in an emergency, and looking at it afterwards. */
export const breakGlassEndpoints = (useCases: BreakGlassUseCases): Endpoint[] => [
  openEndpoint(useCases),
  listEndpoint(useCases),
  reviewEndpoint(useCases),
]

const openEndpoint = ({ openBreakGlass, clock }: BreakGlassUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/break-glass',
    operationId: 'openBreakGlass',
    summary: 'Open one recording in an emergency, for an hour at most',
    description: `For people of the entity, who then listen as usual, without a purpose or a case. Privacy officers hear
of it at once, the member sees it among who listened, and somebody else reviews it within two working days. It opens
nothing that is destroyed or restricted, and gives no copy.`,
    tag: TAG,
    body: EmergencySchema,
    responses: { 201: { description: 'Open', content: { 'application/json': BreakGlassSchema } } },
    problems: [
      'invalid_request',
      'forbidden',
      'step_up_required',
      'listening_suspended',
      'not_found',
      'review_pending',
    ],
    async handle({ body, req, res }) {
      const opened = await openBreakGlass(actorOf(req), body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(201).json(present(opened, clock.now()))
    },
  })

const listEndpoint = ({ listBreakGlass, clock }: BreakGlassUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/break-glass',
    operationId: 'listBreakGlass',
    summary: 'List emergency accesses, newest first',
    description: 'Privacy officers and auditors see those of their entities, other staff their own.',
    tag: TAG,
    query: z.strictObject({
      open: z
        .enum(['true', 'false'])
        .optional()
        .meta({ description: 'Only those without, or with, a review' }),
      limit: z.coerce.number().int().min(1).max(100).default(50),
      cursor: z.string().min(1).max(200).optional().meta({ description: 'nextCursor of the page before' }),
    }),
    responses: {
      200: {
        description: 'One page',
        content: {
          'application/json': z
            .strictObject({ items: z.array(BreakGlassSchema), nextCursor: z.string().nullable() })
            .meta({ id: 'BreakGlassList' }),
        },
      },
    },
    problems: ['invalid_request', 'forbidden'],
    async handle({ query: { open, ...page }, req, res }) {
      const wanted = { ...page, open: open === undefined ? undefined : open === 'true' }
      const { items, nextCursor } = await listBreakGlass(actorOf(req), wanted)
      const now = clock.now()
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ items: items.map((row) => present(row, now)), nextCursor })
    },
  })

const reviewEndpoint = ({ reviewBreakGlass, clock }: BreakGlassUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/break-glass/{id}/review',
    operationId: 'reviewBreakGlass',
    summary: 'Judge an emergency access of somebody else',
    tag: TAG,
    params: z.strictObject({ id: z.string().meta({ description: 'UUID', format: 'uuid' }) }),
    body: z.strictObject({ outcome: z.enum(BREAK_GLASS_OUTCOMES), note: text(2000) }),
    responses: { 200: { description: 'Reviewed', content: { 'application/json': BreakGlassSchema } } },
    problems: ['invalid_request', 'forbidden', 'second_person_required', 'not_found', 'not_open'],
    async handle({ params, body, req, res }) {
      const reviewed = await reviewBreakGlass(actorOf(req), params.id, body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(present(reviewed, clock.now()))
    },
  })
