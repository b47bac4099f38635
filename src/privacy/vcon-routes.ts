import { createHash, type KeyObject } from 'node:crypto'
import { Readable, Transform } from 'node:stream'
import type { Request, Response } from 'express'
import { z } from 'zod'
import { requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { textBody } from '../http/text-body.ts'
import { receiveUpload, type UploadForm } from '../http/upload.ts'
import { checkUploadHead } from '../http/upload-head.ts'
import { Problem } from '../kernel/problem.ts'
import { MIB } from '../kernel/units.ts'
import type { Delivery } from '../recordings/ingest.ts'
import type { IngestEndpointParts } from '../recordings/ingest-routes.ts'
import { findMedia } from '../recordings/media-queries.ts'
import { presentRecording, RecordingSchema } from '../recordings/present.ts'
import { name } from '../recordings/schema.ts'
import { callOfVcon, fitsHash, type MappedCall, sha512Of, type VconContext } from './vcon-map.ts'
import { readVcon } from './vcon-read.ts'

export interface VconImportParts extends IngestEndpointParts {
  /** Keys whose signatures are believed. */
  readonly trustedKeys: readonly KeyObject[]
}

/** Audio inside is text in memory; longer calls come as a file beside their vCon. */
const INLINE_BYTES = 32 * MIB
const DOCUMENT_BYTES = MIB
const INLINE = /^application\/(vcon(\+json)?|json)\s*(;|$)/i

const Query = z.strictObject({
  entity: name.optional().meta({ description: 'Instead of the organisation among the parties' }),
  product: name.optional().meta({ description: 'Instead of `skill` of the dialog' }),
  language: z.string().min(2).max(35).optional().meta({ description: 'BCP 47, such as nl' }),
  noticeVersion: name.optional().meta({ description: 'The announcement the caller heard' }),
  sensitivity: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Names of the catalogue, with commas between' }),
})

const DESCRIPTION = `Takes in one call from a system that speaks vCon (draft-ietf-vcon-vcon-core-03), the same way as
\`POST /v1/recordings\`. Plain, or signed (General JWS, RS256) by a trusted key. The audio is in the vCon (base64url, up
to 32 MiB of JSON), or comes as the part \`audio\` after the part \`vcon\`, bound by \`content_hash\`; an address is
never fetched. \`callId\` is the uuid of the vCon; the customer's \`uuid\` is the member, the agent's the agent; purposes
are those that \`lawful_basis\` grants; \`hold\` events are silenced. What a vCon has no field for is given in the
address. Other dialogs than the one recording are refused, because they would be lost.`

const created = {
  content: { 'application/json': RecordingSchema },
  headers: { Location: 'Address of the recording' },
}

/** POST /v1/vcons: calls from systems that speak vCon. */
export const vconEndpoints = (parts: VconImportParts): Endpoint[] => [
  endpoint({
    method: 'post',
    path: '/v1/vcons',
    operationId: 'importVcon',
    summary: 'Deliver a call as a vCon',
    description: DESCRIPTION,
    tag: 'Recordings',
    query: Query,
    streamedBody: {
      'application/vcon+json': z.looseObject({}).meta({ description: 'A vCon with its audio inside' }),
      'multipart/form-data': z
        .object({
          vcon: z.looseObject({}).meta({ description: 'A vCon, plain or signed' }),
          audio: z.string().meta({ format: 'binary', description: 'The audio that its content_hash names' }),
        })
        .meta({ description: 'Exactly these two parts, in this order' }),
    },
    responses: {
      201: { description: 'Stored', ...created },
      200: { description: 'The same delivery was stored before', ...created },
    },
    problems: [
      ...([
        'invalid_request',
        'metadata_first',
        'incomplete_upload',
        'forbidden',
        'upload_too_slow',
      ] as const),
      ...(['purpose_not_announced', 'call_exists', 'upload_in_progress', 'length_required'] as const),
      ...(['too_large', 'unsupported_media_type', 'unsupported_audio', 'invalid_metadata'] as const),
      ...(['nothing_to_keep', 'no_rule', 'hash_mismatch', 'empty_audio', 'cannot_silence'] as const),
      ...(['too_many_uploads', 'unavailable', 'storage_full', 'unauthenticated'] as const),
    ],
    async handle({ query, req, res }) {
      const actor = actorOf(req)
      await requireSender(parts, actor)
      using _slot = parts.slots.take(actor.sub)
      const delivery = await deliveryOf(parts, { req, res, actor }, contextOf(query))
      const { isNew, row, tags, audio } = await parts.ingest(delivery)
      res.location(`/v1/recordings/${row.id}`).status(isNew ? 201 : 200)
      const sound = { original: audio, media: await findMedia(parts.db, row.id) }
      res.json(presentRecording(row, tags, sound, actor, parts.clock.now()))
    },
  }),
]

const contextOf = ({ sensitivity, ...query }: z.output<typeof Query>): VconContext => ({
  ...query,
  sensitivity: sensitivity?.split(',').map((one) => one.trim()),
})

interface Call {
  readonly req: Request
  readonly res: Response
  readonly actor: Actor
}

/** What is refused of a vCon itself is on record like what is refused of its call. */
const onRecord = <T>({ db, clock }: VconImportParts, actor: Actor, run: () => Promise<T>): Promise<T> =>
  withRefusalsOnRecord(db, { type: 'recording.ingest_refused', action: 'C', actor, at: clock.now() }, run)

const requireSender = (parts: VconImportParts, actor: Actor): Promise<void> =>
  onRecord(parts, actor, async () => requireRole(actor, parts.clock.now(), 'recorder', 'importer'))

function deliveryOf(parts: VconImportParts, call: Call, context: VconContext): Promise<Delivery> {
  const now = parts.clock.now()
  const map = (text: string): MappedCall => callOfVcon(readVcon(text, parts.trustedKeys, now), context, now)
  const isInline = INLINE.test(call.req.get('content-type') ?? '')
  return onRecord(parts, call.actor, () =>
    isInline ? inlineDelivery(call, map) : formDelivery(parts, call, map),
  )
}

async function inlineDelivery({ req, actor }: Call, map: (text: string) => MappedCall): Promise<Delivery> {
  const { audio, metadata, mediaType, contentHashes } = map(await textBody(req, INLINE_BYTES))
  if (!audio) throw wrongPlace('is not in the vCon; send it as the part audio of a form')
  if (!fitsHash(sha512Of(audio), contentHashes)) throw new Problem('hash_mismatch')
  return {
    ...{ actor, idempotencyKey: null, document: metadata, declaredType: mediaType },
    ...{ body: Readable.from([audio]), complete: Promise.resolve() },
  }
}

async function formDelivery(
  { maxBytes, rate }: VconImportParts,
  { req, res, actor }: Call,
  map: (text: string) => MappedCall,
): Promise<Delivery> {
  const form: UploadForm = {
    ...{ documentPart: 'vcon', filePart: 'audio', rate },
    ...{ maxDocumentBytes: DOCUMENT_BYTES, maxFileBytes: maxBytes },
  }
  checkUploadHead(req, form)
  const upload = await receiveUpload(req, res, form)
  try {
    const { audio, metadata, mediaType, contentHashes } = map(upload.document)
    if (audio) throw wrongPlace('is in the vCon and beside it; send it once')
    const { body, complete } = hashed(upload, contentHashes)
    return { actor, idempotencyKey: null, document: metadata, declaredType: mediaType, body, complete }
  } catch (error) {
    upload.body.destroy()
    throw error
  }
}

const wrongPlace = (message: string): Problem =>
  new Problem('invalid_metadata', { errors: [{ field: 'dialog[0].body', message }] })

/** The delivery is complete only when the audio was the one that the vCon names. */
function hashed(
  { body, complete }: { readonly body: Readable; readonly complete: Promise<void> },
  hashes: readonly string[] | null,
): Pick<Delivery, 'body' | 'complete'> {
  const sha512 = createHash('sha512')
  const checked = Promise.withResolvers<void>()
  const check = new Transform({
    transform(piece: Buffer, _encoding, done) {
      sha512.update(piece)
      done(null, piece)
    },
    flush(done) {
      const fits = fitsHash(sha512.digest(), hashes)
      if (fits) checked.resolve()
      else checked.reject(new Problem('hash_mismatch'))
      done(fits ? null : new Problem('hash_mismatch'))
    },
  })
  // Whoever reads it may have given up before it fails; that must not end the process.
  check.on('error', () => {})
  body.once('error', (error) => check.destroy(error))
  check.once('close', () => {
    body.destroy()
    checked.reject(new Problem('incomplete_upload'))
  })
  body.pipe(check)
  const all = Promise.all([complete, checked.promise]).then(() => undefined)
  all.catch(() => {})
  return { body: check, complete: all }
}
