import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { RecordingSchema } from '../recordings/present.ts'
import { MetadataSchema } from '../recordings/schema.ts'
import type { makeRectify } from './rectify.ts'

/** What may be corrected, as a delivery would say it; everything else is refused. */
export const CorrectionSchema = MetadataSchema.pick({
  memberRef: true,
  agentRef: true,
  team: true,
  product: true,
  direction: true,
  language: true,
  sensitivity: true,
  links: true,
  startedAt: true,
  endedAt: true,
})
  .partial()
  .refine((correction) => Object.keys(correction).length > 0, 'must name something')
  .meta({ id: 'Correction', description: 'Fields that are not named stay as they are' })

/** PATCH /v1/recordings/{id}: what a recording says of its call, set right. */
export const rectifyEndpoints = (rectify: ReturnType<typeof makeRectify>): Endpoint[] => [
  endpoint({
    method: 'patch',
    path: '/v1/recordings/{id}',
    operationId: 'rectifyRecording',
    summary: 'Correct what a recording says of its call (Art. 16 GDPR)',
    description: `Also while it is held, restricted or in quarantine. Purposes that have not ended get the rule and
the dates of a call that was delivered so; what becomes due goes the way of the sweep. A \`memberRef\` links a
recording of no known member, or takes it from the member it did not belong to; null lets it wait for one
again. A link that is null is removed, others stay. What a field said before is kept as long as the recording.`,
    tag: 'Recordings',
    params: z.strictObject({ id: z.string().meta({ description: 'UUID', format: 'uuid' }) }),
    body: CorrectionSchema,
    responses: {
      200: { description: 'As it says now', content: { 'application/json': RecordingSchema } },
    },
    problems: ['invalid_request', 'not_found', 'forbidden', 'invalid_metadata', 'no_rule', 'unavailable'],
    async handle({ params, body, req, res }) {
      const { startedAt, endedAt, sensitivity, ...others } = body
      const recording = await rectify(actorOf(req), params.id, {
        ...others,
        ...(sensitivity ? { sensitivity: sensitivity.filter((label) => label !== 'none') } : {}),
        ...(startedAt ? { startedAt: new Date(startedAt) } : {}),
        ...(endedAt === undefined ? {} : { endedAt: endedAt === null ? null : new Date(endedAt) }),
      })
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(recording)
    },
  }),
]
