import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { Counts, ReadOverview } from './overview.ts'

const count = (description: string) => z.int().min(0).meta({ description })

const CountsSchema = z
  .strictObject({
    stored: count('Recordings of which there are bytes'),
    due: count('That nothing keeps any more and the next sweep takes out of use'),
    dueInWeek: count('That nothing keeps in seven days, those due now included'),
    dueInMonth: count('That nothing keeps in thirty days, likewise'),
    held: count('Recordings under a hold'),
    restricted: count('Stored only (Art. 18 GDPR)'),
    quarantined: count('Out of use, waiting for their destruction'),
    unlinked: count('Of no known member'),
    unplayable: count('That nobody can hear'),
    parked: count('Of which making something from the audio has failed'),
    openHolds: count('Holds that are not released'),
    openTriggers: count('Purposes whose event has stayed away for longer than their rule allows'),
    holdsPastReview: count('Holds past their review'),
    locksPastReview: count('Recordings locked by a request past its review'),
    restrictedOverdue: count('Recordings that would be due for a day and are restricted'),
    overdue: count('Recordings that should have left use, or been destroyed, more than a day ago'),
    damaged: count('Recordings whose stored audio is lost or changed'),
  })
  .meta({ id: 'OverviewCounts' })

export const OverviewSchema = z
  .strictObject({
    at: z.iso.datetime(),
    total: CountsSchema,
    entities: z.array(z.strictObject({ entity: z.string(), counts: CountsSchema })),
  })
  .meta({ id: 'Overview' })

export const TrendsSchema = z
  .strictObject({
    coming: z
      .array(z.strictObject({ day: z.iso.date(), due: z.int() }))
      .meta({ description: 'What becomes due on each of the next ninety days, today first' }),
    past: z
      .array(
        z.strictObject({
          day: z.iso.date(),
          received: z.int(),
          destroyed: z.int(),
          stored: z.int().meta({ description: 'At the end of the day; today so far' }),
        }),
      )
      .meta({ description: 'Every day of the last year, as far as there were recordings; today last' }),
  })
  .meta({ id: 'OverviewTrends' })

const present = (counts: Counts): z.input<typeof CountsSchema> => ({
  stored: counts.stored,
  due: counts.due,
  dueInWeek: counts.due_in_week,
  dueInMonth: counts.due_in_month,
  held: counts.held,
  restricted: counts.restricted,
  quarantined: counts.quarantined,
  unlinked: counts.unlinked,
  unplayable: counts.unplayable,
  parked: counts.parked,
  openHolds: counts.open_holds,
  openTriggers: counts.open_triggers,
  holdsPastReview: counts.holds_past_review,
  locksPastReview: counts.locks_past_review,
  restrictedOverdue: counts.restricted_overdue,
  overdue: counts.overdue,
  damaged: counts.damaged,
})

/** What an officer sees first: numbers that name nobody. */
export const overviewEndpoints = ({ readOverview, readTrends }: ReadOverview): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/overview',
    operationId: 'getOverview',
    summary: 'Count what is stored, due, kept back, set aside, and what needs somebody',
    description: 'For the entities of the caller, each and together.',
    tag: 'Retention',
    query: z.strictObject({}),
    responses: { 200: { description: 'The counts', content: { 'application/json': OverviewSchema } } },
    problems: ['forbidden', 'unavailable'],
    async handle({ req, res }) {
      const { at, total, entities } = await readOverview(actorOf(req))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({
        at: at.toISOString(),
        total: present(total),
        entities: entities.map(({ entity, counts }) => ({ entity, counts: present(counts) })),
      })
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/overview/trends',
    operationId: 'getOverviewTrends',
    summary: 'Show by day what becomes due, what came and went, and how much is stored',
    tag: 'Retention',
    query: z.strictObject({}),
    responses: { 200: { description: 'The days', content: { 'application/json': TrendsSchema } } },
    problems: ['forbidden', 'unavailable'],
    async handle({ req, res }) {
      const trends = await readTrends(actorOf(req))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(trends)
    },
  }),
]
