import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import type { makeFindHold, makeListHolds } from './hold-list.ts'
import {
  HoldDetailSchema,
  HoldListSchema,
  NewHoldSchema,
  NewReviewSchema,
  OneHoldSchema,
  PlacedHoldSchema,
  presentHeld,
  presentHold,
  presentNotHeld,
  presentReview,
} from './hold-present.ts'
import type { makePlaceHold } from './place-hold.ts'
import type { makeReleaseHold } from './release-hold.ts'
import type { makeReviewHold } from './review-hold.ts'
import { text } from './schema.ts'

export interface HoldUseCases {
  readonly placeHold: ReturnType<typeof makePlaceHold>
  readonly releaseHold: ReturnType<typeof makeReleaseHold>
  readonly reviewHold: ReturnType<typeof makeReviewHold>
  readonly listHolds: ReturnType<typeof makeListHolds>
  readonly findHold: ReturnType<typeof makeFindHold>
  readonly clock: Clock
}

const TAG = 'Holds'
const ById = z.strictObject({ id: z.string().meta({ description: 'UUID', format: 'uuid' }) })
const page = {
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().min(1).max(200).optional().meta({ description: 'nextCursor of the page before' }),
}

/** Placing, reviewing, releasing and reading holds. */
export const holdEndpoints = (useCases: HoldUseCases): Endpoint[] => [
  placeEndpoint(useCases),
  reviewEndpoint(useCases),
  releaseEndpoint(useCases),
  listEndpoint(useCases),
  findEndpoint(useCases),
]

const placeEndpoint = ({ placeHold, clock }: HoldUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/holds',
    operationId: 'placeHold',
    summary: 'Keep recordings from destruction for a matter',
    description: `From the answer on nothing destroys what is held, however long ago its time was over;
a hold opens nothing to anybody and never ends by itself. 202 instead of 201: the hold is in force, and
the store's own confirmation for every version is still being waited for.`,
    tag: TAG,
    body: NewHoldSchema,
    responses: {
      201: { description: 'Held', content: { 'application/json': PlacedHoldSchema } },
      202: { description: 'Held; the store follows', content: { 'application/json': PlacedHoldSchema } },
    },
    problems: ['invalid_request', 'forbidden', 'not_found', 'deletion_in_progress', 'destroyed'],
    async handle({ body, req, res }) {
      const { hold, notHeld } = await placeHold(actorOf(req), body)
      const shown = presentHold(hold, dayOf(clock.now()))
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(shown.storeConfirmed ? 201 : 202).location(`/v1/holds/${hold.id}`)
      res.json({ ...shown, notHeld: presentNotHeld(notHeld) } satisfies z.input<typeof PlacedHoldSchema>)
    },
  })

const reviewEndpoint = ({ reviewHold, clock }: HoldUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/holds/{id}/review',
    operationId: 'reviewHold',
    summary: 'Let an open hold go on, and say when somebody looks at it again',
    description: `Past its day of review a hold raises an alarm until this or its release; it never ends by itself.
Every review stays with the hold, with its reason.`,
    tag: TAG,
    params: ById,
    body: NewReviewSchema,
    responses: { 200: { description: 'Reviewed', content: { 'application/json': OneHoldSchema } } },
    problems: ['invalid_request', 'forbidden', 'not_found', 'not_open'],
    async handle({ params, body, req, res }) {
      const hold = await reviewHold(actorOf(req), params.id, body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentHold(hold, dayOf(clock.now())))
    },
  })

const releaseEndpoint = ({ releaseHold, clock }: HoldUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/holds/{id}/release',
    operationId: 'releaseHold',
    summary: 'End a hold that somebody else placed',
    description: `Its recordings stay under their other holds. What is over goes the normal way: the next sweep
takes it out of use, and its whole grace begins.`,
    tag: TAG,
    params: ById,
    body: z.strictObject({ reason: text(2000) }),
    responses: { 200: { description: 'Released', content: { 'application/json': OneHoldSchema } } },
    problems: [
      'invalid_request',
      'forbidden',
      'step_up_required',
      'second_person_required',
      'not_found',
      'not_open',
    ],
    async handle({ params, body, req, res }) {
      const hold = await releaseHold(actorOf(req), params.id, body.reason)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentHold(hold, dayOf(clock.now())))
    },
  })

const listEndpoint = ({ listHolds, clock }: HoldUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/holds',
    operationId: 'listHolds',
    summary: 'List holds, newest first',
    tag: TAG,
    query: z.strictObject({
      open: z.enum(['true', 'false']).optional().meta({ description: 'Only open, or only released ones' }),
      ...page,
    }),
    responses: { 200: { description: 'One page', content: { 'application/json': HoldListSchema } } },
    problems: ['invalid_request', 'forbidden'],
    async handle({ query: { open, ...request }, req, res }) {
      const wanted = { ...request, open: open === undefined ? undefined : open === 'true' }
      const { holds, nextCursor } = await listHolds(actorOf(req), wanted)
      const today = dayOf(clock.now())
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ items: holds.map((hold) => presentHold(hold, today)), nextCursor })
    },
  })

const findEndpoint = ({ findHold, clock }: HoldUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/holds/{id}',
    operationId: 'getHold',
    summary: 'Show a hold and a page of its recordings',
    tag: TAG,
    params: ById,
    query: z.strictObject(page),
    responses: { 200: { description: 'The hold', content: { 'application/json': HoldDetailSchema } } },
    problems: ['invalid_request', 'forbidden', 'not_found'],
    async handle({ params, query, req, res }) {
      const { hold, reviews, recordings, nextCursor } = await findHold(actorOf(req), params.id, query)
      const shown = presentHold(hold, dayOf(clock.now()))
      res.setHeader('Cache-Control', 'private, no-store')
      const held = { items: recordings.map(presentHeld), nextCursor }
      res.json({ ...shown, reviews: reviews.map(presentReview), ...held })
    },
  })
