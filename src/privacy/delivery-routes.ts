import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { dropAudioHeaders, setAudioHeaders } from '../http/audio-headers.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { onListenerGone } from '../http/send-audio.ts'
import { Problem } from '../kernel/problem.ts'
import type { DeliverDisclosure, Parcel } from './deliver-disclosure.ts'
import type { RecipientNoticeRow } from './recipient-queries.ts'
import type { RecipientNotices } from './tell-recipients.ts'

export interface DeliveryUseCases {
  readonly deliver: DeliverDisclosure
  readonly recipientNotices: RecipientNotices
}

const TAG = 'Disclosures'
const Instant = z.iso.datetime({ offset: true })
const Id = z.string().meta({ description: 'UUID', format: 'uuid' })
const Secret = z.strictObject({
  secret: z.string().min(1).max(100).meta({ description: 'As it was handed over, apart from the address' }),
})

/** What happens at the other side: the delivery, and what recipients answer. */
export const deliveryEndpoints = (useCases: DeliveryUseCases): Endpoint[] => [
  openEndpoint(useCases),
  takeEndpoint(useCases),
  ...recipientNoticeEndpoints(useCases),
]

const openEndpoint = ({ deliver }: DeliveryUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/deliveries/{id}',
    operationId: 'openDelivery',
    summary: 'List what is there for the recipient of a disclosure',
    description:
      'For the recipient, who has no account here. A wrong secret is answered like an unknown address.',
    tag: TAG,
    public: true,
    params: z.strictObject({ id: Id }),
    body: Secret,
    responses: {
      200: {
        description: 'The recordings',
        content: {
          'application/json': z.strictObject({
            items: z.array(z.strictObject({ n: z.int(), recordingId: z.uuid(), taken: z.boolean() })),
          }),
        },
      },
    },
    problems: ['invalid_request', 'not_found', 'unavailable'],
    async handle({ params, body, res }) {
      const recordings = await deliver.list(params.id, body.secret)
      res.setHeader('Cache-Control', 'private, no-store')
      const items = recordings.map(({ n, recordingId, sentAt }) => ({
        n,
        recordingId,
        taken: sentAt !== null,
      }))
      res.json({ items })
    },
  })

const takeEndpoint = ({ deliver }: DeliveryUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/deliveries/{id}/recordings/{n}',
    operationId: 'takeDelivery',
    summary: 'Download one recording of a delivery, once',
    description: 'A form in a browser that is refused is sent back to the page of the delivery.',
    tag: TAG,
    public: true,
    orForm: true,
    params: z.strictObject({ id: Id, n: z.coerce.number().int().min(1).max(500) }),
    body: Secret,
    responses: { 200: { description: 'The audio', content: { 'audio/*': 'binary' } } },
    problems: ['invalid_request', 'not_found', 'not_open', 'invalid_disclosure', 'forbidden', 'unavailable'],
    async handle({ params, body, req, res }) {
      const stop = new AbortController()
      const stopWatching = onListenerGone(res, () => stop.abort())
      try {
        await using parcel = await deliver.take(params.id, body.secret, params.n, stop.signal)
        await hand(res, parcel, `${params.id}-${params.n}`)
      } catch (error) {
        if (!(error instanceof Problem) || res.headersSent || !req.is('urlencoded')) throw error
        res.redirect(303, `/verstrekking/${encodeURIComponent(params.id)}?geweigerd=${error.code}`)
      } finally {
        stopWatching()
      }
    },
  })

async function hand(res: Response, parcel: Parcel, name: string): Promise<void> {
  setAudioHeaders(res, { mediaType: parcel.mediaType, etag: `"${name}"`, saveAs: `listenback-${name}` })
  res.setHeader('Content-Length', parcel.bytes)
  try {
    await pipeline(parcel.body, res)
    await parcel.delivered()
  } catch (error) {
    if (!res.headersSent) dropAudioHeaders(res)
    throw error
  }
}

const RecipientNoticeSchema = z
  .strictObject({
    id: z.uuid(),
    disclosureId: z.uuid(),
    recordingId: z.uuid(),
    legalName: z.string(),
    what: z.enum(['rectified', 'erased', 'restricted']),
    happenedAt: Instant,
    attempts: z.int(),
    toldAt: Instant.nullable(),
    alarmedAt: Instant.nullable().meta({ description: 'When an officer heard that nobody answers' }),
    reply: z.string().nullable(),
    repliedAt: Instant.nullable(),
  })
  .meta({ id: 'RecipientNotice' })

const presentNotice = (row: RecipientNoticeRow): z.input<typeof RecipientNoticeSchema> => ({
  ...row,
  happenedAt: row.happenedAt.toISOString(),
  toldAt: row.toldAt?.toISOString() ?? null,
  alarmedAt: row.alarmedAt?.toISOString() ?? null,
  repliedAt: row.repliedAt?.toISOString() ?? null,
})

const recipientNoticeEndpoints = ({ recipientNotices }: DeliveryUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/recipient-notices',
    operationId: 'listRecipientNotices',
    summary: 'List what recipients were told of recordings they have (Art. 19 GDPR), unanswered first',
    tag: TAG,
    responses: {
      200: {
        description: 'The notices',
        content: { 'application/json': z.strictObject({ items: z.array(RecipientNoticeSchema) }) },
      },
    },
    problems: ['forbidden', 'unavailable'],
    async handle({ req, res }) {
      const rows = await recipientNotices.list(actorOf(req))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ items: rows.map(presentNotice) })
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/recipient-notices/{id}/reply',
    operationId: 'storeRecipientReply',
    summary: 'Write down what a recipient answered',
    tag: TAG,
    params: z.strictObject({ id: Id }),
    body: z.strictObject({ reply: z.string().trim().min(1).max(2000) }),
    responses: { 204: { description: 'Written down' } },
    problems: ['invalid_request', 'forbidden', 'not_found', 'unavailable'],
    async handle({ params, body, req, res }) {
      await recipientNotices.reply(actorOf(req), params.id, body.reply)
      res.status(204).end()
    },
  }),
]
