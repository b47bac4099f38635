import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { EndpointRow } from './webhook-queries.ts'
import { WEBHOOK_TYPES } from './webhook-types.ts'
import type { Webhooks } from './webhooks.ts'

const TAG = 'Webhooks'
const Instant = z.iso.datetime({ offset: true })
const ById = z.strictObject({ id: z.string().meta({ description: 'UUID', format: 'uuid' }) })
const Types = z.array(z.enum(WEBHOOK_TYPES)).min(1).max(WEBHOOK_TYPES.length)

const WebhookSchema = z
  .strictObject({
    id: z.uuid(),
    url: z.string(),
    types: Types,
    entities: z.array(z.string()),
    createdBy: z.string(),
    createdAt: Instant,
    disabledAt: Instant.nullable(),
    disabledReason: z
      .string()
      .nullable()
      .meta({ description: '`failing` for days, or `gone`: it answered 410' }),
    failingSince: Instant.nullable(),
    waiting: z.int().meta({ description: 'Deliveries that are still tried' }),
    dead: z.int().meta({ description: 'Deliveries that were given up and can be tried again' }),
  })
  .meta({ id: 'Webhook' })

const AddedSchema = z
  .strictObject({
    id: z.uuid(),
    secret: z.string().meta({ description: 'Signing secret of Standard Webhooks; said only now' }),
  })
  .meta({ id: 'AddedWebhook' })

const present = (row: EndpointRow): z.input<typeof WebhookSchema> => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  disabledAt: row.disabledAt?.toISOString() ?? null,
  failingSince: row.failingSince?.toISOString() ?? null,
})

/** Addresses of other systems that hear what happens. */
export const webhookEndpoints = (webhooks: Webhooks): Endpoint[] => [
  addEndpoint(webhooks),
  listEndpoint(webhooks),
  removeEndpoint(webhooks),
  redriveEndpoint(webhooks),
]

const addEndpoint = (webhooks: Webhooks): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/webhooks',
    operationId: 'addWebhook',
    summary: 'Tell another system what happens',
    description: `Events are CloudEvents 1.0 in JSON, signed as Standard Webhooks; they hold ids, codes and days and
nothing about people. Each is delivered at least once, in order for each subject, and tried for days. The address must
be https on the internet; it is judged now and again at every connection.`,
    tag: TAG,
    body: z.strictObject({ url: z.string().min(1).max(2000), types: Types }),
    responses: { 201: { description: 'Added', content: { 'application/json': AddedSchema } } },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ body, req, res }) {
      const added = await webhooks.add(actorOf(req), body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(201).json(added satisfies z.input<typeof AddedSchema>)
    },
  })

const listEndpoint = (webhooks: Webhooks): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/webhooks',
    operationId: 'listWebhooks',
    summary: 'List webhooks and how they are doing',
    tag: TAG,
    responses: {
      200: {
        description: 'All of them',
        content: { 'application/json': z.strictObject({ items: z.array(WebhookSchema) }) },
      },
    },
    problems: ['forbidden', 'unavailable'],
    async handle({ req, res }) {
      const rows = await webhooks.list(actorOf(req))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ items: rows.map(present) })
    },
  })

const removeEndpoint = (webhooks: Webhooks): Endpoint =>
  endpoint({
    method: 'delete',
    path: '/v1/webhooks/{id}',
    operationId: 'removeWebhook',
    summary: 'Stop telling a system what happens; its secret is erased',
    tag: TAG,
    params: ById,
    responses: { 204: { description: 'Removed' } },
    problems: ['forbidden', 'not_found', 'unavailable'],
    async handle({ params, req, res }) {
      await webhooks.remove(actorOf(req), params.id)
      res.status(204).end()
    },
  })

const redriveEndpoint = (webhooks: Webhooks): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/webhooks/{id}/redrive',
    operationId: 'redriveWebhook',
    summary: 'Switch a webhook on again and deliver what was given up',
    tag: TAG,
    params: ById,
    responses: {
      202: {
        description: 'It is being tried',
        content: { 'application/json': z.strictObject({ deliveries: z.int() }) },
      },
    },
    problems: ['forbidden', 'not_found', 'unavailable'],
    async handle({ params, req, res }) {
      const deliveries = await webhooks.redrive(actorOf(req), params.id)
      res.status(202).json({ deliveries })
    },
  })
