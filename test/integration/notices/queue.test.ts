import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../../src/db/database.ts'
import { factsOf, NOTICE_KINDS, type NoticeKind, wordsOf } from '../../../src/notices/notice-kinds.ts'
import { type NoticeWanted, queueNotice } from '../../../src/notices/queue-notice.ts'
import { queueWebhookEvent } from '../../../src/notices/queue-webhook-event.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'

let database: TestDatabase
let open: OpenDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  open = openDatabase(database.url, 4)
})

afterAll(async () => {
  await open.close()
  await database.drop()
})

const AT = new Date('2026-03-02T10:00:00Z')

const wanted = (more: Partial<NoticeWanted> = {}): NoticeWanted => ({
  to: { memberRef: `M-${randomUUID()}` },
  kind: 'recording_disclosed',
  about: { type: 'recording', id: randomUUID() },
  facts: {},
  at: AT,
  key: randomUUID(),
  ...more,
})

const tell = (one: NoticeWanted) => open.db.transaction().execute((tx) => queueNotice(tx, one))

const noticesWith = (key: string) => open.db.selectFrom('notice').selectAll().where('key', '=', key).execute()

const mailFor = async (key: string) =>
  open.db
    .selectFrom('notice_mail')
    .innerJoin('notice', 'notice.id', 'notice_id')
    .select(['state', 'attempts'])
    .where('key', '=', key)
    .execute()

test('a notice is written in the transaction of its act: without the act there is no notice', async () => {
  const one = wanted()
  const act = open.db.transaction().execute(async (tx) => {
    await queueNotice(tx, one)
    throw new Error('the act fails')
  })
  await expect(act).rejects.toThrow('the act fails')
  expect(await noticesWith(one.key)).toEqual([])
})

test('the same cause tells once, also when it is told at the same time', async () => {
  const one = wanted({ to: { role: 'privacy_officer', entity: 'hmbs' } })
  await Promise.all([tell(one), tell(one), tell(one)])
  await tell({ ...one, kind: 'recording_disclosed', facts: { more: 1 } })
  expect(await noticesWith(one.key)).toMatchObject([{ facts: {}, role: 'privacy_officer', entity: 'hmbs' }])
  expect(await mailFor(one.key)).toEqual([{ state: 'waiting', attempts: 0 }])
})

test('mail follows only for a member who wants it', async () => {
  const [wants, not] = [wanted(), wanted()]
  const memberRef = 'memberRef' in wants.to ? wants.to.memberRef : ''
  await open.db.insertInto('mail_address').values({ member_ref: memberRef, wanted_at: AT }).execute()
  await tell(wants)
  await tell(not)
  expect([await mailFor(wants.key), await mailFor(not.key)]).toEqual([
    [{ state: 'waiting', attempts: 0 }],
    [],
  ])
  expect(await noticesWith(not.key)).toHaveLength(1)
})

test('every kind has all its words in both languages, and days are written out in each', () => {
  for (const kind of Object.keys(NOTICE_KINDS) as NoticeKind[]) {
    const facts = Object.fromEntries(factsOf(kind).map((name) => [name, '2026-03-05']))
    const { nl, en } = wordsOf(kind, facts)
    for (const text of [nl.title, nl.text, en.title, en.text]) {
      expect([kind, text]).toEqual([kind, expect.stringMatching(/\S/)])
      expect(text).not.toMatch(/[{}]|2026-03-05/)
    }
  }
})

test('an event is queued for the endpoints that want its type, once, and for nobody else', async () => {
  const endpoint = async (types: string[]) => {
    const id = randomUUID()
    const made = {
      url: 'https://hooks.example/x',
      kek_id: 'k',
      secret: Buffer.alloc(1),
      created_by: 'pim',
      entities: ['hmbs'],
    }
    await open.db
      .insertInto('webhook_endpoint')
      .values({ id, types, created_at: AT, ...made })
      .execute()
    return id
  }
  const [holds, rules] = [await endpoint(['hold.placed']), await endpoint(['rules.approved'])]
  const event = { type: 'hold.placed', subject: randomUUID(), data: {}, at: AT, key: randomUUID() } as const
  const queue = () => open.db.transaction().execute((tx) => queueWebhookEvent(tx, event))
  await Promise.all([queue(), queue()])
  await open.db
    .transaction()
    .execute((tx) => queueWebhookEvent(tx, { ...event, type: 'disclosure.sent', key: randomUUID() }))
  const deliveries = await open.db.selectFrom('webhook_delivery').select(['endpoint_id', 'subject']).execute()
  expect(deliveries).toEqual([{ endpoint_id: holds, subject: event.subject }])
  expect(deliveries.some(({ endpoint_id }) => endpoint_id === rules)).toBe(false)
  expect(await open.db.selectFrom('webhook_event').select('type').execute()).toEqual([
    { type: 'hold.placed' },
  ])
})
