import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../../src/db/database.ts'
import { DAY, HOUR, SECOND } from '../../../src/kernel/units.ts'
import { queueWebhookEvent, type WebhookEventWanted } from '../../../src/notices/queue-webhook-event.ts'
import { DELAYS, makeRemoveOldEvents, makeSendWebhooks } from '../../../src/notices/send-webhooks.ts'
import { webhookEndpoints } from '../../../src/notices/webhook-routes.ts'
import { makeWebhooks } from '../../../src/notices/webhooks.ts'
import { makeOutbound } from '../../../src/outbound/send.ts'
import { openFileKeyring } from '../../../src/storage/file-keyring.ts'
import { type Api, apiWith } from '../../support/api-with.ts'
import { testClock } from '../../support/clock.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { ownDirectory, removeDirectory } from '../../support/processes.ts'
import { persons } from '../../support/tokens.ts'

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly event: { id: string; type: string; subject: string; data: unknown; source: string; time: string }
}

const clock = testClock('2026-03-02T10:00:00Z')
const officer = persons.privacyOfficer()
const received: Received[] = []
/** What the receiver answers, by subject; 200 to everything else. */
const answers = new Map<string, number>()
const directory = ownDirectory('webhooks')
const logs: string[] = []

let database: TestDatabase
let open: OpenDatabase
let api: Api
let url: string
let send: () => Promise<void>
let removeOld: () => Promise<void>

const receiver = createServer((req, res) => {
  void text(req).then((body) => {
    const event = JSON.parse(body) as Received['event']
    received.push({ headers: req.headers, body, event })
    res.writeHead(answers.get(event.subject) ?? 204).end()
  })
})

beforeAll(async () => {
  database = await createTestDatabase()
  open = openDatabase(database.url, 8)
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  const keyring = await openFileKeyring(`${directory}/keyring`, { create: true })
  const outbound = makeOutbound({ rules: { ports: [443], loopback: true } })
  const note = (message: string, facts: unknown) => void logs.push(JSON.stringify({ message, facts }))
  const ports = { db: open.db, clock, keyring, outbound }
  const sending = makeSendWebhooks({
    ...{ ...ports, publicUrl: 'https://calls.hmbs.example' },
    logger: { warn: note, error: note } as never,
  })
  send = () => sending(AbortSignal.timeout(HOUR))
  removeOld = makeRemoveOldEvents(ports)
  api = await apiWith(webhookEndpoints(makeWebhooks(ports)), ports)
})

afterAll(async () => {
  await api.close()
  receiver.closeAllConnections()
  receiver.close()
  await open.close()
  await database.drop()
  removeDirectory(directory)
})

beforeEach(async () => {
  received.length = 0
  logs.length = 0
  answers.clear()
  await open.db.deleteFrom('webhook_event').execute()
  await open.db.updateTable('webhook_endpoint').set({ removed_at: clock.now() }).execute()
})

const add = (types: string[] = ['hold.placed'], claims = officer, address = url) =>
  api.call<{ id: string; secret: string; errors?: unknown }>('POST', '/v1/webhooks', claims, {
    url: address,
    types,
  })

async function happens(more: Partial<WebhookEventWanted> = {}): Promise<string> {
  const subject = randomUUID()
  const event = {
    type: 'hold.placed',
    subject,
    data: { hold: 'x' },
    at: clock.now(),
    key: randomUUID(),
  } as const
  await open.db.transaction().execute((tx) => queueWebhookEvent(tx, { ...event, ...more }))
  return more.subject ?? subject
}

const deliveries = () =>
  open.db
    .selectFrom('webhook_delivery')
    .select(['state', 'attempts', 'status', 'failure', 'next_at'])
    .orderBy('seq')
    .execute()

const list = async () =>
  (await api.call<{ items: Record<string, unknown>[] }>('GET', '/v1/webhooks', officer)).body.items

describe('an event', () => {
  test('is a CloudEvent that the standard library of Standard Webhooks accepts, and no other secret does', async () => {
    // The library judges the age of a message by the system's clock.
    clock.set(new Date().toISOString())
    const { body } = await add()
    const subject = await happens()
    await send()
    const [one] = received
    const headers = Object.fromEntries(
      ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [
        name,
        String(one?.headers[name]),
      ]),
    )
    const verify = (secret: string, body: string) => {
      try {
        return new Webhook(secret).verify(body, headers) !== undefined
      } catch {
        return false
      }
    }
    expect(verify(body.secret, one?.body ?? '')).toBe(true)
    expect(verify(body.secret, `${one?.body} `)).toBe(false)
    expect(verify(`whsec_${randomBytes(32).toString('base64')}`, one?.body ?? '')).toBe(false)
    expect(one?.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8')
    expect(one?.event).toEqual({
      ...{ specversion: '1.0', source: 'https://calls.hmbs.example', datacontenttype: 'application/json' },
      ...{ id: headers['webhook-id'], type: 'hold.placed', subject, time: clock.now().toISOString() },
      data: { hold: 'x' },
    })
    expect(await deliveries()).toMatchObject([{ state: 'delivered', attempts: 1, status: 204 }])
  })

  test('that vCon has a name for carries it', async () => {
    await add(['recording.destroyed'])
    await happens({ type: 'recording.destroyed' })
    await send()
    expect(received[0]?.event.data).toEqual({ hold: 'x', vconLifecycle: 'vcon_deleted' })
  })

  test('goes only to who wants its type and may hear of its entity', async () => {
    await add(['rules.approved'])
    await add(['hold.placed'], persons.privacyOfficer({ entity: ['hmbs-advies'] }))
    await happens({ entity: 'hmbs' })
    await send()
    expect(received).toEqual([])
    await happens({ entity: 'hmbs-advies' })
    await send()
    expect(received).toHaveLength(1)
  })

  test('arrives after those before it about the same, however often one of them fails', async () => {
    await add()
    const subject = await happens({ data: { n: 1 } })
    await happens({ subject, data: { n: 2 } })
    const other = await happens({ data: { n: 3 } })
    answers.set(subject, 500)
    await send()
    expect(new Set(received.map(({ event }) => event.subject))).toEqual(new Set([subject, other]))
    answers.clear()
    clock.advance(10 * SECOND)
    await send()
    const ofSubject = received.filter(({ event }) => event.subject === subject)
    expect(ofSubject.map(({ event }) => event.data)).toEqual([{ n: 1 }, { n: 1 }, { n: 2 }])
    expect(ofSubject[0]?.headers['webhook-id']).toBe(ofSubject[1]?.headers['webhook-id'])
  })

  test('is delivered once by two instances at the same time', async () => {
    await add()
    for (let n = 0; n < 12; n += 1) await happens()
    await Promise.all([send(), send()])
    expect(new Set(received.map(({ event }) => event.id)).size).toBe(12)
    expect(received).toHaveLength(12)
  })

  test('that is a month old is told to nobody any more', async () => {
    await add()
    await happens({ at: new Date(clock.now().getTime() - 31 * DAY) })
    const kept = await happens()
    await removeOld()
    await send()
    expect(received.map(({ event }) => event.subject)).toEqual([kept])
  })
})

describe('an endpoint', () => {
  test('that fails is tried later and later, put aside after days, switched off with an alarm, and can be redriven', async () => {
    const { body } = await add()
    const subject = await happens()
    answers.set(subject, 503)
    const begun = clock.now().getTime()
    for (let n = 0; n < DELAYS.length; n += 1) {
      await send()
      const [one] = await deliveries()
      if (one?.state !== 'waiting') break
      clock.set(one.next_at.toISOString())
    }
    await send()
    expect(await deliveries()).toMatchObject([{ state: 'dead' }])
    expect(clock.now().getTime() - begun).toBeGreaterThan(2 * DAY)
    expect(logs.join()).toContain('webhook_disabled')
    const later = await happens()
    await send()
    expect(received.some(({ event }) => event.subject === later)).toBe(false)
    expect(await list()).toMatchObject([
      { id: body.id, disabledReason: 'failing', disabledAt: expect.any(String), dead: 2, waiting: 0 },
    ])
    const notices = await open.db
      .selectFrom('notice')
      .select(['kind', 'role', 'entity', 'about_id'])
      .execute()
    expect(notices).toEqual([
      { kind: 'webhook_disabled', role: 'privacy_officer', entity: 'hmbs', about_id: body.id },
    ])
    answers.clear()
    const redriven = await api.call('POST', `/v1/webhooks/${body.id}/redrive`, officer)
    expect([redriven.status, redriven.body]).toEqual([202, { deliveries: 2 }])
    received.length = 0
    await send()
    expect(new Set(received.map(({ event }) => event.subject))).toEqual(new Set([subject, later]))
    expect(await list()).toMatchObject([{ disabledAt: null, failingSince: null, dead: 0 }])
  })

  test('that says it is gone is switched off at once', async () => {
    await add()
    answers.set(await happens(), 410)
    await send()
    expect(await list()).toMatchObject([{ disabledReason: 'gone', dead: 1 }])
  })

  test('that sends us elsewhere has not taken the event', async () => {
    await add()
    answers.set(await happens(), 302)
    await send()
    expect(await deliveries()).toMatchObject([{ state: 'waiting', status: 302, failure: 'answered 302' }])
  })

  test('that is removed hears nothing more, and its secret is gone', async () => {
    const { body } = await add()
    await happens()
    expect((await api.call('DELETE', `/v1/webhooks/${body.id}`, officer)).status).toBe(204)
    await send()
    expect([received, await list()]).toEqual([[], []])
    const row = open.db.selectFrom('webhook_endpoint').select('secret').where('id', '=', body.id)
    expect((await row.executeTakeFirstOrThrow()).secret).toHaveLength(0)
    expect((await api.call('DELETE', `/v1/webhooks/${body.id}`, officer)).status).toBe(404)
  })

  test('keeps its secret wrapped and says it once', async () => {
    const { body } = await add()
    const secret = Buffer.from(body.secret.replace('whsec_', ''), 'base64')
    const row = open.db.selectFrom('webhook_endpoint').selectAll().where('id', '=', body.id)
    expect((await row.executeTakeFirstOrThrow()).secret.includes(secret)).toBe(false)
    expect(JSON.stringify(await list())).not.toContain(body.secret)
  })

  test.each([
    'http://10.0.0.1/x',
    'https://169.254.169.254/latest',
    'https://192.168.1.1/x',
    'https://user@hooks.example/x',
    'https://hooks.example:22/x',
    'file:///etc/passwd',
    'gopher://hooks.example/',
    'https://no-such-host.invalid/x',
  ])('at %s is refused when it is added', async (address) => {
    const refused = await add(['hold.placed'], officer, address)
    expect(refused.status).toBe(400)
    expect(refused.body.errors).toEqual([{ field: 'url', message: expect.any(String) }])
    expect(await list()).toEqual([])
  })

  test('is for privacy officers, and unknown to those of another entity', async () => {
    for (const claims of [persons.operator(), persons.recordsManager(), persons.member('M-1')])
      expect((await add(['hold.placed'], claims)).status).toBe(403)
    const { body } = await add()
    const other = persons.privacyOfficer({ entity: ['other'] })
    for (const [method, path] of [
      ['DELETE', `/v1/webhooks/${body.id}`],
      ['POST', `/v1/webhooks/${body.id}/redrive`],
    ] as const)
      expect((await api.call(method, path, other)).status).toBe(404)
  })
})
