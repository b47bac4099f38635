import type { Request } from 'express'
import { z } from 'zod'
import { type Actor, hasRole } from '../access/actor.ts'
import { actorOf } from '../access/authenticate.ts'
import { type AuditEvent, appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { DOCUMENT_BYTES, receiveUpload } from '../http/upload.ts'
import { checkUploadHead } from '../http/upload-head.ts'
import type { MinimumRate } from '../http/upload-rate.ts'
import type { UploadSlots } from '../http/upload-slots.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import type { Ingest } from './ingest.ts'
import { findMedia } from './media-queries.ts'
import { presentRecording, RecordingSchema } from './present.ts'
import { MetadataSchema } from './schema.ts'

export interface IngestEndpointParts {
  readonly ingest: Ingest
  readonly db: Database
  readonly clock: Clock
  readonly slots: UploadSlots
  readonly maxBytes: number
  readonly rate: MinimumRate
}

/** Printable ASCII, as long as any client's UUID or delivery number. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/

const UploadSchema = z
  .object({
    metadata: MetadataSchema,
    audio: z.string().meta({ format: 'binary', description: 'One audio file, with a file name' }),
  })
  .meta({ description: 'Exactly these two parts, in this order' })

const DESCRIPTION = `Sends one call: the part \`metadata\` (JSON) first, then the part \`audio\`.
The answer comes after the recording is encrypted, stored and verified; without an answer nothing counts
as delivered, and the same delivery can be sent again. The same call of an entity, or the same
\`Idempotency-Key\` of a caller, with the same content gives the recording that is there (200), with
other content 409. What \`silence\` names is replaced by silence before anything is stored, so what is stored then
differs from what was sent; \`sha256\` in the metadata is always of what was sent.`

const PROBLEM_CODES = [
  ...(['invalid_request', 'metadata_first', 'incomplete_upload', 'forbidden', 'upload_too_slow'] as const),
  ...(['purpose_not_announced', 'call_exists', 'idempotency_conflict', 'upload_in_progress'] as const),
  ...(['length_required', 'too_large', 'unsupported_media_type', 'unsupported_audio'] as const),
  ...(['invalid_metadata', 'nothing_to_keep', 'no_rule', 'hash_mismatch', 'empty_audio'] as const),
  ...(['cannot_silence'] as const),
  ...(['too_many_uploads', 'unavailable', 'storage_full', 'unauthenticated'] as const),
]

/** POST /v1/recordings: how recordings come in. */
export function ingestEndpoints(parts: IngestEndpointParts): Endpoint[] {
  const { maxBytes, rate, slots, ingest, clock } = parts
  const form = {
    documentPart: 'metadata',
    filePart: 'audio',
    maxDocumentBytes: DOCUMENT_BYTES,
    maxFileBytes: maxBytes,
    rate,
  }
  const created = {
    content: { 'application/json': RecordingSchema },
    headers: { Location: 'Address of the recording' },
  }
  return [
    endpoint({
      method: 'post',
      path: '/v1/recordings',
      operationId: 'ingestRecording',
      summary: 'Deliver a call',
      description: DESCRIPTION,
      tag: 'Recordings',
      streamedBody: { 'multipart/form-data': UploadSchema },
      responses: {
        201: { description: 'Stored', ...created },
        200: { description: 'The same delivery was stored before', ...created },
      },
      problems: PROBLEM_CODES,
      async handle({ req, res }) {
        const actor = actorOf(req)
        if (!hasRole(actor, 'recorder', 'importer')) await refuseRole(parts, actor)
        checkUploadHead(req, form)
        const idempotencyKey = idempotencyKeyOf(req)
        using _slot = slots.take(actor.sub)
        const upload = await receiveUpload(req, res, form)
        const { isNew, row, tags, audio } = await ingest({ ...upload, actor, idempotencyKey })
        res.location(`/v1/recordings/${row.id}`).status(isNew ? 201 : 200)
        const sound = { original: audio, media: await findMedia(parts.db, row.id) }
        res.json(presentRecording(row, tags, sound, actor, clock.now()))
      },
    }),
  ]
}

/** The header, read from what came over the wire, where a second one would otherwise hide behind a comma. */
function idempotencyKeyOf(req: Request): string | null {
  const values = req.headersDistinct['idempotency-key'] ?? []
  const [value] = values
  if (value === undefined) return null
  if (values.length === 1 && IDEMPOTENCY_KEY.test(value)) return value
  throw new Problem('invalid_request', {
    detail: 'Idempotency-Key takes 1 to 200 printable ASCII characters.',
  })
}

async function refuseRole({ db, clock }: IngestEndpointParts, actor: Actor): Promise<never> {
  const event: AuditEvent = {
    type: 'recording.ingest_refused',
    action: 'C',
    outcome: 'denied',
    code: 'forbidden',
    at: clock.now(),
    actor,
    requestId: currentRequestId() ?? null,
  }
  await appendAudit(db, event)
  throw new Problem('forbidden')
}
