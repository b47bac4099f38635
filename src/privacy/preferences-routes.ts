import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { type makeFindPreferences, type makeSetPreferences, PreferencesSchema } from './preferences.ts'

export interface PreferencesUseCases {
  readonly findPreferences: ReturnType<typeof makeFindPreferences>
  readonly setPreferences: ReturnType<typeof makeSetPreferences>
}

const TAG = 'Privacy'
const answer = (description: string) => ({ description, content: { 'application/json': PreferencesSchema } })

/** /v1/preferences: what a member chooses for all their calls. */
export const preferencesEndpoints = (useCases: PreferencesUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/preferences',
    operationId: 'getPreferences',
    summary: 'Show what the member chose for their calls',
    tag: TAG,
    query: z.strictObject({}),
    responses: { 200: answer('The choices') },
    problems: ['forbidden', 'unavailable'],
    async handle({ req, res }) {
      const preferences = await useCases.findPreferences(actorOf(req))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(preferences)
    },
  }),
  endpoint({
    method: 'put',
    path: '/v1/preferences',
    operationId: 'setPreferences',
    summary: 'Choose whether own calls are used for training and counted in statistics; in force at once',
    description:
      'Without training, it ends for all own calls and does not come back for them; calls that nothing else keeps ' +
      'are due at once. With training again, calls still to come may be used.',
    tag: TAG,
    body: z.strictObject({ training: z.boolean(), statistics: z.boolean() }),
    responses: { 200: answer('The choices as they are now') },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ body, req, res }) {
      const preferences = await useCases.setPreferences(actorOf(req), body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(preferences)
    },
  }),
]
