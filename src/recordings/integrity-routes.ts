import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { IntegrityPage, makeListDamage } from './integrity-list.ts'

export interface IntegrityUseCases {
  readonly listDamage: ReturnType<typeof makeListDamage>
}

const AffectedSchema = z
  .strictObject({
    recordingId: z.uuid(),
    memberRef: z.string().nullable().meta({ description: 'Whose call it is; null when nobody knows' }),
    rendition: z.literal('original'),
    kind: z.enum(['missing', 'changed']).meta({ description: 'The stored bytes are gone, or are others' }),
    foundAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable().meta({ description: 'When the call was' }),
  })
  .meta({ id: 'DamagedRecording' })

export const IntegritySchema = z
  .strictObject({
    items: z.array(AffectedSchema),
    checked: z.strictObject({
      renditions: z.int().meta({ description: 'Stored files of the entities of the caller' }),
      unchecked: z.int().meta({ description: 'Of them, those not yet read again since they were stored' }),
      oldest: z.iso
        .datetime()
        .nullable()
        .meta({ description: 'Everything that was checked was so at or after this; null: nothing was' }),
    }),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'Integrity' })

function present({ items, checked, nextCursor }: IntegrityPage): z.input<typeof IntegritySchema> {
  return {
    items: items.map(({ recordingId, memberRef, kind, foundAt, startedAt }) => ({
      recordingId,
      memberRef,
      // What is made of an original can be made again: its damage is no loss, and is not listed.
      rendition: 'original',
      kind,
      foundAt: foundAt.toISOString(),
      startedAt: startedAt?.toISOString() ?? null,
    })),
    checked: { ...checked, oldest: checked.oldest?.toISOString() ?? null },
    nextCursor,
  }
}

/** What is lost or changed in the store, and whom it affects. */
export const integrityEndpoints = ({ listDamage }: IntegrityUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/integrity',
    operationId: 'listDamage',
    summary: 'List recordings whose stored audio is lost or changed, with the members they affect',
    description:
      'For the report of a loss. A recording leaves the list when its stored audio is right again, or destroyed.',
    tag: 'Integrity',
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      cursor: z.string().min(1).max(200).optional().meta({ description: 'nextCursor of the page before' }),
    }),
    responses: { 200: { description: 'One page', content: { 'application/json': IntegritySchema } } },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ query, req, res }) {
      const page = await listDamage(actorOf(req), query)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(present(page))
    },
  }),
]
