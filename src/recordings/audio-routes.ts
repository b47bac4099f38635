import type { Request, Response } from 'express'
import { z } from 'zod'
import { actorOf, isStillAuthenticated } from '../access/authenticate.ts'
import { answerRanges } from '../http/answer-ranges.ts'
import { setAudioHeaders } from '../http/audio-headers.ts'
import { type Endpoint, endpoint, type ResponseSpec } from '../http/endpoint.ts'
import type { ProblemCode } from '../kernel/problem.ts'
import type { Admission, Grant } from './admit.ts'
import type { AdmitWanted } from './admit-wanted.ts'
import { declaredIntent } from './declare-intent.ts'
import { ById, CaseRef, Channel, Purpose, Rendition, SampleId, TAG } from './listen-schema.ts'
import type { Play } from './play.ts'

export interface AudioRoutePorts {
  readonly admission: Pick<Admission, 'admit'>
  readonly admitWanted: AdmitWanted
  readonly play: Play
}

const AUDIO_RESPONSES: Readonly<Record<number, ResponseSpec>> = {
  200: {
    description: 'The whole audio',
    content: { 'audio/*': 'binary' },
    headers: { ETag: 'Strong', 'Accept-Ranges': '`bytes`', 'Content-Length': 'Bytes' },
  },
  206: {
    description: 'One byte range',
    content: { 'audio/*': 'binary' },
    headers: { ETag: 'Strong', 'Content-Range': 'Which bytes of how many' },
  },
  304: { description: 'The caller may listen and has these bytes already' },
}

const AUDIO_PROBLEMS: readonly ProblemCode[] = [
  'not_found',
  'forbidden',
  'purpose_required',
  'purpose_expired',
  'range_not_satisfiable',
  'damaged_recording',
  'unavailable',
]

const AudioQuery = z.strictObject({
  rendition: Rendition.optional().meta({
    description:
      'Default: original, for a sample masked. One that is still being made is unavailable, with the time to try again; one that was not made is not found',
  }),
  channel: Channel.optional(),
  purpose: Purpose.optional(),
  caseRef: CaseRef.optional(),
  sampleId: SampleId.optional(),
})

const ANSWER = {
  method: 'get',
  head: true,
  tag: TAG,
  params: ById,
  responses: AUDIO_RESPONSES,
  problems: AUDIO_PROBLEMS,
} as const

/** The bytes: original, copy and playback. */
export function audioEndpoints({ admission, admitWanted, play }: AudioRoutePorts): Endpoint[] {
  const answerAudio = makeAudioAnswer(play)
  return [
    endpoint({
      ...ANSWER,
      path: '/v1/recordings/{id}/audio',
      operationId: 'getAudio',
      summary: 'Listen to a recording',
      description:
        'Members need nothing else; staff state purpose and caseRef, coaches sampleId. Single byte ranges are supported.',
      query: AudioQuery,
      problems: ['invalid_request', ...AUDIO_PROBLEMS],
      async handle({ params: { id: recordingId }, query: { rendition, channel, ...declared }, req, res }) {
        const actor = actorOf(req)
        const intent = declaredIntent(declared)
        if (channel !== undefined) {
          const { grant } = await admitWanted(actor, recordingId, { rendition, channel }, intent)
          return answerAudio(req, res, grant)
        }
        const usual = intent.sampleId === undefined ? 'original' : 'masked'
        const target = { recordingId, rendition: rendition ?? usual, intent } as const
        return answerAudio(req, res, await admission.admit({ actor, act: 'listen', target }))
      },
    }),
    endpoint({
      ...ANSWER,
      path: '/v1/recordings/{id}/copy',
      operationId: 'copyRecording',
      summary: 'Download one’s own recording, as it was recorded',
      description:
        'Where parts concern somebody else (Art. 15(4) GDPR) they are silent; GET /v1/recordings/{id}/cuts lists them.',
      query: z.strictObject({}),
      async handle({ params, req, res }) {
        const target = { recordingId: params.id, rendition: 'copy' as const, intent: {} }
        return answerAudio(req, res, await admission.admit({ actor: actorOf(req), act: 'copy', target }))
      },
    }),
    endpoint({
      ...ANSWER,
      path: '/v1/playbacks/{id}/audio',
      operationId: 'getPlaybackAudio',
      summary: 'The audio of one’s own playback',
      query: z.strictObject({}),
      async handle({ params, req, res }) {
        const target = { playbackId: params.id }
        return answerAudio(req, res, await admission.admit({ actor: actorOf(req), act: 'listen', target }))
      },
    }),
  ]
}

/** Answers GET and HEAD for audio that was granted. */
const makeAudioAnswer = (play: Play) =>
  async function answer(req: Request, res: Response, grant: Grant): Promise<void> {
    setAudioHeaders(res, {
      mediaType: grant.mediaType,
      etag: grant.etag,
      saveAs: grant.request.act === 'copy' ? `listenback-${grant.recordingId}` : undefined,
    })
    await answerRanges(req, res, grant, (span, to) =>
      play(grant, span, { ...to, isStillAuthenticated: () => isStillAuthenticated(req) }),
    )
  }
