import { randomUUID } from 'node:crypto'
import { type Database, openDatabase } from '../../../src/db/database.ts'
import { HOUR } from '../../../src/kernel/units.ts'
import { makeListNotices, makeReadNotices } from '../../../src/notices/inbox.ts'
import { makeFindMailWish, makeRememberAddress, makeSetMailWish } from '../../../src/notices/mail-wish.ts'
import { noticeEndpoints } from '../../../src/notices/notice-routes.ts'
import { makeRemoveOldNotices } from '../../../src/notices/old-notices.ts'
import { type NoticeWanted, queueNotice } from '../../../src/notices/queue-notice.ts'
import { makeSendMail, type Post } from '../../../src/notices/send-mail.ts'
import { openSmtp } from '../../../src/notices/smtp.ts'
import { makeListUndelivered, makeResendMail } from '../../../src/notices/undelivered.ts'
import { type Api, apiWith } from '../../support/api-with.ts'
import { type TestClock, testClock } from '../../support/clock.ts'
import { type Mailbox, startMailbox } from '../../support/mailbox.ts'
import { createTestDatabase } from '../../support/postgres.ts'

export const OFFICERS = 'officers@hmbs.example'

export interface NoticesApp {
  readonly db: Database
  readonly clock: TestClock
  readonly api: Api
  readonly mailbox: Mailbox
  readonly logs: string[]
  tell(more?: Partial<NoticeWanted>): Promise<string>
  /** One run of the job, at the time of the clock; `null`: without a mail server. */
  send(post?: Post | null): Promise<void>
  removeOld(): Promise<void>
  logIn(memberRef: string, claims: Record<string, unknown>): Promise<void>
  close(): Promise<void>
}

/** The inbox over HTTP and the mail job, on a database and a mail server of their own. */
export async function openNoticesApp(): Promise<NoticesApp> {
  const database = await createTestDatabase()
  const { db, close } = openDatabase(database.url, 5)
  const clock = testClock('2026-03-02T10:00:00Z')
  const mailbox = await startMailbox()
  const smtp = openSmtp({ url: mailbox.url, from: 'listenback@hmbs.example' })
  const logs: string[] = []
  const noting = {
    warn: (message: string, facts: unknown) => logs.push(JSON.stringify({ message, facts })),
    error: (message: string, facts: unknown) => logs.push(JSON.stringify({ message, facts })),
  } as never
  const ports = { db, clock }
  const sending = {
    ...{ ...ports, logger: noting, publicUrl: 'https://calls.hmbs.example' },
    mailboxes: { privacy_officer: OFFICERS },
  }
  const api = await apiWith(
    noticeEndpoints({
      listNotices: makeListNotices(ports),
      readNotices: makeReadNotices(ports),
      findMailWish: makeFindMailWish(ports),
      setMailWish: makeSetMailWish(ports),
      listUndelivered: makeListUndelivered(ports),
      resendMail: makeResendMail(ports),
    }),
    ports,
  )
  const remember = makeRememberAddress(ports)
  return {
    ...{ db, clock, api, mailbox, logs },
    async tell(more = {}) {
      const key = randomUUID()
      const wanted: NoticeWanted = {
        to: { role: 'privacy_officer', entity: 'hmbs' },
        ...{
          kind: 'recording_disclosed',
          about: { type: 'none', id: null },
          facts: {},
          at: clock.now(),
          key,
        },
        ...more,
      }
      await db.transaction().execute((tx) => queueNotice(tx, wanted))
      const found = db.selectFrom('notice').select('id').where('key', '=', wanted.key)
      return (await found.executeTakeFirstOrThrow()).id
    },
    send: (post = smtp.post) =>
      makeSendMail({ ...sending, post: post ?? undefined })(AbortSignal.timeout(HOUR)),
    removeOld: makeRemoveOldNotices(ports),
    logIn: (memberRef, claims) =>
      remember(
        {
          ...{ sub: `sub-${memberRef}`, roles: ['member'], memberRef, entities: ['hmbs'], team: null },
          ...{
            confidentialitySigned: false,
            engagedUntil: null,
            via: 'session',
            displayName: null,
            authenticatedAt: null,
          },
        } as Parameters<typeof remember>[0],
        claims,
      ),
    async close() {
      smtp[Symbol.dispose]()
      await api.close()
      await mailbox.close()
      await close()
      await database.drop()
    },
  }
}
