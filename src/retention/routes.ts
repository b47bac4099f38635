import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { startOfDay } from '../kernel/calendar.ts'
import type { makeFind } from '../recordings/find.ts'
import type { Explained, Explanation } from './explain.ts'
import type { makeFindSweep, makeListSweeps } from './find-sweep.ts'
import type { makeListDue } from './list-due.ts'
import {
  DueListSchema,
  ExplanationSchema,
  presentDue,
  presentRun,
  presentRuns,
  SweepListSchema,
  SweepRunSchema,
} from './present.ts'
import type { RunSweep } from './run-sweep.ts'

export interface RetentionUseCases {
  readonly listDue: ReturnType<typeof makeListDue>
  readonly runSweep: RunSweep
  readonly findSweep: ReturnType<typeof makeFindSweep>
  readonly listSweeps: ReturnType<typeof makeListSweeps>
  /** Finds a recording as the actor may see it, audited. */
  readonly find: ReturnType<typeof makeFind>
  readonly explain: (recording: Explained) => Promise<Explanation>
}

const TAG = 'Retention'
const When = z.union([z.iso.datetime({ offset: true }), z.iso.date()])
const instantOf = (text: string): Date => (text.includes('T') ? new Date(text) : startOfDay(text))

/** Any text: a malformed id must take the same way to 404 as an unknown one. */
const ById = z.strictObject({ id: z.string().meta({ description: 'UUID', format: 'uuid' }) })

/** What is due, sweeps, and why a recording is kept. */
export const retentionEndpoints = (useCases: RetentionUseCases): Endpoint[] => [
  dueEndpoint(useCases),
  ...sweepEndpoints(useCases),
  explanationEndpoint(useCases),
]

const dueEndpoint = ({ listDue }: RetentionUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/retention/due',
    operationId: 'listDue',
    summary: 'List recordings that become due before a moment, oldest first',
    description: 'Held and restricted recordings are not in it: they do not become due.',
    tag: TAG,
    query: z.strictObject({
      before: When.meta({ description: 'An instant, or the beginning of a day in Amsterdam; exclusive' }),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      cursor: z.string().min(1).max(200).optional().meta({ description: 'nextCursor of the page before' }),
    }),
    responses: { 200: { description: 'One page', content: { 'application/json': DueListSchema } } },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ query: { before, ...page }, req, res }) {
      const found = await listDue(actorOf(req), { ...page, before: instantOf(before) })
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentDue(found))
    },
  })

const sweepEndpoints = (useCases: RetentionUseCases): Endpoint[] => [
  runEndpoint(useCases),
  ...lookEndpoints(useCases),
]

const runEndpoint = ({ runSweep }: RetentionUseCases): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/retention/sweeps',
    operationId: 'runSweep',
    summary: 'Take out of use and destroy what is over, or list what that would be',
    description:
      'A dry run lists exactly what the run would do, and may look at another moment. A run that takes ' +
      'longer than ten seconds goes on behind the answer.',
    tag: TAG,
    body: z.strictObject({
      dryRun: z.boolean(),
      at: z.iso.datetime({ offset: true }).optional().meta({ description: 'Dry runs only; default now' }),
    }),
    responses: {
      201: { description: 'The report', content: { 'application/json': SweepRunSchema } },
      202: {
        description: 'Under way; its progress and its report are at Location',
        content: { 'application/json': SweepRunSchema },
      },
    },
    problems: [
      'invalid_request',
      'forbidden',
      'step_up_required',
      'clock_disagreement',
      'restore_unconfirmed',
      'unavailable',
    ],
    async handle({ body: { dryRun, at }, req, res }) {
      const run = await runSweep(actorOf(req), { dryRun, ...(at === undefined ? {} : { at: new Date(at) }) })
      res.setHeader('Cache-Control', 'private, no-store')
      res
        .status(run.state === 'running' ? 202 : 201)
        .location(`/v1/retention/sweeps/${run.id}`)
        .json(presentRun(run))
    },
  })

const lookEndpoints = ({ findSweep, listSweeps }: RetentionUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/retention/sweeps',
    operationId: 'listSweeps',
    summary: 'List the last sweeps, newest first; those of the service itself if they did something',
    tag: TAG,
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(20) }),
    responses: { 200: { description: 'The list', content: { 'application/json': SweepListSchema } } },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ query: { limit }, req, res }) {
      const runs = await listSweeps(actorOf(req), limit)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentRuns(runs))
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/retention/sweeps/{id}',
    operationId: 'getSweep',
    summary: 'Show the progress of a sweep, or its report',
    tag: TAG,
    params: ById,
    query: z.strictObject({}),
    responses: { 200: { description: 'The report', content: { 'application/json': SweepRunSchema } } },
    problems: ['not_found', 'forbidden', 'unavailable'],
    async handle({ params, req, res }) {
      const run = await findSweep(actorOf(req), params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentRun(run))
    },
  }),
]

const explanationEndpoint = ({ find, explain }: RetentionUseCases): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/recordings/{id}/retention',
    operationId: 'explainRetention',
    summary: 'Explain step by step why a recording is kept, until when, and what would change that',
    tag: TAG,
    params: ById,
    query: z.strictObject({}),
    responses: { 200: { description: 'The derivation', content: { 'application/json': ExplanationSchema } } },
    problems: ['not_found', 'forbidden', 'unavailable'],
    async handle({ params, req, res }) {
      const recording = await find(actorOf(req), params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(await explain(recording))
    },
  })
