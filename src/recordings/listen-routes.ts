import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { type AudioRoutePorts, audioEndpoints } from './audio-routes.ts'
import { CHANNEL_NAMES } from './choose-rendition.ts'
import { declaredIntent } from './declare-intent.ts'
import { declaredReason, FILE_MISSING, hasItsFile } from './declared-reason.ts'
import type { makeFind } from './find.ts'
import type { makeList } from './list.ts'
import { AccessListSchema, type makeListAccesses } from './list-accesses.ts'
import type { ListForCase } from './list-for-case.ts'
import { listEndpoints } from './list-routes.ts'
import { ById, CaseRef, Channel, Purpose, Rendition, SampleId, TAG } from './listen-schema.ts'
import { RecordingSchema } from './present.ts'
import type { ShowWaveform } from './show-waveform.ts'
import type { makeStartPlayback } from './start-playback.ts'
import { waveformEndpoints } from './waveform-routes.ts'

export interface ListenUseCases extends AudioRoutePorts {
  readonly list: ReturnType<typeof makeList>
  readonly find: ReturnType<typeof makeFind>
  readonly listForCase: ListForCase
  readonly listAccesses: ReturnType<typeof makeListAccesses>
  readonly startPlayback: ReturnType<typeof makeStartPlayback>
  readonly showWaveform: ShowWaveform
}

const PlaybackBody = z.strictObject({
  purpose: Purpose.optional(),
  caseRef: CaseRef.optional(),
  sampleId: SampleId.optional(),
  rendition: Rendition.optional().meta({
    description: 'Default: playback where it was made, else original; for a sample masked',
  }),
  channel: Channel.optional(),
})

const PlaybackSchema = z
  .strictObject({
    id: z.uuid(),
    recordingId: z.uuid(),
    rendition: z.enum([...Rendition.options, 'mix', 'channel1', 'channel2']).meta({
      description: 'What will be heard',
    }),
    audioUrl: z.string().meta({ description: 'For the player; works for the caller only' }),
    mediaType: z.string(),
    bytes: z.int(),
    waveformUrl: z
      .string()
      .nullable()
      .meta({ description: 'A picture of the sound; works for the caller only' }),
    channels: z
      .array(
        z.strictObject({
          channel: z.enum(CHANNEL_NAMES),
          label: z.string().optional().meta({ description: 'Who speaks on it, where the sender said so' }),
        }),
      )
      .meta({ description: 'Parts of the call that can be asked for alone; empty for a call without parts' }),
    expiresAt: z.iso.datetime({ offset: true }),
  })
  .meta({ id: 'Playback' })

/** Everything that reads and listens to recordings. */
export const listenEndpoints = (useCases: ListenUseCases): Endpoint[] => [
  ...listEndpoints(useCases.list, useCases.listForCase),
  ...metadataEndpoints(useCases),
  ...audioEndpoints(useCases),
  ...waveformEndpoints(useCases.showWaveform),
  playbackEndpoint(useCases),
]

const metadataEndpoints = ({ find, listAccesses }: ListenUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/recordings/{id}',
    operationId: 'getRecording',
    summary: 'Show one recording: why it is kept, until when, and what the caller may do',
    tag: TAG,
    params: ById,
    query: z.strictObject(declaredReason).refine(hasItsFile, FILE_MISSING),
    responses: { 200: { description: 'The recording', content: { 'application/json': RecordingSchema } } },
    problems: ['invalid_request', 'not_found', 'forbidden', 'unavailable'],
    async handle({ params, query, req, res }) {
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(await find(actorOf(req), params.id, query))
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/recordings/{id}/accesses',
    operationId: 'listAccesses',
    summary: 'Show who listened: when, in which role, for which purpose and how much',
    tag: TAG,
    params: ById,
    query: z.strictObject({}),
    responses: { 200: { description: 'Newest first', content: { 'application/json': AccessListSchema } } },
    problems: ['not_found', 'forbidden', 'unavailable'],
    async handle({ params, req, res }) {
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(await listAccesses(actorOf(req), params.id))
    },
  }),
]

const playbackEndpoint = ({ startPlayback }: ListenUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/recordings/{id}/playbacks',
    operationId: 'startPlayback',
    summary: 'Start listening: an address for the player, for this caller and purpose',
    tag: TAG,
    params: ById,
    body: PlaybackBody,
    responses: { 201: { description: 'The playback', content: { 'application/json': PlaybackSchema } } },
    problems: [
      'invalid_request',
      'not_found',
      'forbidden',
      'purpose_required',
      'purpose_expired',
      'unavailable',
    ],
    async handle({ params, body: { rendition, channel, ...intent }, req, res }) {
      const wanted = { rendition, channel }
      const { expiresAt, hasWaveform, ...playback } = await startPlayback(
        actorOf(req),
        params.id,
        wanted,
        declaredIntent(intent),
      )
      const address = `/v1/playbacks/${playback.id}`
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(201).json({
        ...playback,
        audioUrl: `${address}/audio`,
        waveformUrl: hasWaveform ? `${address}/waveform` : null,
        expiresAt: expiresAt.toISOString(),
      })
    },
  })
