import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { LEAST_MEMBERS, type makeListCounts } from './anonymous-list.ts'

const CountsSchema = z
  .strictObject({
    leastMembers: z.literal(LEAST_MEMBERS),
    items: z.array(
      z.strictObject({
        month: z.string().meta({ description: 'YYYY-MM' }),
        entity: z.string(),
        product: z.string(),
        purposes: z.array(z.string()),
        duration: z.string(),
        calls: z.int(),
        members: z.int(),
      }),
    ),
  })
  .meta({ id: 'AnonymousCounts' })

/** What remains of calls whose rule says to anonymise them. */
export const anonymousEndpoints = ({
  listCounts,
}: {
  readonly listCounts: ReturnType<typeof makeListCounts>
}): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/retention/counts',
    operationId: 'listAnonymousCounts',
    summary: 'Count calls that were anonymised',
    description: `Only cells with at least ${LEAST_MEMBERS} members. Nothing leads from a count to a call.`,
    tag: 'Retention',
    query: z.strictObject({}),
    responses: { 200: { description: 'The counts', content: { 'application/json': CountsSchema } } },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ req, res }) {
      const items = await listCounts(actorOf(req))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ leastMembers: LEAST_MEMBERS, items })
    },
  }),
]
