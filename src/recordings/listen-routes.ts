import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { startOfDay, startOfDayAfter } from '../kernel/calendar.ts'
import { Problem } from '../kernel/problem.ts'
import { type AudioRoutePorts, audioEndpoints } from './audio-routes.ts'
import { CHANNEL_NAMES } from './choose-rendition.ts'
import { declaredIntent } from './declare-intent.ts'
import type { makeFind } from './find.ts'
import type { makeList } from './list.ts'
import { AccessListSchema, type makeListAccesses } from './list-accesses.ts'
import { ById, CaseRef, Channel, Purpose, Rendition, SampleId, TAG } from './listen-schema.ts'
import { RecordingListSchema, RecordingSchema } from './present.ts'
import type { ShowWaveform } from './show-waveform.ts'
import type { makeStartPlayback } from './start-playback.ts'
import { waveformEndpoints } from './waveform-routes.ts'

export interface ListenUseCases extends AudioRoutePorts {
  readonly list: ReturnType<typeof makeList>
  readonly find: ReturnType<typeof makeFind>
  readonly listAccesses: ReturnType<typeof makeListAccesses>
  readonly startPlayback: ReturnType<typeof makeStartPlayback>
  readonly showWaveform: ShowWaveform
}

const When = z.union([z.iso.datetime({ offset: true }), z.iso.date()])
const ListQuery = z.strictObject({
  from: When.optional().meta({
    description: 'Calls that started at or after this instant, or on or after this day',
  }),
  to: When.optional().meta({
    description: 'Calls that started before this instant, or on or before this day',
  }),
  product: z.string().min(1).max(64).optional(),
  purpose: z.string().min(1).max(64).optional(),
  status: z.enum(['processing', 'available', 'unplayable', 'unlinked', 'quarantined']).optional(),
  memberRef: z.string().min(1).max(100).optional(),
  agentRef: z.string().min(1).max(100).optional().meta({ description: 'Staff only' }),
  dueBefore: When.optional().meta({
    description: 'Recordings that nothing keeps from this instant, or this day, on',
  }),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().min(1).max(500).optional().meta({ description: 'nextCursor of the page before' }),
})

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

/** `from` and `dueBefore` as a day mean its beginning; `to` as a day includes it. */
const beginning = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : isDay(text) ? startOfDay(text) : new Date(text)
const ending = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : isDay(text) ? startOfDayAfter(text) : new Date(text)
const isDay = (text: string): boolean => text.length === 'YYYY-MM-DD'.length

/** Everything that reads and listens to recordings. */
export const listenEndpoints = (useCases: ListenUseCases): Endpoint[] => [
  ...metadataEndpoints(useCases),
  ...audioEndpoints(useCases),
  ...waveformEndpoints(useCases.showWaveform),
  playbackEndpoint(useCases),
]

const metadataEndpoints = ({ list, find, listAccesses }: ListenUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/recordings',
    operationId: 'listRecordings',
    summary: 'List recordings, newest first',
    description:
      'Members get their own, whatever the filter; staff those of their entities; agents their own calls.',
    tag: TAG,
    query: ListQuery,
    responses: { 200: { description: 'One page', content: { 'application/json': RecordingListSchema } } },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ query, req, res }) {
      const actor = actorOf(req)
      if (query.agentRef !== undefined && actor.roles.every((role) => role === 'member')) {
        throw new Problem('invalid_request', {
          errors: [{ field: 'agentRef', message: 'is for staff only' }],
        })
      }
      const { from, to, dueBefore, ...filter } = query
      const dates = { from: beginning(from), to: ending(to), dueBefore: beginning(dueBefore) }
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(await list(actor, { ...filter, ...dates }))
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/recordings/{id}',
    operationId: 'getRecording',
    summary: 'Show one recording: why it is kept, until when, and what the caller may do',
    tag: TAG,
    params: ById,
    query: z.strictObject({}),
    responses: { 200: { description: 'The recording', content: { 'application/json': RecordingSchema } } },
    problems: ['not_found', 'forbidden', 'unavailable'],
    async handle({ params, req, res }) {
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(await find(actorOf(req), params.id))
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
