import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { Operations, ReadOperations } from './operations.ts'

const Instant = z.iso.datetime().nullable()
const Count = z.int().min(0)

export const OperationsSchema = z
  .strictObject({
    at: z.iso.datetime(),
    version: z.string(),
    ready: z.boolean().meta({ description: 'Whether this instance takes requests' }),
    parts: z.array(z.strictObject({ part: z.string(), ok: z.boolean(), detail: z.string().optional() })),
    audio: z.strictObject({
      engine: z.string().meta({ description: 'What makes audio and what keeps it in; or why nothing does' }),
      waiting: Count,
      parked: Count.meta({ description: 'Failed, and not tried again by itself' }),
      oldest: Instant.meta({ description: 'Since when the first of what could be done waits' }),
    }),
    store: z.strictObject({
      kind: z.enum(['s3', 'files']),
      behind: Count.meta({ description: 'Recordings whose tags and holds the store has still to confirm' }),
      behindSince: Instant,
      findings: z
        .array(
          z.strictObject({ check: z.string(), state: z.enum(['ok', 'warn', 'fail']), detail: z.string() }),
        )
        .meta({ description: 'What the bucket was found to do at the start; none for files' }),
      lifecycle: z
        .strictObject({ keptAt: z.iso.datetime(), outcome: z.string() })
        .nullable()
        .meta({ description: 'When the bucket’s own rules were last in step' }),
    }),
    sweep: z.strictObject({
      dueSince: Instant.meta({
        description: 'Since when something is due that no sweep has taken; null: nothing',
      }),
      lastRun: z
        .strictObject({
          id: z.uuid(),
          startedAt: z.iso.datetime(),
          finishedAt: Instant,
          state: z.enum(['running', 'finished', 'failed']),
          failure: z.string().nullable(),
        })
        .nullable()
        .meta({ description: 'The last one that was no dry run and did something' }),
    }),
    jobs: z.array(
      z.strictObject({
        name: z.string(),
        waiting: Count,
        running: Count,
        lastDoneAt: Instant.meta({ description: 'Within the last hour' }),
        lastFailedAt: Instant,
      }),
    ),
  })
  .meta({ id: 'Operations' })

const instant = (value: Date | null): string | null => value?.toISOString() ?? null

const present = (found: Operations): z.input<typeof OperationsSchema> => ({
  at: found.at.toISOString(),
  version: found.version,
  ready: found.ready,
  parts: [...found.parts],
  audio: {
    engine: found.engine,
    waiting: found.audio.waiting,
    parked: found.audio.parked,
    oldest: instant(found.audio.oldest),
  },
  store: {
    kind: found.storeKind,
    behind: found.storeBehind.count,
    behindSince: instant(found.storeBehind.since),
    findings: [...found.findings],
    lifecycle: found.lifecycle && {
      keptAt: found.lifecycle.at.toISOString(),
      outcome: found.lifecycle.outcome,
    },
  },
  sweep: { dueSince: instant(found.dueSince), lastRun: found.lastRun && presentRun(found.lastRun) },
  jobs: found.jobs.map(({ lastDoneAt, lastFailedAt, ...job }) => ({
    ...job,
    lastDoneAt: instant(lastDoneAt),
    lastFailedAt: instant(lastFailedAt),
  })),
})

const presentRun = ({ id, startedAt, finishedAt, state, failure }: NonNullable<Operations['lastRun']>) => ({
  ...{ id, state, failure, startedAt: startedAt.toISOString(), finishedAt: instant(finishedAt) },
})

/** How the service works, for whoever keeps it running. */
export const operationsEndpoints = (readOperations: ReadOperations): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/operations',
    operationId: 'getOperations',
    summary: 'Show how the service works: parts, queues, store, sweep and background work',
    description: 'Of the instance that answers, and of what all of them share. Says nothing of anybody.',
    tag: 'Operations',
    query: z.strictObject({}),
    responses: { 200: { description: 'As it is now', content: { 'application/json': OperationsSchema } } },
    problems: ['forbidden', 'unavailable'],
    async handle({ req, res }) {
      const found = await readOperations(actorOf(req))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(present(found))
    },
  }),
]
