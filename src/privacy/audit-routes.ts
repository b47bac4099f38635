import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { entryOf } from '../audit/event-form.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { isId } from '../kernel/ids.ts'
import type { ListedEvent } from './audit-queries.ts'
import { beginning, ending, When } from './period.ts'
import type {
  makeExportAudit,
  makeFindCheckpoint,
  makeListAudit,
  makeProveConsistency,
  makeProveEvent,
} from './read-audit.ts'

export interface AuditUseCases {
  readonly listAudit: ReturnType<typeof makeListAudit>
  readonly findCheckpoint: ReturnType<typeof makeFindCheckpoint>
  readonly proveEvent: ReturnType<typeof makeProveEvent>
  readonly proveConsistency: ReturnType<typeof makeProveConsistency>
  readonly exportAudit: ReturnType<typeof makeExportAudit>
}

const TAG = 'Audit'

const EventSchema = z
  .strictObject({
    seq: z.int().meta({ description: 'Its number in the log, counted from 0 without gaps' }),
    id: z.uuid(),
    at: z.iso.datetime(),
    type: z.string(),
    action: z.enum(['C', 'R', 'U', 'D', 'E']),
    outcome: z.enum(['ok', 'denied', 'error']),
    code: z.string().nullable(),
    actor: z
      .string()
      .nullable()
      .meta({ description: 'Null for what the service did by itself, or once erased' }),
    roles: z.array(z.string()),
    recordingId: z.uuid().nullable(),
    playbackId: z.uuid().nullable(),
    purpose: z.string().nullable(),
    caseRef: z.string().nullable(),
    requestId: z.string().nullable(),
    breakGlass: z.boolean().meta({ description: 'Done in an emergency' }),
    detail: z.record(z.string(), z.unknown()),
    erased: z.boolean().meta({ description: 'Who, for which case and the detail were erased' }),
  })
  .meta({ id: 'AuditEvent' })

const present = (row: ListedEvent): z.input<typeof EventSchema> => ({
  seq: row.seq,
  id: row.id,
  at: row.occurred_at.toISOString(),
  type: row.type,
  action: row.action as 'R',
  outcome: row.outcome as 'ok',
  code: row.code,
  actor: row.actor_sub,
  roles: [...row.actor_roles],
  recordingId: row.recording_id,
  playbackId: row.playback_id,
  purpose: row.purpose,
  caseRef: row.case_ref,
  requestId: row.request_id,
  breakGlass: 'breakGlass' in row.detail,
  detail: row.detail,
  erased: row.erased,
})

const Hash = z.string().meta({ description: 'SHA-256 in base64' })
const base64 = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('base64'))

/** Reading the audit log and proving what it says. */
export const auditEndpoints = (useCases: AuditUseCases): Endpoint[] => [
  listEndpoint(useCases),
  exportEndpoint(useCases),
  checkpointEndpoint(useCases),
  proofEndpoint(useCases),
  consistencyEndpoint(useCases),
]

const listEndpoint = ({ listAudit }: AuditUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/audit-events',
    operationId: 'listAuditEvents',
    summary: 'List audit events, newest first',
    description:
      'Auditors see all, privacy officers what is about recordings of their entities or about none.',
    tag: TAG,
    query: z.strictObject({
      recordingId: z.string().refine(isId, 'must be a recording id').optional(),
      actor: z.string().min(1).max(255).optional(),
      type: z.string().min(1).max(100).optional(),
      from: When.optional().meta({ description: 'At or after this instant, or on or after this day' }),
      to: When.optional().meta({ description: 'Before this instant, or on or before this day' }),
      limit: z.coerce.number().int().min(1).max(500).default(100),
      cursor: z.string().min(1).max(200).optional().meta({ description: 'nextCursor of the page before' }),
    }),
    responses: {
      200: {
        description: 'One page',
        content: {
          'application/json': z
            .strictObject({ items: z.array(EventSchema), nextCursor: z.string().nullable() })
            .meta({ id: 'AuditEventList' }),
        },
      },
    },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ query: { from, to, ...query }, req, res }) {
      const wanted = {
        ...query,
        from: from === undefined ? undefined : beginning(from),
        to: to === undefined ? undefined : ending(to),
      }
      const { events, nextCursor } = await listAudit(actorOf(req), wanted)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ items: events.map(present), nextCursor })
    },
  })

const exportEndpoint = ({ exportAudit }: AuditUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/audit/export',
    operationId: 'exportAudit',
    summary: 'Take the whole log along, for `listenback verify-audit`',
    description:
      'JSON lines in the order of the log. What an officer may not see is left out of its line; the proofs hold all the same.',
    tag: TAG,
    query: z.strictObject({
      size: z.coerce.number().int().min(1).optional().meta({
        description: 'How many events, as in a checkpoint; absent: up to the newest one',
      }),
    }),
    responses: { 200: { description: 'The log', content: { 'application/jsonl': 'binary' } } },
    problems: ['invalid_request', 'forbidden', 'not_found', 'unavailable'],
    async handle({ query, req, res }) {
      const { size, lines } = await exportAudit(actorOf(req), query.size)
      res.setHeader('Cache-Control', 'private, no-store')
      res.setHeader('Content-Disposition', `attachment; filename="audit-${size}.jsonl"`)
      res.type('application/jsonl')
      await pipeline(Readable.from(lines), res)
    },
  })

const checkpointEndpoint = ({ findCheckpoint }: AuditUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/audit/checkpoint',
    operationId: 'getAuditCheckpoint',
    summary: 'Show what the log is now, signed',
    description: 'A signed note with a checkpoint, as C2SP defines them; keep it where we cannot change it.',
    tag: TAG,
    query: z.strictObject({}),
    responses: { 200: { description: 'The checkpoint', content: { 'text/plain': z.string() } } },
    problems: ['forbidden', 'not_found', 'unavailable'],
    async handle({ req, res }) {
      const { note } = await findCheckpoint(actorOf(req))
      res.setHeader('Cache-Control', 'private, no-store')
      res.type('text/plain').send(note)
    },
  })

const proofEndpoint = ({ proveEvent }: AuditUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/audit/proof',
    operationId: 'proveAuditEvent',
    summary: 'Prove that an event is in the log',
    description:
      'An inclusion proof of RFC 6962 for the leaf SHA-256(0x00, entry) and the root in the checkpoint.',
    tag: TAG,
    query: z.strictObject({ event: z.string().meta({ format: 'uuid' }) }),
    responses: {
      200: {
        description: 'The proof',
        content: {
          'application/json': z
            .strictObject({
              seq: z.int(),
              size: z.int(),
              entry: z.string().meta({ description: 'The exact text that is in the tree' }),
              leaf: Hash,
              proof: z.array(Hash),
              checkpoint: z.string(),
            })
            .meta({ id: 'AuditInclusion' }),
        },
      },
    },
    problems: ['invalid_request', 'forbidden', 'not_found', 'unavailable'],
    async handle({ query, req, res }) {
      const { event, proof, checkpoint } = await proveEvent(actorOf(req), query.event)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({
        seq: event.seq,
        size: checkpoint.size,
        entry: entryOf(event, event.commitment),
        leaf: event.leaf.toString('base64'),
        proof: base64(proof),
        checkpoint: checkpoint.note,
      })
    },
  })

const consistencyEndpoint = ({ proveConsistency }: AuditUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/audit/consistency',
    operationId: 'proveAuditConsistency',
    summary: 'Prove that the log only grew between two checkpoints',
    tag: TAG,
    query: z.strictObject({
      from: z.coerce.number().int().min(0),
      to: z.coerce.number().int().min(0).optional().meta({ description: 'Absent: the newest checkpoint' }),
    }),
    responses: {
      200: {
        description: 'A consistency proof of RFC 6962',
        content: {
          'application/json': z
            .strictObject({ from: z.int(), to: z.int(), proof: z.array(Hash) })
            .meta({ id: 'AuditConsistency' }),
        },
      },
    },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ query, req, res }) {
      const { to, proof } = await proveConsistency(actorOf(req), query.from, query.to)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ from: query.from, to, proof: base64(proof) })
    },
  })
