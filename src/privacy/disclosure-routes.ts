import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { Clock } from '../kernel/clock.ts'
import type { makeAskDisclosure } from './ask-disclosure.ts'
import { DisclosureWantedSchema } from './disclosure-model.ts'
import {
  DisclosureDetailSchema,
  DisclosureSchema,
  presentDetail,
  presentDisclosure,
} from './disclosure-schema.ts'
import type { Disclosures } from './disclosures.ts'

export interface DisclosureUseCases {
  readonly askDisclosure: ReturnType<typeof makeAskDisclosure>
  readonly disclosures: Disclosures
  readonly clock: Clock
}

const TAG = 'Disclosures'
const ById = z.strictObject({ id: z.string().meta({ description: 'UUID', format: 'uuid' }) })
const detail = (description: string) => ({
  description,
  content: { 'application/json': DisclosureDetailSchema },
})

/** The register of what is given to others. */
export const disclosureEndpoints = (useCases: DisclosureUseCases): Endpoint[] => [
  askEndpoint(useCases),
  listEndpoint(useCases),
  findEndpoint(useCases),
  approveEndpoint(useCases),
  revokeEndpoint(useCases),
  inviteEndpoint(useCases),
  returnEndpoint(useCases),
]

const askEndpoint = ({ askDisclosure, clock }: DisclosureUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/disclosures',
    operationId: 'askDisclosure',
    summary: 'Ask for recordings to be given to somebody outside',
    description: `Nothing leaves before two privacy officers other than who asked have approved it, within seven days.
The recipient must be in a member state of the EU; an authority names its statutory provision and its letter; a partner
gets recordings of its own products only. For a privacy officer or a fraud analyst.`,
    tag: TAG,
    body: DisclosureWantedSchema,
    responses: { 201: detail('Asked for') },
    problems: [
      ...(['invalid_request', 'forbidden', 'not_found', 'outside_eu'] as const),
      ...(['invalid_disclosure', 'unavailable'] as const),
    ],
    async handle({ body, req, res }) {
      const asked = await askDisclosure(actorOf(req), body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(201).location(`/v1/disclosures/${asked.row.id}`).json(presentDetail(asked, clock.now()))
    },
  })

const listEndpoint = ({ disclosures, clock }: DisclosureUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/disclosures',
    operationId: 'listDisclosures',
    summary: 'List disclosures, newest first',
    tag: TAG,
    query: z.strictObject({
      state: z.enum(['requested', 'approved', 'sent', 'revoked']).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.string().min(1).max(200).optional().meta({ description: 'nextCursor of the page before' }),
    }),
    responses: {
      200: {
        description: 'One page',
        content: {
          'application/json': z
            .strictObject({ items: z.array(DisclosureSchema), nextCursor: z.string().nullable() })
            .meta({ id: 'DisclosurePage' }),
        },
      },
    },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ query: { state, limit, cursor }, req, res }) {
      const wanted = { limit, ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) }
      const { items, nextCursor } = await disclosures.list(actorOf(req), wanted)
      const now = clock.now()
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ items: items.map((row) => presentDisclosure(row, now)), nextCursor })
    },
  })

const findEndpoint = ({ disclosures, clock }: DisclosureUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/disclosures/{id}',
    operationId: 'getDisclosure',
    summary: 'Show a disclosure with its recordings',
    tag: TAG,
    params: ById,
    responses: { 200: detail('The disclosure') },
    problems: ['forbidden', 'not_found', 'unavailable'],
    async handle({ params, req, res }) {
      const found = await disclosures.find(actorOf(req), params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentDetail(found, clock.now()))
    },
  })

const approveEndpoint = ({ disclosures, clock }: DisclosureUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/disclosures/{id}/approve',
    operationId: 'approveDisclosure',
    summary: 'Approve a disclosure that somebody else asked for; two have to',
    tag: TAG,
    params: ById,
    responses: { 200: detail('Approved') },
    problems: [
      ...(['forbidden', 'not_found', 'second_person_required', 'step_up_required'] as const),
      ...(['not_open', 'invalid_disclosure', 'unavailable'] as const),
    ],
    async handle({ params, req, res }) {
      const approved = await disclosures.approve(actorOf(req), params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentDetail(approved, clock.now()))
    },
  })

const revokeEndpoint = ({ disclosures, clock }: DisclosureUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/disclosures/{id}/revoke',
    operationId: 'revokeDisclosure',
    summary: 'End a disclosure; a delivery that is under way is cut',
    tag: TAG,
    params: ById,
    body: z.strictObject({ reason: z.string().trim().min(1).max(2000) }),
    responses: { 200: detail('Revoked') },
    problems: ['invalid_request', 'forbidden', 'not_found', 'not_open', 'unavailable'],
    async handle({ params, body, req, res }) {
      const revoked = await disclosures.revoke(actorOf(req), params.id, body.reason)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentDetail(revoked, clock.now()))
    },
  })

const InvitationSchema = z
  .strictObject({
    address: z.string(),
    secret: z.string().meta({ description: 'Said only now; hand it over apart from the address' }),
    until: z.iso.datetime({ offset: true }),
  })
  .meta({ id: 'DeliveryInvitation' })

const inviteEndpoint = ({ disclosures }: DisclosureUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/disclosures/{id}/delivery',
    operationId: 'prepareDelivery',
    summary: 'Make the secret with which the recipient opens the delivery',
    description: 'The address opens nothing without it. A new secret takes the place of the one before.',
    tag: TAG,
    params: ById,
    body: z.strictObject({ hours: z.int().min(1).max(72).default(24) }),
    responses: { 201: { description: 'Ready', content: { 'application/json': InvitationSchema } } },
    problems: ['invalid_request', 'forbidden', 'not_found', 'not_open', 'step_up_required', 'unavailable'],
    async handle({ params, body, req, res }) {
      const { secret, until } = await disclosures.invite(actorOf(req), params.id, body.hours)
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(201)
      res.json({ address: `/v1/deliveries/${params.id}`, secret, until: until.toISOString() })
    },
  })

const returnEndpoint = ({ disclosures, clock }: DisclosureUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/disclosures/{id}/return',
    operationId: 'confirmReturn',
    summary: 'Write down that the recipient has returned or deleted what it was given',
    tag: TAG,
    params: ById,
    body: z.strictObject({ how: z.enum(['returned', 'deleted']), on: z.iso.date() }),
    responses: { 200: detail('Written down') },
    problems: ['invalid_request', 'forbidden', 'not_found', 'not_open', 'invalid_disclosure', 'unavailable'],
    async handle({ params, body, req, res }) {
      const returned = await disclosures.confirmReturn(actorOf(req), params.id, body.how, body.on)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentDetail(returned, clock.now()))
    },
  })
