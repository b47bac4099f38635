import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { EVENT_TYPES } from './events.ts'
import type { makeReportEvent, ReportedEvent } from './report-event.ts'

export interface EventUseCases {
  readonly reportEvent: ReturnType<typeof makeReportEvent>
}

const id = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: 'The sender’s own id of the event; the same id again is the same event' })

const fields = {
  id,
  type: z.enum(EVENT_TYPES),
  ref: z.string().min(1).max(100).meta({
    description: 'Number of the policy (also of an application or advice), the claim, or the case',
  }),
  occurredAt: z.iso
    .datetime({ offset: true })
    .meta({ description: 'When it happened, not when it is reported; not in the future' }),
}

export const EventSchema = z
  .strictObject({ ...fields, corrects: id.nullable() })
  .meta({ id: 'BusinessEvent' })

const presentEvent = ({ event }: ReportedEvent): z.input<typeof EventSchema> => ({
  id: event.id,
  type: event.type,
  ref: event.ref,
  occurredAt: event.occurredAt.toISOString(),
  corrects: event.corrects,
})

/** What other systems report, and retention periods count from. */
export const eventEndpoints = ({ reportEvent }: EventUseCases): Endpoint[] => [
  endpoint({
    method: 'post',
    path: '/v1/events',
    operationId: 'reportEvent',
    summary: 'Report that a policy, claim, case or application began, ended or was reopened',
    description:
      'In any order and as often as needed: of all reports about the same number the one that happened last decides. `corrects` names an earlier report of the same sender that this one replaces.',
    tag: 'Retention',
    body: z.strictObject({ ...fields, corrects: id.optional() }),
    responses: {
      201: { description: 'Taken in', content: { 'application/json': EventSchema } },
      200: { description: 'Reported before', content: { 'application/json': EventSchema } },
    },
    problems: ['invalid_request', 'forbidden', 'event_conflict', 'invalid_event', 'unavailable'],
    async handle({ body: { occurredAt, ...report }, req, res }) {
      const done = await reportEvent(actorOf(req), { ...report, occurredAt: new Date(occurredAt) })
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(done.isNew ? 201 : 200).json(presentEvent(done))
    },
  }),
]
