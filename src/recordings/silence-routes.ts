import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { RecordingSchema } from './present.ts'
import type { ReportPayment } from './report-payment.ts'
import { SilenceSchema } from './schema.ts'

const MAX_RANGES = 100

const PaymentRange = SilenceSchema.extend({ reason: z.literal('payment') }).refine(
  ({ fromSeconds, toSeconds }) => fromSeconds < toSeconds,
  'ends before it starts',
)

/** What was found in a recording later and must not be heard again. */
export const silenceEndpoints = (reportPayment: ReportPayment): Endpoint[] => [
  endpoint({
    method: 'post',
    path: '/v1/recordings/{id}/silence',
    operationId: 'silencePayment',
    summary: 'Silence payment data that was found in a stored recording',
    description: `In force at once: nobody hears any of the recording, and streams that run are cut, until silence has
taken the place of the ranges. Every older version is then destroyed and a certificate says so, also when the
recording is held or restricted; everything else of it stays as it is. Ranges may overlap each other, earlier
ones, and the end of the call.`,
    tag: 'Recordings',
    params: z.strictObject({ id: z.string().meta({ description: 'UUID', format: 'uuid' }) }),
    body: z.strictObject({
      ranges: z.array(PaymentRange).min(1).max(MAX_RANGES).meta({ description: 'Seconds from the start' }),
    }),
    responses: {
      202: {
        description: 'Out of reach; silence follows',
        content: { 'application/json': RecordingSchema },
      },
    },
    problems: [
      'invalid_request',
      'forbidden',
      'not_found',
      'deletion_in_progress',
      'destroyed',
      'unavailable',
    ],
    async handle({ params, body, req, res }) {
      const recording = await reportPayment(actorOf(req), params.id, body.ranges)
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(202).json(recording)
    },
  }),
]
