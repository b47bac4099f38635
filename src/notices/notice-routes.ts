import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { makeListNotices, makeReadNotices } from './inbox.ts'
import type { makeFindMailWish, makeSetMailWish } from './mail-wish.ts'
import {
  MailWishSchema,
  NoticePageSchema,
  presentNotice,
  presentUndelivered,
  UndeliveredSchema,
} from './notice-schema.ts'
import type { makeListUndelivered, makeResendMail } from './undelivered.ts'

export interface NoticeUseCases {
  readonly listNotices: ReturnType<typeof makeListNotices>
  readonly readNotices: ReturnType<typeof makeReadNotices>
  readonly findMailWish: ReturnType<typeof makeFindMailWish>
  readonly setMailWish: ReturnType<typeof makeSetMailWish>
  readonly listUndelivered: ReturnType<typeof makeListUndelivered>
  readonly resendMail: ReturnType<typeof makeResendMail>
}

const TAG = 'Notices'
const ById = z.strictObject({ id: z.string().meta({ description: 'UUID', format: 'uuid' }) })
const wish = (description: string) => ({ description, content: { 'application/json': MailWishSchema } })

/** Messages to the caller, whether mail points to them, and mail that did not get out. */
export const noticeEndpoints = (useCases: NoticeUseCases): Endpoint[] => [
  ...inboxEndpoints(useCases),
  ...wishEndpoints(useCases),
  ...undeliveredEndpoints(useCases),
]

const inboxEndpoints = ({ listNotices, readNotices }: NoticeUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/notices',
    operationId: 'listNotices',
    summary: 'List messages to the caller, newest first',
    description: 'Members get their own; staff get those to their roles in their entities.',
    tag: TAG,
    query: z.strictObject({
      unread: z.enum(['true', 'false']).optional().meta({ description: 'true: only what was not read' }),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.string().min(1).max(200).optional().meta({ description: 'nextCursor of the page before' }),
    }),
    responses: { 200: { description: 'One page', content: { 'application/json': NoticePageSchema } } },
    problems: ['invalid_request', 'unavailable'],
    async handle({ query: { unread, ...request }, req, res }) {
      const page = await listNotices(actorOf(req), { ...request, unread: unread === 'true' })
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ ...page, notices: undefined, items: page.notices.map(presentNotice) })
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/notices/{id}/read',
    operationId: 'readNotice',
    summary: 'Mark a message as read',
    tag: TAG,
    params: ById,
    responses: { 204: { description: 'Read' } },
    problems: ['not_found', 'unavailable'],
    async handle({ params, req, res }) {
      await readNotices(actorOf(req), params.id)
      res.status(204).end()
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/notices/read',
    operationId: 'readAllNotices',
    summary: 'Mark all messages as read',
    tag: TAG,
    responses: { 204: { description: 'Read' } },
    problems: ['unavailable'],
    async handle({ req, res }) {
      await readNotices(actorOf(req), 'all')
      res.status(204).end()
    },
  }),
]

const wishEndpoints = ({ findMailWish, setMailWish }: NoticeUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/notice-preferences',
    operationId: 'getMailWish',
    summary: 'Show whether the member gets mail about messages',
    tag: TAG,
    responses: { 200: wish('The choice') },
    problems: ['forbidden', 'unavailable'],
    async handle({ req, res }) {
      const found = await findMailWish(actorOf(req))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(found)
    },
  }),
  endpoint({
    method: 'put',
    path: '/v1/notice-preferences',
    operationId: 'setMailWish',
    summary: 'Turn mail about messages on or off',
    description:
      'The mail says that there is a message, and nothing of it. Its address is the one the identity provider vouches ' +
      'for at the next login; it is kept only while this is on.',
    tag: TAG,
    body: z.strictObject({ mail: z.boolean() }),
    responses: { 200: wish('The choice as it is now') },
    problems: ['invalid_request', 'forbidden', 'unavailable'],
    async handle({ body, req, res }) {
      const chosen = await setMailWish(actorOf(req), body.mail)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(chosen)
    },
  }),
]

const undeliveredEndpoints = ({ listUndelivered, resendMail }: NoticeUseCases): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/v1/notices/undelivered',
    operationId: 'listUndeliveredMail',
    summary: 'List mail that was given up, oldest first',
    tag: TAG,
    responses: { 200: { description: 'The mail', content: { 'application/json': UndeliveredSchema } } },
    problems: ['forbidden', 'unavailable'],
    async handle({ req, res }) {
      const { items, ...counts } = await listUndelivered(actorOf(req))
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ ...counts, items: items.map(presentUndelivered) })
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/notices/undelivered/{id}/retry',
    operationId: 'resendMail',
    summary: 'Try mail that was given up once more',
    tag: TAG,
    params: ById,
    responses: { 202: { description: 'It is being tried again' } },
    problems: ['forbidden', 'not_found', 'unavailable'],
    async handle({ params, req, res }) {
      await resendMail(actorOf(req), params.id)
      res.status(202).end()
    },
  }),
]
