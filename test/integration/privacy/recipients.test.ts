import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../../src/kernel/units.ts'
import { notifyRecipients } from '../../../src/recordings/notify-recipients.ts'
import { wavOf } from '../../support/sound.ts'
import { persons } from '../../support/tokens.ts'
import { addRecording, NOW, type RecordingOptions } from '../listening/listening-app.ts'
import { type DisclosuresApp, fien, petra, pim, startDisclosuresApp } from './disclosures-app.ts'

let app: DisclosuresApp

beforeAll(async () => {
  app = await startDisclosuresApp()
})
afterAll(() => app.close())
beforeEach(() => {
  app.clock.set(NOW)
  app.mailbox.delivered.length = 0
})

const member = persons.member('M-1001')
const TONE = Float32Array.from({ length: 24_000 }, (_, i) => 0.5 * Math.sin(i / 3))
const AUDIO = wavOf([TONE], 8000)
const add = (wish: RecordingOptions = {}) => addRecording(app.app, { audio: AUDIO, ...wish })

const AUTHORITY = {
  recipient: {
    type: 'authority',
    legalName: 'Openbaar Ministerie',
    country: 'NL',
    contactMail: 'om@om.example',
  },
  ...{ purpose: 'strafrechtelijk onderzoek', legalBasis: 'legal_obligation', reason: 'vordering ontvangen' },
  ...{ statute: 'artikel 126nd Sv', letterRef: 'OM-2026-77', channel: 'portal' },
}
const ask = (ids: readonly string[], more: object = {}, claims = fien) =>
  app.call('POST', '/v1/disclosures', claims, {
    ...AUTHORITY,
    recordings: ids.map((recordingId) => ({ recordingId })),
    ...more,
  })
const act = (id: string, verb: string, claims = pim, body?: object) =>
  app.call('POST', `/v1/disclosures/${id}/${verb}`, claims, body)

async function approved(ids: readonly string[], more: object = {}): Promise<string> {
  const asked = await ask(ids, more)
  expect(asked.status).toBe(201)
  for (const claims of [pim, petra]) expect((await act(asked.body.id, 'approve', claims)).status).toBe(200)
  return asked.body.id
}
const invite = async (id: string): Promise<string> =>
  (await act(id, 'delivery', pim, { hours: 24 })).body.secret
const take = (id: string, secret: string, n = 1) =>
  app.call('POST', `/v1/deliveries/${id}/recordings/${n}`, undefined, { secret })
const heard = async (id: string, claims = member) =>
  (await app.call('GET', `/v1/recordings/${id}/accesses`, claims)).body.items
/** The last byte arrives before the service has written down that it did. */
async function settled(id: string) {
  for (let tries = 0; ; tries += 1) {
    const found = await app.call('GET', `/v1/disclosures/${id}`, pim)
    if (found.body.state === 'sent' || tries >= 100) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function delivered(more: object = {}): Promise<{ id: string; recordingId: string }> {
  const { id: recordingId } = await add()
  const id = await approved([recordingId], more)
  expect((await take(id, await invite(id))).status).toBe(200)
  await settled(id)
  return { id, recordingId }
}

describe('T40: what happens to a recording is passed on to who was given it', () => {
  const happens = (recordingId: string) =>
    app.db.transaction().execute((tx) => notifyRecipients(tx, recordingId, 'erased', app.clock.now()))
  const list = async (recordingId: string) => {
    const { body } = await app.call('GET', '/v1/recipient-notices', pim)
    return body.items.filter((item: { recordingId: string }) => item.recordingId === recordingId)
  }

  test('by mail, again every week until there is an answer, which is kept', async () => {
    const { id, recordingId } = await delivered()
    await happens(recordingId)
    await app.run('tell-recipients')
    const mails = () => app.mailbox.delivered.filter(({ raw }) => raw.includes(recordingId))
    expect(mails()).toMatchObject([{ to: ['om@om.example'] }])
    expect(mails()[0]?.raw).not.toMatch(/M-1001|call-/)
    app.clock.advance(7 * DAY)
    await app.run('tell-recipients')
    expect(mails()).toHaveLength(2)
    const [notice] = await list(recordingId)
    expect(notice).toMatchObject({ disclosureId: id, what: 'erased', attempts: 2, reply: null })
    const path = `/v1/recipient-notices/${notice.id}/reply`
    expect((await app.call('POST', path, pim, { reply: 'gewist op 1 december' })).status).toBe(204)
    app.clock.advance(30 * DAY)
    await app.run('tell-recipients')
    expect(mails()).toHaveLength(2)
    expect(await list(recordingId)).toMatchObject([{ reply: 'gewist op 1 december', alarmedAt: null }])
  })

  test('also when the mail server does not take it, and with an alarm when nobody answers', async () => {
    const { id, recordingId } = await delivered()
    await happens(recordingId)
    app.mailbox.answer(450)
    await app.run('tell-recipients')
    expect(await list(recordingId)).toMatchObject([{ attempts: 1, toldAt: null }])
    app.mailbox.answer(250)
    app.clock.advance(HOUR)
    await app.run('tell-recipients')
    expect(await list(recordingId)).toMatchObject([{ attempts: 2, toldAt: expect.any(String) }])
    for (const _week of [1, 2]) {
      app.clock.advance(7 * DAY)
      await app.run('tell-recipients')
    }
    expect(await list(recordingId)).toMatchObject([{ alarmedAt: expect.any(String) }])
    const alarms = app.db.selectFrom('notice').select('kind').where('about_id', '=', id)
    expect((await alarms.execute()).map(({ kind }) => kind)).toContain('recipient_silent')
  })

  test('through an officer where no address is known', async () => {
    const { id, recordingId } = await delivered({ recipient: { ...AUTHORITY.recipient, contactMail: null } })
    await happens(recordingId)
    await app.run('tell-recipients')
    const told = app.db.selectFrom('notice').select('kind').where('about_id', '=', id)
    expect((await told.execute()).map(({ kind }) => kind)).toContain('recipient_to_be_told')
  })

  test('not to one that has returned or deleted it, and not to one that never got it', async () => {
    const { id, recordingId } = await delivered()
    expect((await act(id, 'return', pim, { how: 'deleted', on: '2026-11-22' })).body.returned.how).toBe(
      'deleted',
    )
    await approved([recordingId])
    await happens(recordingId)
    expect(await list(recordingId)).toEqual([])
  })
})

test('a package goes straight to the controller of the member’s choice, once the member has confirmed the address', async () => {
  const received: { body: Buffer; digest: string | undefined }[] = []
  const other = createServer((req, res) => {
    void buffer(req).then((body) => {
      received.push({ body, digest: req.headers['repr-digest'] as string | undefined })
      res.writeHead(201).end()
    })
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const pushUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}/inbox`
  const { id: recordingId } = await add()
  const privacyRequestId = await addRequest('M-1001', pushUrl)
  const recipient = { ...AUTHORITY.recipient, type: 'member_controller', legalName: 'Andere Verzekeraar NV' }
  const more = { recipient, privacyRequestId, pushUrl, legalBasis: 'contract' }
  const field = async (change: object) =>
    (await ask([recordingId], { ...more, ...change })).body.errors?.[0]?.field
  expect(await field({})).toBe('pushUrl')
  await app.db
    .updateTable('privacy_request')
    .set({ transfer_confirmed_at: app.clock.now() })
    .where('id', '=', privacyRequestId)
    .execute()
  expect(await field({ pushUrl: `${pushUrl}/x` })).toBe('pushUrl')
  const { body: asked } = await ask([recordingId], more)
  expect(asked.pushConfirmedAt).toBe(app.clock.now().toISOString())
  const { id } = asked
  const bytes = Buffer.from('a package')
  const sha256 = createHash('sha256').update(bytes).digest()
  const file = {
    bytes: bytes.length,
    sha256,
    mediaType: 'application/zip',
    open: () => Readable.from([bytes]),
  }
  await expect(app.pushPackage(id, file)).rejects.toMatchObject({ code: 'not_open' })
  for (const claims of [pim, petra])
    expect((await app.call('POST', `/v1/disclosures/${id}/approve`, claims)).status).toBe(200)
  await app.pushPackage(id, file)
  expect(received).toEqual([{ body: bytes, digest: `sha-256=:${sha256.toString('base64')}:` }])
  expect(await heard(recordingId)).toMatchObject([
    { action: 'disclosed', recipient: 'Andere Verzekeraar NV' },
  ])
  await expect(app.pushPackage(id, file)).rejects.toMatchObject({ code: 'not_open' })
  other.close()
})

test('a controller that a member chose gets calls of that member only, also when one turns out to be another’s', async () => {
  const [own, other] = [await add(), await add({ memberRef: 'M-2002' })]
  const privacyRequestId = await addRequest('M-1001', 'https://verzekeraar.example/inbox')
  const recipient = { ...AUTHORITY.recipient, type: 'member_controller', legalName: 'Andere Verzekeraar NV' }
  const more = { recipient, privacyRequestId, legalBasis: 'contract' }
  const foreign = await ask([own.id, other.id], more)
  expect([foreign.status, foreign.body.errors[0].field]).toEqual([422, 'recordings'])
  const { body: unknown } = await ask([own.id, randomUUID()], more)
  expect(unknown).toEqual({ ...foreign.body, requestId: unknown.requestId })
  const elsewhere = await addRequest('M-1001', 'https://verzekeraar.example/inbox', 'hmbs-advies')
  const { body: hidden } = await ask([own.id], { ...more, privacyRequestId: elsewhere })
  const { body: none } = await ask([own.id], { ...more, privacyRequestId: randomUUID() })
  expect([hidden.errors[0].field, hidden.errors]).toEqual(['privacyRequestId', none.errors])

  const { body: asked } = await ask([own.id], more)
  const linkTo = (memberRef: string) =>
    app.db.updateTable('recording').set({ member_ref: memberRef }).where('id', '=', own.id).execute()
  await linkTo('M-2002')
  expect((await act(asked.id, 'approve')).body.errors[0].field).toBe('recordings')
  await linkTo('M-1001')
  expect((await act(asked.id, 'approve')).status).toBe(200)
})

async function addRequest(memberRef: string, address: string, entity = 'hmbs'): Promise<string> {
  const id = randomUUID()
  const day = '2026-12-22'
  await app.db
    .insertInto('privacy_request')
    .values({
      ...{ id, member_ref: memberRef, entities: [entity], types: ['portability'], state: 'received' },
      ...{ channel: 'portal', received_at: app.clock.now(), registered_at: app.clock.now() },
      ...{ filed_by: 'sub', filed_as: 'member', target_date: day, due_date: day, extended_due_date: day },
      ...{ deadline: day, identity: 'confirmed' },
      transfer_to: JSON.stringify({ name: 'Andere Verzekeraar NV', address }),
    } as never)
    .execute()
  return id
}
