import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { ANOMALY_KINDS } from '../db/oversight-schema.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { text } from '../recordings/schema.ts'
import type { makeAcknowledgeAnomaly, makeListAnomalies } from './staff-anomalies.ts'
import type { StaffAnomalyRow } from './staff-anomaly-queries.ts'

export interface AnomalyUseCases {
  readonly listAnomalies: ReturnType<typeof makeListAnomalies>
  readonly acknowledgeAnomaly: ReturnType<typeof makeAcknowledgeAnomaly>
}

const TAG = 'Oversight'

const AnomalySchema = z
  .strictObject({
    id: z.uuid(),
    kind: z.enum(ANOMALY_KINDS).meta({
      description:
        'many_members and many_recordings: heard in an hour; without_case: calls of one member asked for without a case; coach_search: a coach looked for calls',
    }),
    actor: z.string(),
    roles: z.array(z.string()),
    entities: z.array(z.string()),
    count: z.int(),
    threshold: z.int().meta({ description: 'More than this is an anomaly' }),
    blocks: z.boolean().meta({ description: 'The person hears nothing as staff until it is acknowledged' }),
    foundAt: z.iso.datetime(),
    lastAt: z.iso.datetime(),
    acknowledgedAt: z.iso.datetime().nullable(),
    acknowledgedBy: z.string().nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'StaffAnomaly' })

const present = (row: StaffAnomalyRow): z.input<typeof AnomalySchema> => ({
  id: row.id,
  kind: row.kind,
  actor: row.actor_sub,
  roles: row.actor_roles,
  entities: row.entities,
  count: row.count,
  threshold: row.threshold,
  blocks: row.blocks,
  foundAt: row.found_at.toISOString(),
  lastAt: row.last_at.toISOString(),
  acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
  acknowledgedBy: row.acknowledged_by,
  note: row.acknowledgement,
})

/** What was noticed of staff who open more than their work explains. */
export const anomalyEndpoints = ({ listAnomalies, acknowledgeAnomaly }: AnomalyUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/staff-anomalies',
    operationId: 'listStaffAnomalies',
    summary: 'List what was noticed of staff, newest first',
    tag: TAG,
    query: z.strictObject({
      open: z
        .enum(['true', 'false'])
        .optional()
        .meta({ description: 'Only those not acknowledged yet, or only the others' }),
      limit: z.coerce.number().int().min(1).max(100).default(50),
      cursor: z.string().min(1).max(200).optional().meta({ description: 'nextCursor of the page before' }),
    }),
    responses: {
      200: {
        description: 'One page',
        content: {
          'application/json': z
            .strictObject({ items: z.array(AnomalySchema), nextCursor: z.string().nullable() })
            .meta({ id: 'StaffAnomalyList' }),
        },
      },
    },
    problems: ['invalid_request', 'forbidden'],
    async handle({ query: { open, ...page }, req, res }) {
      const wanted = { ...page, open: open === undefined ? undefined : open === 'true' }
      const { items, nextCursor } = await listAnomalies(actorOf(req), wanted)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ items: items.map(present), nextCursor })
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/staff-anomalies/{id}/acknowledgement',
    operationId: 'acknowledgeStaffAnomaly',
    summary: 'Say what came of it; whoever was stopped by it may listen again',
    tag: TAG,
    params: z.strictObject({ id: z.string().meta({ description: 'UUID', format: 'uuid' }) }),
    body: z.strictObject({ note: text(2000) }),
    responses: { 200: { description: 'Acknowledged', content: { 'application/json': AnomalySchema } } },
    problems: ['invalid_request', 'forbidden', 'second_person_required', 'not_found', 'not_open'],
    async handle({ params, body, req, res }) {
      const acknowledged = await acknowledgeAnomaly(actorOf(req), params.id, body.note)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(present(acknowledged))
    },
  }),
]
