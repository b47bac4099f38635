import { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { SECOND } from '../kernel/units.ts'
import { MAX_CALL_SECONDS } from '../recordings/schema.ts'
import { presentScore, ScoreSchema } from './calibration.ts'
import type { ItemAddress } from './item-act.ts'
import type { NoteRow } from './item-queries.ts'
import type { Notes } from './notes.ts'
import { SampleId, TAG } from './sample-routes.ts'
import type { ScoreForm } from './score-form.ts'
import type { makeRelease, makeScore } from './scores.ts'

export interface ItemUseCases {
  readonly notes: Notes
  readonly score: ReturnType<typeof makeScore>
  readonly release: ReturnType<typeof makeRelease>
  readonly form: ScoreForm
}

const PATH = '/v1/training-samples/{id}/items/{n}'
const Item = z.strictObject({ id: SampleId, n: z.coerce.number().int().min(1).max(1000) })
const OneNote = z.strictObject({ ...Item.shape, noteId: z.string() })

/** Several lines, but nothing that disguises text. */
const Body = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(2000)
  .refine(
    (value) => !/[^\P{Cc}\n\t]|[\p{Cs}\u202a-\u202e\u2066-\u2069]/u.test(value),
    'must not contain control characters',
  )

const NoteSchema = z
  .strictObject({
    id: z.uuid(),
    atSeconds: z.number(),
    text: z.string(),
    author: z.string(),
    own: z.boolean(),
    createdAt: z.iso.datetime({ offset: true }),
  })
  .meta({ id: 'TrainingNote' })
const NoteListSchema = z.strictObject({ items: z.array(NoteSchema) }).meta({ id: 'TrainingNoteList' })
const ReleaseSchema = z.strictObject({ releasedAt: z.iso.datetime({ offset: true }) })

const presentNote = (note: NoteRow, actor: Actor): z.input<typeof NoteSchema> => ({
  id: note.id,
  atSeconds: note.atMs / SECOND,
  text: note.body,
  author: note.author,
  own: note.author === actor.sub,
  createdAt: note.createdAt.toISOString(),
})

const addressOf = ({ id, n }: { id: string; n: number }): ItemAddress => ({ sampleId: id, n })

/** What coaches write about the calls of a sample. */
export const itemEndpoints = (useCases: ItemUseCases): Endpoint[] => [
  ...noteEndpoints(useCases),
  ...scoreEndpoints(useCases),
]

const noteEndpoints = ({ notes }: ItemUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: `${PATH}/notes`,
    operationId: 'listTrainingNotes',
    summary: 'List notes about a call; those of others once all coaches have scored it',
    tag: TAG,
    params: Item,
    query: z.strictObject({}),
    responses: {
      200: { description: 'In the order of the call', content: { 'application/json': NoteListSchema } },
    },
    problems: ['forbidden', 'not_found', 'unavailable'],
    async handle({ params, req, res }) {
      const actor = actorOf(req)
      const items = await notes.list(actor, addressOf(params))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ items: items.map((note) => presentNote(note, actor)) })
    },
  }),
  endpoint({
    method: 'post',
    path: `${PATH}/notes`,
    operationId: 'addTrainingNote',
    summary: 'Write a note about a moment of a call',
    tag: TAG,
    params: Item,
    body: z.strictObject({ atSeconds: z.number().min(0).max(MAX_CALL_SECONDS), text: Body }),
    responses: { 201: { description: 'The note', content: { 'application/json': NoteSchema } } },
    problems: ['invalid_request', 'forbidden', 'not_found', 'not_open', 'unavailable'],
    async handle({ params, body, req, res }) {
      const actor = actorOf(req)
      const note = await notes.add(actor, addressOf(params), body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(201).json(presentNote(note, actor))
    },
  }),
  endpoint({
    method: 'delete',
    path: `${PATH}/notes/{noteId}`,
    operationId: 'deleteTrainingNote',
    summary: 'Delete a note of one’s own that was not released',
    tag: TAG,
    params: OneNote,
    responses: { 204: { description: 'Deleted' } },
    problems: ['forbidden', 'not_found', 'not_open', 'unavailable'],
    async handle({ params, req, res }) {
      await notes.remove(actorOf(req), addressOf(params), params.noteId)
      res.status(204).end()
    },
  }),
]

const scoreEndpoints = ({ score, release, form }: ItemUseCases): Endpoint[] => [
  endpoint({
    method: 'put',
    path: `${PATH}/score`,
    operationId: 'scoreTrainingItem',
    summary: 'Score a call with the form of GET /v1/score-form',
    description:
      'May be given again until it is released; with several coaches until all have scored. GET …/calibration shows it.',
    tag: TAG,
    params: Item,
    body: z.strictObject({ answers: z.record(z.string().max(64), z.number()) }),
    responses: { 200: { description: 'The score', content: { 'application/json': ScoreSchema } } },
    problems: ['invalid_request', 'forbidden', 'not_found', 'not_open', 'unavailable'],
    async handle({ params, body, req, res }) {
      const actor = actorOf(req)
      const row = await score(actor, addressOf(params), body.answers)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentScore(row, actor, form))
    },
  }),
  endpoint({
    method: 'post',
    path: `${PATH}/release`,
    operationId: 'releaseTrainingItem',
    summary: 'Show notes and scores of a call to its agent, for good',
    tag: TAG,
    params: Item,
    responses: { 200: { description: 'Released', content: { 'application/json': ReleaseSchema } } },
    problems: ['forbidden', 'not_found', 'not_open', 'unavailable'],
    async handle({ params, req, res }) {
      const releasedAt = await release(actorOf(req), addressOf(params))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ releasedAt: releasedAt.toISOString() })
    },
  }),
]
