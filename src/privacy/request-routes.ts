import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { makeFileRequest } from './file-request.ts'
import type { makeFindRequest, makeListItems } from './find-request.ts'
import type { makeListRequestAccesses } from './list-request-accesses.ts'
import type { makeListRequests } from './list-requests.ts'
import { REQUEST_TYPES } from './request-model.ts'
import {
  AccessPageSchema,
  ById,
  ItemPageSchema,
  NewRequestSchema,
  RequestPageSchema,
  RequestSchema,
} from './request-schema.ts'

export interface RequestUseCases {
  readonly fileRequest: ReturnType<typeof makeFileRequest>
  readonly listRequests: ReturnType<typeof makeListRequests>
  readonly findRequest: ReturnType<typeof makeFindRequest>
  readonly listItems: ReturnType<typeof makeListItems>
  readonly listAccesses: ReturnType<typeof makeListRequestAccesses>
}

export const TAG = 'Privacy requests'
export const answer = (description: string) => ({
  description,
  content: { 'application/json': RequestSchema },
})
const flag = z.enum(['true', 'false']).optional()
const page = (most: number) => ({
  limit: z.coerce.number().int().min(1).max(most).default(50),
  cursor: z.string().min(1).max(200).optional().meta({ description: 'nextCursor of the page before' }),
})

/** /v1/privacy-requests: filing a request, the queue, and one request with its answers. */
export const requestEndpoints = (useCases: RequestUseCases): Endpoint[] => [
  fileEndpoint(useCases),
  listEndpoint(useCases),
  findEndpoint(useCases),
  itemsEndpoint(useCases),
  accessesEndpoint(useCases),
]

const fileEndpoint = ({ fileRequest }: RequestUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/privacy-requests',
    operationId: 'filePrivacyRequest',
    summary: 'Ask for a right under the GDPR, or file what a member asked for on any channel',
    description: `Registered in one transaction with the locks of all it is about: nothing of it can go before it
is answered, also when it was due the minute after. There is no field for a reason, a fee or an identity document.
Several types together are one dossier; an erasure asked for with a copy waits until the copy was delivered. The
clock runs from \`receivedAt\`.`,
    tag: TAG,
    body: NewRequestSchema,
    bodyProblem: 'invalid_privacy_request',
    responses: { 201: answer('Received') },
    problems: ['invalid_request', 'invalid_privacy_request', 'forbidden', 'unavailable'],
    async handle({ body, req, res }) {
      const request = await fileRequest(actorOf(req), body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(201).location(`/v1/privacy-requests/${request.id}`).json(request)
    },
  })

const listEndpoint = ({ listRequests }: RequestUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/privacy-requests',
    operationId: 'listPrivacyRequests',
    summary: 'List requests with their clocks',
    description: `Members get their own, agents those that they filed, privacy officers those of their entities: with
\`open=true\` the most urgent first, else the last one first.`,
    tag: TAG,
    query: z.strictObject({
      open: flag.meta({ description: 'Whether something is left to be done' }),
      overdue: flag.meta({ description: 'Whether the deadline has passed without an answer' }),
      type: z.enum(REQUEST_TYPES).optional(),
      memberRef: z.string().min(1).max(100).optional(),
      ...page(200),
    }),
    responses: { 200: { description: 'One page', content: { 'application/json': RequestPageSchema } } },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ query: { open, overdue, ...query }, req, res }) {
      const listing = { ...query, open: isTrue(open), overdue: isTrue(overdue) }
      const found = await listRequests(actorOf(req), listing)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(found)
    },
  })

const isTrue = (text: 'true' | 'false' | undefined): boolean | undefined =>
  text === undefined ? undefined : text === 'true'

const findEndpoint = ({ findRequest }: RequestUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/privacy-requests/{id}',
    operationId: 'getPrivacyRequest',
    summary: 'Show a request: clocks, questions and answers, what happened, and what the caller may do next',
    tag: TAG,
    params: ById,
    query: z.strictObject({}),
    responses: { 200: answer('The request') },
    problems: ['forbidden', 'not_found', 'unavailable'],
    async handle({ params, req, res }) {
      const request = await findRequest(actorOf(req), params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(request)
    },
  })

const itemsEndpoint = ({ listItems }: RequestUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/privacy-requests/{id}/items',
    operationId: 'listPrivacyRequestItems',
    summary: 'List the questions of a request and their answers',
    tag: TAG,
    params: ById,
    query: z.strictObject(page(1000)),
    responses: { 200: { description: 'One page', content: { 'application/json': ItemPageSchema } } },
    problems: ['invalid_request', 'forbidden', 'not_found', 'unavailable'],
    async handle({ params, query, req, res }) {
      const found = await listItems(actorOf(req), params.id, query)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(found)
    },
  })

const accessesEndpoint = ({ listAccesses }: RequestUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/privacy-requests/{id}/accesses',
    operationId: 'listPrivacyRequestAccesses',
    summary: 'Show who listened to all calls that the request was granted of, newest first',
    description: `The answer to \`audit_view\`, as of now: what one person heard of a call on one day for one purpose is
one line; disclosures by name and automatic work are there too. To members without accounts, cases and what is withheld.`,
    tag: TAG,
    params: ById,
    query: z.strictObject(page(500)),
    responses: { 200: { description: 'One page', content: { 'application/json': AccessPageSchema } } },
    problems: ['invalid_request', 'forbidden', 'not_found', 'not_open', 'unavailable'],
    async handle({ params, query, req, res }) {
      const found = await listAccesses(actorOf(req), params.id, query)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ items: [...found.items], nextCursor: found.nextCursor })
    },
  })
