import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { name, text } from '../recordings/schema.ts'
import { CalibrationSchema, type makeCalibration } from './calibration.ts'
import type { DrawSample } from './draw-sample.ts'
import { FeedbackSchema, type makeFeedback } from './feedback.ts'
import type { makeCountSample, makeFindSample, makeListSamples } from './read-samples.ts'
import { SampleCountsSchema, SampleListSchema, SampleSchema } from './sample-present.ts'
import { type ScoreForm, ScoreFormSchema } from './score-form.ts'

export interface SampleUseCases {
  readonly drawSample: DrawSample
  readonly listSamples: ReturnType<typeof makeListSamples>
  readonly findSample: ReturnType<typeof makeFindSample>
  readonly countSample: ReturnType<typeof makeCountSample>
  readonly calibration: ReturnType<typeof makeCalibration>
  readonly feedback: ReturnType<typeof makeFeedback>
  readonly form: ScoreForm
}

export const TAG = 'Coaching'
export const SampleId = z.string().meta({ description: 'UUID', format: 'uuid' })
const MOST_COACHES = 10

const unique = <T>(values: readonly T[]): boolean => new Set(values).size === values.length

const DrawBody = z.strictObject({
  entity: name.optional().meta({ description: 'Needed only by who works for several' }),
  team: text(100)
    .optional()
    .meta({ description: 'A coach of a team draws from that team, also without this' }),
  agentRef: text(100).optional(),
  product: name.optional(),
  from: z.iso
    .date()
    .optional()
    .meta({ description: 'First day of the calls; default: three months before `to`' }),
  to: z.iso.date().optional().meta({ description: 'Last day of the calls; default: today' }),
  size: z.int().min(1).max(50),
  seed: text(100).optional().meta({ description: 'Default: one that nobody can foresee' }),
  coaches: z
    .array(text(200))
    .max(MOST_COACHES)
    .refine(unique, 'must not name anybody twice')
    .optional()
    .meta({ description: 'Other coaches who hear the same calls, to compare how they judge' }),
})

const empty = z.strictObject({})
const json = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': schema },
})

/** Drawing samples, reading them, comparing coaches; and what agents see. */
export const sampleEndpoints = (useCases: SampleUseCases): Endpoint[] => [
  drawEndpoint(useCases),
  ...readEndpoints(useCases),
  countEndpoint(useCases),
  ...outcomeEndpoints(useCases),
]

const drawEndpoint = ({ drawSample, findSample }: SampleUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/training-samples',
    operationId: 'drawTrainingSample',
    summary: 'Draw calls by lot for coaching',
    description: `Coaches choose no call and search none: they say of whom and when, and the lot decides. Left out are
calls that may not be used for training, that are restricted or under a hold, that are younger than a day, more than
five of an agent in a calendar month over all samples, and more than one of a member. What is drawn can be
listened to, masked, for at most 14 days: start a playback with \`sampleId\`.`,
    tag: TAG,
    body: DrawBody,
    responses: { 201: json('Drawn', SampleSchema) },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ body, req, res }) {
      const actor = actorOf(req)
      const id = await drawSample(actor, body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(201).location(`/v1/training-samples/${id}`)
      res.json(await findSample(actor, id))
    },
  })

const readEndpoints = ({ listSamples, findSample }: SampleUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/training-samples',
    operationId: 'listTrainingSamples',
    summary: 'List one’s own samples, newest first',
    tag: TAG,
    query: empty,
    responses: { 200: json('At most 200', SampleListSchema) },
    problems: ['forbidden', 'unavailable'],
    async handle({ req, res }) {
      const samples = await listSamples(actorOf(req))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(samples)
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/training-samples/{id}',
    operationId: 'getTrainingSample',
    summary: 'Show a sample: how it was drawn, and its calls without anything that leads to the member',
    tag: TAG,
    params: z.strictObject({ id: SampleId }),
    query: empty,
    responses: { 200: json('The sample', SampleSchema) },
    problems: ['forbidden', 'not_found', 'unavailable'],
    async handle({ params, req, res }) {
      const sample = await findSample(actorOf(req), params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(sample)
    },
  }),
]

const countEndpoint = ({ countSample }: SampleUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/training-samples/{id}/counts',
    operationId: 'countTrainingSample',
    summary: 'Say how far a sample is, to ask again and again whether it has changed',
    tag: TAG,
    params: z.strictObject({ id: SampleId }),
    query: empty,
    responses: { 200: json('How many of its calls are open, reviewed, withdrawn', SampleCountsSchema) },
    problems: ['forbidden', 'not_found', 'unavailable'],
    async handle({ params, req, res }) {
      const counts = await countSample(actorOf(req), params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(counts)
    },
  })

const outcomeEndpoints = ({ calibration, feedback, form }: SampleUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/training-samples/{id}/calibration',
    operationId: 'getCalibration',
    summary: 'Show how the coaches of a sample scored its calls',
    tag: TAG,
    params: z.strictObject({ id: SampleId }),
    query: empty,
    responses: { 200: json('Scores and how far they lie apart', CalibrationSchema) },
    problems: ['forbidden', 'not_found', 'unavailable'],
    async handle({ params, req, res }) {
      const shown = await calibration(actorOf(req), params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(shown)
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/score-form',
    operationId: 'getScoreForm',
    summary: 'Show what calls are judged by, and on which scale',
    tag: TAG,
    query: empty,
    responses: { 200: json('The form', ScoreFormSchema) },
    handle({ res }) {
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(form)
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/feedback',
    operationId: 'getFeedback',
    summary: 'Show an agent which own calls were drawn, and the notes and scores released to them',
    tag: TAG,
    query: empty,
    responses: { 200: json('Newest draw first, at most 200', FeedbackSchema) },
    problems: ['forbidden', 'unavailable'],
    async handle({ req, res }) {
      const shown = await feedback(actorOf(req))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(shown)
    },
  }),
]
