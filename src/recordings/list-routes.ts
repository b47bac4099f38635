import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { startOfDay, startOfDayAfter } from '../kernel/calendar.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { declaredReason, FILE_MISSING, hasItsFile, Reason } from './declared-reason.ts'
import type { makeList } from './list.ts'
import { CaseSearch, type ListForCase } from './list-for-case.ts'
import { TAG } from './listen-schema.ts'
import { RecordingItemSchema, RecordingListSchema } from './present.ts'

type List = ReturnType<typeof makeList>

const When = z.union([z.iso.datetime({ offset: true }), z.iso.date()])
const ref = z.string().min(1).max(100)

/** Conditions that say nothing of anybody, and so may stand in an address. */
const conditions = {
  from: When.optional().meta({
    description: 'Calls that started at or after this instant, or on or after this day',
  }),
  to: When.optional().meta({
    description: 'Calls that started before this instant, or on or before this day',
  }),
  product: z.string().min(1).max(64).optional(),
  purpose: z.string().min(1).max(64).optional(),
  status: z.enum(['processing', 'available', 'unplayable', 'unlinked', 'quarantined']).optional(),
  dueBefore: When.optional().meta({
    description: 'Recordings that nothing keeps from this instant, or this day, on',
  }),
  cursor: z.string().min(1).max(500).optional().meta({ description: 'nextCursor of the page before' }),
}

const Only = z.literal('true').transform(() => true as const)

const ListQuery = z
  .strictObject({
    ...conditions,
    ...declaredReason,
    memberRef: ref.optional(),
    agentRef: ref.optional().meta({ description: 'Staff only' }),
    held: Only.optional().meta({ description: 'Only those under a hold' }),
    restricted: Only.optional().meta({ description: 'Only those that are stored and nothing else' }),
    parked: Only.optional().meta({ description: 'Only those whose audio could not be made ready' }),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  })
  .refine(hasItsFile, FILE_MISSING)

const SearchBody = z
  .strictObject({
    ...conditions,
    reason: Reason,
    caseRef: declaredReason.caseRef,
    recordingId: ref.optional(),
    callId: ref.optional(),
    memberRef: ref.optional(),
    agentRef: ref.optional(),
    policy: z.string().min(1).max(200).optional(),
    claim: z.string().min(1).max(200).optional(),
    complaint: z.string().min(1).max(200).optional(),
    limit: z.int().min(1).max(100).default(50),
  })
  .refine(hasItsFile, FILE_MISSING)
  .meta({ id: 'RecordingSearch', description: 'Recordings for which every named condition is true' })

const CaseListSchema = z.strictObject({ items: z.array(RecordingItemSchema) }).meta({ id: 'CaseRecordings' })

/** `from` and `dueBefore` as a day mean its beginning; `to` as a day includes it. */
const beginning = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : isDay(text) ? startOfDay(text) : new Date(text)
const ending = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : isDay(text) ? startOfDayAfter(text) : new Date(text)
const isDay = (text: string): boolean => text.length === 'YYYY-MM-DD'.length

interface Dates {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly dueBefore?: string | undefined
}

const datesOf = ({ from, to, dueBefore }: Dates) => ({
  from: beginning(from),
  to: ending(to),
  dueBefore: beginning(dueBefore),
})

/** Lists of recordings. */
export const listEndpoints = (list: List, listForCase: ListForCase): Endpoint[] => [
  listEndpoint(list),
  searchEndpoint(list),
  caseEndpoint(listForCase),
]

const listEndpoint = (list: List): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/recordings',
    operationId: 'listRecordings',
    summary: 'List recordings, newest first',
    description:
      'Members get their own, whatever the filter; staff those of their entities; agents their own calls.',
    tag: TAG,
    query: ListQuery,
    responses: { 200: { description: 'One page', content: { 'application/json': RecordingListSchema } } },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ query, req, res }) {
      const actor = actorOf(req)
      if (query.agentRef !== undefined && actor.roles.every((role) => role === 'member')) {
        throw new Problem('invalid_request', {
          errors: [{ field: 'agentRef', message: 'is for staff only' }],
        })
      }
      const { reason, caseRef, ...filter } = query
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(await list(actor, { ...filter, ...datesOf(query) }, { reason, caseRef }))
    },
  })

const searchEndpoint = (list: List): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/recording-searches',
    operationId: 'searchRecordings',
    summary: 'Look for recordings by reference, with a declared reason',
    description: `The same list, asked for in a body: references to people belong in no address, and so in no history
and no log. The reason and the file are on record before anything is shown.`,
    tag: TAG,
    body: SearchBody,
    responses: { 200: { description: 'One page', content: { 'application/json': RecordingListSchema } } },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ body, req, res }) {
      const { reason, caseRef, recordingId, ...filter } = body
      const id = recordingId === undefined ? {} : { recordingId: idToLookUp(recordingId.trim()) }
      res.setHeader('Cache-Control', 'private, no-store')
      const page = await list(
        actorOf(req),
        { ...filter, ...id, ...datesOf(body) },
        { type: 'recording.searched', reason, caseRef },
      )
      res.json(page)
    },
  })

const caseEndpoint = (listForCase: ListForCase): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/case-searches',
    operationId: 'searchForCase',
    summary: 'Find the recordings of a policy, claim or complaint, for a purpose and a case',
    description: `For staff who listen for cases. It tells which calls there are and which purposes they have, not what
was said; to hear one, start a playback with the same purpose and case.`,
    tag: TAG,
    body: CaseSearch,
    responses: {
      200: {
        description: 'Newest first, at most 100',
        content: { 'application/json': CaseListSchema },
      },
    },
    problems: ['invalid_request', 'forbidden', 'purpose_required', 'unavailable'],
    async handle({ body, req, res }) {
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(await listForCase(actorOf(req), body))
    },
  })
