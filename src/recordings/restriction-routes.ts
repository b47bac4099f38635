import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { RequestLocks } from './request-lock.ts'
import type { RequestLock } from './request-lock-queries.ts'
import { RESTRICTION_GROUNDS, type Restrict } from './restrict.ts'
import type { RestrictionRow } from './restrict-queries.ts'

const TAG = 'Holds'
const ById = z.strictObject({ id: z.string().meta({ description: 'UUID', format: 'uuid' }) })
const REQUEST_REF = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'takes letters, digits, dot, dash and underscore')
  .meta({ description: 'Number of the request; no personal data' })

const RestrictionSchema = z
  .strictObject({
    recordingId: z.uuid(),
    ground: z.string(),
    placedBy: z.string(),
    placedAt: z.iso.datetime(),
    liftNoticeAt: z.iso.datetime().nullable().meta({ description: 'When the member was told of its end' }),
  })
  .meta({ id: 'Restriction' })

const RequestLockSchema = z
  .strictObject({
    recordingId: z.uuid(),
    requestRef: z.string(),
    placedBy: z.string(),
    placedAt: z.iso.datetime(),
    reviewBy: z.iso
      .date()
      .meta({ description: 'A lock that is left after this day alarms; it does not end' }),
  })
  .meta({ id: 'RequestLock' })

const presentRestriction = (row: RestrictionRow): z.input<typeof RestrictionSchema> => ({
  ...row,
  placedAt: row.placedAt.toISOString(),
  liftNoticeAt: row.liftNoticeAt?.toISOString() ?? null,
})

const presentLock = (lock: RequestLock): z.input<typeof RequestLockSchema> => ({
  ...lock,
  placedAt: lock.placedAt.toISOString(),
})

/** What keeps a recording from use or destruction for the sake of its member. */
export const restrictionEndpoints = (restrict: Restrict, locks: RequestLocks): Endpoint[] => [
  restrictEndpoint(restrict),
  noticeEndpoint(restrict),
  liftEndpoint(restrict),
  lockEndpoint(locks),
  unlockEndpoint(locks),
]

const KEPT = ['forbidden', 'not_found', 'deletion_in_progress', 'destroyed'] as const
const restriction = { 'application/json': RestrictionSchema }

const restrictEndpoint = ({ restrict }: Restrict): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/recordings/{id}/restriction',
    operationId: 'restrictRecording',
    summary: 'Restrict a recording to being stored (Art. 18 GDPR)',
    description: `In force at once, also for streams that run: no member of staff hears it, and nothing destroys
it. Its member keeps access. A new ground replaces the one before and needs a notice of its own.`,
    tag: TAG,
    params: ById,
    body: z.strictObject({ ground: z.enum(RESTRICTION_GROUNDS) }),
    responses: {
      201: { description: 'Restricted', content: restriction },
      200: { description: 'Was restricted before; the ground is now this one', content: restriction },
    },
    problems: ['invalid_request', ...KEPT],
    async handle({ params, body, req, res }) {
      const put = await restrict(actorOf(req), params.id, body.ground)
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(put.isNew ? 201 : 200).json(presentRestriction(put.restriction))
    },
  })

const noticeEndpoint = ({ giveLiftNotice }: Restrict): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/recordings/{id}/restriction/lift-notice',
    operationId: 'giveLiftNotice',
    summary: 'Note that the member has been told that the restriction will end (Art. 18(3) GDPR)',
    tag: TAG,
    params: ById,
    responses: { 200: { description: 'Noted', content: restriction } },
    problems: [...KEPT],
    async handle({ params, req, res }) {
      const row = await giveLiftNotice(actorOf(req), params.id)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(presentRestriction(row))
    },
  })

const liftEndpoint = ({ liftRestriction }: Restrict): Endpoint =>
  endpoint({
    method: 'delete',
    path: '/v1/recordings/{id}/restriction',
    operationId: 'liftRestriction',
    summary: 'End the restriction of a recording, after the notice to its member',
    tag: TAG,
    params: ById,
    responses: { 204: { description: 'Ended' } },
    problems: ['notice_required', 'step_up_required', ...KEPT],
    async handle({ params, req, res }) {
      await liftRestriction(actorOf(req), params.id)
      res.status(204).end()
    },
  })

const lockEndpoint = ({ lock }: RequestLocks): Endpoint =>
  endpoint({
    method: 'post',
    path: '/v1/recordings/{id}/request-locks',
    operationId: 'lockForRequest',
    summary: 'Keep a recording from destruction while a request of its member is open',
    tag: TAG,
    params: ById,
    body: z.strictObject({
      requestRef: REQUEST_REF,
      receivedAt: z.iso.datetime({ offset: true }).meta({ description: 'When the request came in' }),
    }),
    responses: {
      201: { description: 'Locked', content: { 'application/json': RequestLockSchema } },
      200: { description: 'Was locked for it before', content: { 'application/json': RequestLockSchema } },
    },
    problems: ['invalid_request', ...KEPT],
    async handle({ params, body: { requestRef, receivedAt }, req, res }) {
      const wanted = { requestRef, receivedAt: new Date(receivedAt) }
      const placed = await lock(actorOf(req), params.id, wanted)
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(placed.isNew ? 201 : 200).json(presentLock(placed.lock))
    },
  })

const unlockEndpoint = ({ unlock }: RequestLocks): Endpoint =>
  endpoint({
    method: 'delete',
    path: '/v1/recordings/{id}/request-locks/{requestRef}',
    operationId: 'unlockForRequest',
    summary: 'End the lock of a fulfilled or refused request',
    tag: TAG,
    params: z.strictObject({ id: ById.shape.id, requestRef: REQUEST_REF }),
    responses: { 204: { description: 'Ended' } },
    problems: [...KEPT],
    async handle({ params, req, res }) {
      await unlock(actorOf(req), params.id, params.requestRef)
      res.status(204).end()
    },
  })
