import { z } from 'zod'
import type { NoticeRow } from './inbox-queries.ts'
import type { UndeliveredMail } from './mail-queries.ts'
import { wordsOf } from './notice-kinds.ts'

const Instant = z.iso.datetime({ offset: true })
const Words = z.strictObject({ title: z.string(), text: z.string() })

export const NoticeSchema = z
  .strictObject({
    id: z.uuid(),
    kind: z.string().meta({ description: 'What the message tells; a closed list that grows' }),
    about: z
      .strictObject({ type: z.string(), id: z.string().nullable() })
      .meta({ description: 'What the message is about; `none` and null: nothing that can be opened' }),
    at: Instant,
    readAt: Instant.nullable(),
    nl: Words,
    en: Words,
  })
  .meta({ id: 'Notice' })

export const NoticePageSchema = z
  .strictObject({
    items: z.array(NoticeSchema),
    unread: z.int().meta({ description: 'Of all messages to the caller, not of this page' }),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'NoticePage' })

export const MailWishSchema = z
  .strictObject({
    mail: z.boolean().meta({ description: 'Mail is sent when there is a message; it says nothing of it' }),
    addressKnown: z.boolean().meta({
      description: 'false: the address comes with the next login, if the identity provider vouches for one',
    }),
  })
  .meta({ id: 'MailWish' })

export const UndeliveredSchema = z
  .strictObject({
    count: z.int(),
    waiting: z.int().meta({ description: 'Mail that is still being tried' }),
    items: z.array(
      z.strictObject({
        noticeId: z.uuid(),
        kind: z.string(),
        to: z.string().meta({ description: '`member`, or a role; never who' }),
        attempts: z.int(),
        failure: z.string().nullable().meta({ description: 'Code of the last failure' }),
        at: Instant,
      }),
    ),
  })
  .meta({ id: 'UndeliveredMail' })

export const presentNotice = (row: NoticeRow): z.input<typeof NoticeSchema> => ({
  id: row.id,
  kind: row.kind,
  about: { type: row.aboutType, id: row.aboutId },
  at: row.createdAt.toISOString(),
  readAt: row.readAt?.toISOString() ?? null,
  ...wordsOf(row.kind, row.facts),
})

export const presentUndelivered = (row: UndeliveredMail) => ({
  noticeId: row.noticeId,
  kind: row.kind,
  to: row.role ?? 'member',
  attempts: row.attempts,
  failure: row.failure,
  at: row.createdAt.toISOString(),
})
