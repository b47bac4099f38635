import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { NAME_REQUEST_STATES } from '../db/account-schema.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { text } from '../recordings/schema.ts'
import type { NameRequestRow } from './name-request-queries.ts'
import type { makeAskName, makeNameRequests } from './name-requests.ts'

export interface NameRequestUseCases {
  readonly askName: ReturnType<typeof makeAskName>
  readonly nameRequests: ReturnType<typeof makeNameRequests>
}

const TAG = 'Who listened'
const Id = z.string().meta({ description: 'UUID', format: 'uuid' })
const ById = z.strictObject({ id: Id })
const Balance = text(2000).min(20, 'must have at least 20 characters').meta({
  description: 'The interest of the member against that of the person, weighed; the member does not see it',
})
const Instant = z.iso.datetime()

const DecisionSchema = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('refuse'), balance: Balance }),
  z.strictObject({
    ...{ decision: z.literal('reveal'), balance: Balance },
    name: text(200).meta({ description: 'As the member is to see it, once a second officer agrees' }),
  }),
])

const NameRequestSchema = z
  .strictObject({
    ...{ id: z.uuid(), recordingId: z.uuid(), accessId: z.uuid(), entity: z.string() },
    listener: z.string().meta({ description: 'The account behind the line' }),
    ...{ reason: z.string(), askedAt: Instant, state: z.enum(NAME_REQUEST_STATES) },
    ...{ balance: z.string().nullable(), name: z.string().nullable() },
    ...{ decidedBy: z.string().nullable(), decidedAt: Instant.nullable() },
    ...{ approvedBy: z.string().nullable(), approvedAt: Instant.nullable() },
  })
  .meta({ id: 'NameRequest' })

const present = (row: NameRequestRow): z.input<typeof NameRequestSchema> => ({
  ...{ id: row.id, recordingId: row.recording_id, accessId: row.access_id, entity: row.entity },
  ...{ listener: row.listener_sub, reason: row.reason, askedAt: row.asked_at.toISOString() },
  ...{ state: row.state, balance: row.balance, name: row.name },
  ...{ decidedBy: row.decided_by, decidedAt: row.decided_at?.toISOString() ?? null },
  ...{ approvedBy: row.approved_by, approvedAt: row.approved_at?.toISOString() ?? null },
})

const answer = (description: string) => ({
  description,
  content: { 'application/json': NameRequestSchema },
})

/** Members who ask who listened by name. */
export const nameRequestEndpoints = (useCases: NameRequestUseCases): Endpoint[] => [
  askEndpoint(useCases),
  listEndpoint(useCases),
  ...decisionEndpoints(useCases),
]

const askEndpoint = ({ askName }: NameRequestUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/recordings/{id}/accesses/{accessId}/name-request',
    operationId: 'askName',
    summary: 'Ask, as the member, who was behind a line of who listened',
    description: 'Officers weigh it; the answer is no unless two of them agree. Once for each line.',
    tag: TAG,
    params: z.strictObject({ id: Id, accessId: Id }),
    body: z.strictObject({ reason: text(2000).meta({ description: 'Why the member wants to know' }) }),
    responses: {
      201: {
        description: 'Asked',
        content: {
          'application/json': z
            .strictObject({ accessId: z.uuid(), state: z.literal('open'), askedAt: Instant })
            .meta({ id: 'NameAsked' }),
        },
      },
    },
    problems: ['invalid_request', 'not_found', 'not_open'],
    async handle({ params, body, req, res }) {
      const wanted = { recordingId: params.id, accessId: params.accessId, reason: body.reason }
      const row = await askName(actorOf(req), wanted)
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(201).json({ accessId: row.access_id, state: 'open', askedAt: row.asked_at.toISOString() })
    },
  })

const listEndpoint = ({ nameRequests }: NameRequestUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/name-requests',
    operationId: 'listNameRequests',
    summary: 'List the members’ questions who listened, newest first',
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
            .strictObject({ items: z.array(NameRequestSchema), nextCursor: z.string().nullable() })
            .meta({ id: 'NameRequestList' }),
        },
      },
    },
    problems: ['invalid_request', 'forbidden'],
    async handle({ query, req, res }) {
      const { items, nextCursor } = await nameRequests.list(actorOf(req), query)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ items: items.map(present), nextCursor })
    },
  })

const decisionEndpoints = ({ nameRequests }: NameRequestUseCases): Endpoint[] => [
  endpoint({
    method: 'post',
    path: '/v1/name-requests/{id}/decision',
    operationId: 'decideNameRequest',
    summary: 'Refuse, or propose to show the name',
    description:
      'A proposal that no second officer judged within seven days lapses; the question is open again.',
    tag: TAG,
    params: ById,
    body: DecisionSchema,
    responses: { 200: answer('Decided') },
    problems: ['invalid_request', 'forbidden', 'second_person_required', 'not_found', 'not_open'],
    async handle({ params, body, req, res }) {
      const row = await nameRequests.decide(actorOf(req), params.id, body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(present(row))
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/name-requests/{id}/approval',
    operationId: 'approveNameRequest',
    summary: 'Agree as a second officer that the member sees the name, or refuse it after all',
    tag: TAG,
    params: ById,
    body: z.strictObject({ approve: z.boolean() }),
    responses: { 200: answer('Answered') },
    problems: ['invalid_request', 'forbidden', 'second_person_required', 'not_found', 'not_open'],
    async handle({ params, body, req, res }) {
      const row = await nameRequests.approve(actorOf(req), params.id, body.approve)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(present(row))
    },
  }),
]
