import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { Attention, makeListAttention } from './attention.ts'

export interface AttentionUseCases {
  readonly listAttention: ReturnType<typeof makeListAttention>
}

const concern = (description: string) =>
  z
    .strictObject({
      count: z.int(),
      items: z.array(z.strictObject({ id: z.uuid(), since: z.iso.date(), purpose: z.string().optional() })),
    })
    .meta({ description: `${description}; the first hundred, oldest first` })

export const AttentionSchema = z
  .strictObject({
    openTriggers: concern('Purposes whose event has stayed away for longer than their rule allows'),
    holdsPastReview: concern('Holds past their review; ids of holds'),
    locksPastReview: concern('Recordings locked by a request past its review'),
    restrictedOverdue: concern('Recordings that would be due for a day and are restricted'),
    overdue: concern('Recordings that should have left use, or been destroyed, more than a day ago'),
    damaged: concern('Recordings whose stored audio is lost or changed'),
  })
  .meta({ id: 'RetentionAttention' })

const present = (attention: Attention): z.input<typeof AttentionSchema> => {
  const of = ({ count, items }: Attention[keyof Attention]) => ({ count, items: [...items] })
  return {
    openTriggers: of(attention.open_triggers),
    holdsPastReview: of(attention.holds_past_review),
    locksPastReview: of(attention.locks_past_review),
    restrictedOverdue: of(attention.restricted_overdue),
    overdue: of(attention.overdue),
    damaged: of(attention.damaged),
  }
}

/** What a person has to look at. */
export const attentionEndpoints = ({ listAttention }: AttentionUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/retention/attention',
    operationId: 'listAttention',
    summary: 'List what nothing ends by itself and somebody has to look at',
    tag: 'Retention',
    query: z.strictObject({}),
    responses: { 200: { description: 'By concern', content: { 'application/json': AttentionSchema } } },
    problems: ['forbidden', 'unavailable'],
    async handle({ req, res }) {
      const attention = await listAttention(actorOf(req))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(present(attention))
    },
  }),
]
