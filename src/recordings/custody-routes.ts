import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { FindCustody } from './custody.ts'
import { HOLD_TYPES } from './hold.ts'
import { SilenceSchema } from './schema.ts'

const Instant = z.iso.datetime()

export const CustodySchema = z
  .strictObject({
    holds: z
      .array(
        z.strictObject({
          id: z.uuid(),
          type: z.enum(HOLD_TYPES),
          matterRef: z.string(),
          placedBy: z.string(),
          placedAt: Instant,
          reviewBy: z.iso.date(),
          confirmedAt: Instant.nullable().meta({ description: 'When the store confirmed it' }),
          endedAt: Instant.nullable(),
        }),
      )
      .meta({ description: 'Those in force first' }),
    restriction: z
      .strictObject({
        ground: z.string(),
        placedBy: z.string(),
        placedAt: Instant,
        liftNoticeAt: Instant.nullable().meta({ description: 'When the member was told of its end' }),
      })
      .nullable(),
    requestLocks: z.array(
      z.strictObject({ requestRef: z.string(), placedAt: Instant, reviewBy: z.iso.date() }),
    ),
    silence: z.array(SilenceSchema).meta({ description: 'Parts of which only silence is stored' }),
    damage: z.array(
      z.strictObject({ rendition: z.string(), kind: z.enum(['missing', 'changed']), foundAt: Instant }),
    ),
    checkedAt: Instant.nullable().meta({
      description: 'When the stored original last proved to be what was stored; null: not since then',
    }),
    corrections: z
      .array(z.strictObject({ field: z.string(), correctedAt: Instant }))
      .meta({ description: 'Which fields were set right; not what they said before' }),
    storeInStep: z.boolean().meta({ description: 'Whether the store has confirmed tags and holds' }),
  })
  .meta({ id: 'Custody' })

/** What stands in the way of the end of a recording, or of its use, and how its stored audio is. */
export const custodyEndpoints = (findCustody: FindCustody): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/recordings/{id}/custody',
    operationId: 'getCustody',
    summary: 'Show the holds, restriction, request locks, silences, corrections and damage of a recording',
    tag: 'Recordings',
    params: z.strictObject({ id: z.string().meta({ description: 'UUID', format: 'uuid' }) }),
    query: z.strictObject({}),
    responses: { 200: { description: 'As it is now', content: { 'application/json': CustodySchema } } },
    problems: ['forbidden', 'not_found', 'unavailable'],
    async handle({ params, req, res }) {
      const custody = await findCustody(actorOf(req), params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(custody)
    },
  }),
]
