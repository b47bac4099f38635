import type { Response } from 'express'
import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint, type ResponseSpec } from '../http/endpoint.ts'
import type { ProblemCode } from '../kernel/problem.ts'
import { ById, CaseRef, Purpose, TAG } from './listen-schema.ts'
import type { ShowWaveform, WaveformRequest } from './show-waveform.ts'

const WaveformSchema = z
  .strictObject({
    version: z.literal(2),
    channels: z.int(),
    sampleRate: z.int().meta({ description: 'In hertz' }),
    samplesPerPixel: z.int().meta({ description: 'Frames that one point stands for' }),
    bits: z.literal(8),
    length: z.int().meta({ description: 'Points per channel' }),
    data: z.array(z.int()).meta({
      description: 'For every point, for every channel: smallest and largest sample, from -128 to 127',
    }),
  })
  .meta({ id: 'Waveform', description: 'As BBC audiowaveform (waveform-data, peaks.js) reads it' })

const Pixels = z.coerce.number().int().min(100).max(20_000).default(2000).meta({
  description: 'At most so many points; steps of the detail are powers of two',
})

const RESPONSES: Readonly<Record<number, ResponseSpec>> = {
  200: { description: 'The waveform', content: { 'application/json': WaveformSchema } },
}

const PROBLEMS: readonly ProblemCode[] = [
  'invalid_request',
  'not_found',
  'forbidden',
  'purpose_required',
  'purpose_expired',
  'damaged_recording',
  'unavailable',
]

/** A picture of the sound, for players. Whoever may listen may see it. */
export function waveformEndpoints(showWaveform: ShowWaveform): Endpoint[] {
  async function answer(res: Response, request: WaveformRequest, pixels: number): Promise<void> {
    const waveform = await showWaveform(request, pixels)
    res.setHeader('Cache-Control', 'private, no-store')
    res.json(waveform)
  }

  return [
    endpoint({
      method: 'get',
      path: '/v1/recordings/{id}/waveform',
      operationId: 'getWaveform',
      summary: 'See the sound of a recording',
      description: 'Members need nothing else; staff state purpose and caseRef, as for the audio.',
      tag: TAG,
      params: ById,
      query: z.strictObject({ pixels: Pixels, purpose: Purpose.optional(), caseRef: CaseRef.optional() }),
      responses: RESPONSES,
      problems: PROBLEMS,
      handle({ params, query: { pixels, ...intent }, req, res }) {
        const target = { recordingId: params.id, rendition: 'waveform', intent } as const
        return answer(res, { actor: actorOf(req), act: 'waveform', target }, pixels)
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/playbacks/{id}/waveform',
      operationId: 'getPlaybackWaveform',
      summary: 'See the sound of one’s own playback',
      tag: TAG,
      params: ById,
      query: z.strictObject({ pixels: Pixels }),
      responses: RESPONSES,
      problems: PROBLEMS,
      handle({ params, query: { pixels }, req, res }) {
        const target = { playbackId: params.id }
        return answer(res, { actor: actorOf(req), act: 'waveform', target }, pixels)
      },
    }),
  ]
}
