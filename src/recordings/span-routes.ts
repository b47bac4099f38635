import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { ListCuts } from './list-cuts.ts'
import { ById, TAG } from './listen-schema.ts'
import { MAX_CALL_SECONDS } from './schema.ts'
import { SPAN_REASONS } from './span-list.ts'
import type { Spans } from './spans.ts'

/** As many as fit into a body of the API, beeps and cuts together. */
const MAX_SPANS = 500

const seconds = z.number().min(0, 'must not be negative').max(MAX_CALL_SECONDS, 'must lie within a day')

const SpanSchema = z
  .strictObject({
    fromSeconds: seconds,
    toSeconds: seconds,
    channel: z.int().min(1).max(2).optional().meta({
      description: 'Counted from 1; absent: all channels. Not for calls with more than two',
    }),
    reason: z.enum(SPAN_REASONS),
  })
  .meta({ id: 'Span' })

const SpansSchema = z
  .strictObject({
    beeps: z.array(SpanSchema).max(MAX_SPANS).meta({ description: 'Beeped in the masked rendition' }),
    cuts: z.array(SpanSchema).max(MAX_SPANS).meta({ description: 'Silent in the copy for the member' }),
  })
  .meta({ id: 'Spans' })

const CutListSchema = z
  .strictObject({ cuts: z.array(SpanSchema).meta({ description: 'In order, in seconds from the start' }) })
  .meta({ id: 'CutList' })

const KEPT = ['forbidden', 'not_found', 'deletion_in_progress', 'destroyed', 'unavailable'] as const

/** Parts of a call that are left out of what is made of it. */
export const spanEndpoints = (spans: Spans, listCuts: ListCuts): Endpoint[] => [
  listEndpoint(spans),
  replaceEndpoint(spans),
  cutsEndpoint(listCuts),
]

const listEndpoint = ({ listSpans }: Spans): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/recordings/{id}/spans',
    operationId: 'listSpans',
    summary: 'Show which parts are beeped for training and which are left out of the member’s copy',
    tag: TAG,
    params: ById,
    query: z.strictObject({}),
    responses: { 200: { description: 'The lists', content: { 'application/json': SpansSchema } } },
    problems: [...KEPT],
    async handle({ params, req, res }) {
      const found = await listSpans(actorOf(req), params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(found)
    },
  })

const replaceEndpoint = ({ replaceSpans }: Spans): Endpoint =>
  endpoint({
    method: 'put',
    path: '/v1/recordings/{id}/spans',
    operationId: 'replaceSpans',
    summary: 'Say which parts are beeped for training and which are left out of the member’s copy',
    description: `Replaces both lists. Parts may be given in any order; those of one channel and reason that overlap
become one. The original stays as it is. What was made with the lists before is not heard any more from the answer
on, also not by a listener in the middle of it, and is made anew.`,
    tag: TAG,
    params: ById,
    body: SpansSchema,
    responses: { 200: { description: 'As they are kept', content: { 'application/json': SpansSchema } } },
    problems: ['invalid_request', 'invalid_spans', ...KEPT],
    async handle({ params, body, req, res }) {
      const kept = await replaceSpans(actorOf(req), params.id, body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(kept)
    },
  })

const cutsEndpoint = (listCuts: ListCuts): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/recordings/{id}/cuts',
    operationId: 'listCuts',
    summary: 'Show what is left out of one’s own copy, and why',
    description: 'Empty when the copy is the whole recording (Art. 15(4) GDPR).',
    tag: TAG,
    params: ById,
    query: z.strictObject({}),
    responses: { 200: { description: 'The cuts', content: { 'application/json': CutListSchema } } },
    problems: ['forbidden', 'not_found', 'unavailable'],
    async handle({ params, req, res }) {
      const cuts = await listCuts(actorOf(req), params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ cuts: [...cuts] })
    },
  })
