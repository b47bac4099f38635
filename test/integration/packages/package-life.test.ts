import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { registerInstance } from '../../../src/db/instance.ts'
import { DAY, HOUR } from '../../../src/kernel/units.ts'
import { EU_LIST } from '../../../src/privacy/eu-countries.ts'
import { persons } from '../../support/tokens.ts'
import { member, officer } from '../audio/training-app.ts'
import { bearer, NOW } from '../listening/listening-app.ts'
import { NEVER, type PackageApp, startPackageApp, unzipped } from './package-app.ts'

let app: PackageApp
beforeAll(async () => {
  app = await startPackageApp()
})
afterAll(() => app.close())
beforeEach(() => {
  app.clock.set(NOW)
  app.reads.length = 0
})

const ready = async (id: string): Promise<Buffer> => {
  await app.build()
  const { status, bytes } = await app.fetch(id)
  expect(status).toBe(200)
  return bytes
}
const packageRow = (requestId: string) =>
  app.db
    .selectFrom('package')
    .selectAll()
    .where('request_id', '=', requestId)
    .orderBy('asked_at', 'desc')
    .executeTakeFirstOrThrow()
const leftOfPackage = async (id: string) =>
  (await app.db.selectFrom('package_file').select('name').where('package_id', '=', id).execute()).length
const eventsOf = async (type: string) =>
  app.db
    .selectFrom('audit_event')
    .select(['outcome', 'code', 'recording_id', 'detail'])
    .where('type', '=', type)
    .orderBy('occurred_at')
    .execute()

test('a download can be broken off and resumed at any byte, and asked about beforehand', async () => {
  const { id } = await app.add()
  const request = await app.decided({ recordings: [id] })
  const whole = await ready(request)
  const headers = bearer(app, member)
  const url = app.url + app.filePath(request)

  const head = await fetch(url, { method: 'HEAD', headers })
  expect(head.headers.get('content-length')).toBe(String(whole.length))
  const etag = head.headers.get('etag') ?? ''
  for (const at of [1, 700, whole.length - 900, whole.length - 1]) {
    const [first, second] = await Promise.all(
      [`bytes=0-${at - 1}`, `bytes=${at}-`].map(async (range) => {
        const response = await fetch(url, { headers: { ...headers, range, 'if-range': etag } })
        expect(response.status).toBe(206)
        return Buffer.from(await response.arrayBuffer())
      }),
    )
    expect(Buffer.concat([first as Buffer, second as Buffer]).equals(whole)).toBe(true)
  }
  const beyond = await fetch(url, { headers: { ...headers, range: `bytes=${whole.length}-` } })
  expect(beyond.status).toBe(416)
  const known = await fetch(url, { headers: { ...headers, 'if-none-match': etag } })
  expect(known.status).toBe(304)
})

describe('T16: nobody but the member gets a package, or learns that there is one', () => {
  test('somebody else, also an officer, gets byte for byte what an unknown request gets', async () => {
    const { id } = await app.add()
    const request = await app.decided({ recordings: [id] })
    await ready(request)
    const unknown = 'd9b2d63d-a233-4123-847a-2a7a0a5b8e11'
    for (const claims of [persons.member('M-2002'), officer, persons.agent(), persons.auditor()]) {
      const [theirs, none] = await Promise.all([request, unknown].map((one) => app.fetch(one, claims)))
      expect(theirs?.status).toBe(404)
      const without = (bytes?: Buffer) => String(bytes).replaceAll(/"(instance|requestId)":"[^"]*",?/g, '')
      expect(without(theirs?.bytes)).toBe(without(none?.bytes))
      expect((await app.again(request, claims)).status).toBe(404)
    }
    expect((await app.status(request, persons.member('M-2002'))).status).toBe(404)
    expect((await app.status(request, officer)).status).toBe(200)
  })

  test('the member of an old browser session is asked to log in once more', async () => {
    const { id } = await app.add()
    const request = await app.decided({ recordings: [id] })
    await ready(request)
    const actor = {
      ...{ sub: 'sub-M-1001', roles: ['member' as const], memberRef: 'M-1001', entities: [], team: null },
      ...{ confidentialitySigned: false, engagedUntil: null, via: 'session' as const, displayName: null },
    }
    const fetched = async (authenticatedAt: Date) => {
      const cookie = await app.sessions.start({ ...actor, authenticatedAt })
      return fetch(app.url + app.filePath(request), { headers: { cookie: `listenback=${cookie}` } })
    }
    expect(await (await fetched(new Date(app.clock.now().getTime() - HOUR))).json()).toMatchObject({
      code: 'step_up_required',
    })
    expect((await fetched(app.clock.now())).status).toBe(200)
  })
})

test('each download is on record before its first byte, and each recording says once that its member has a copy', async () => {
  const { id } = await app.add()
  const request = await app.decided({ recordings: [id] })
  const whole = await ready(request)
  await app.fetch(request)
  // Written down once the last byte has left, which its reader may see first.
  await expect.poll(async () => (await packageRow(request)).delivered_at, { timeout: 15_000 }).not.toBeNull()
  const { id: packageId } = await packageRow(request)
  const fetched = (await eventsOf('package.fetched')).filter(({ detail }) => detail.package === packageId)
  expect(fetched.map(({ outcome, detail }) => [outcome, detail.offset, detail.length])).toEqual([
    ['ok', 0, whole.length],
    ['ok', 0, whole.length],
  ])
  const copied = (await eventsOf('recording.copied')).filter(({ recording_id }) => recording_id === id)
  expect(copied.map(({ detail }) => detail.package)).toEqual([packageId])
  expect(await app.isDelivered(request)).toBe(true)
  expect((await app.call(member, 'GET', `/v1/recordings/${id}/accesses`)).body.items).toMatchObject([
    { action: 'copied', byYou: true },
  ])
})

test('only whoever gets the last byte has the package', async () => {
  const { id } = await app.add()
  const request = await app.decided({ recordings: [id] })
  await app.build()
  const response = await fetch(app.url + app.filePath(request), {
    headers: { ...bearer(app, member), range: 'bytes=0-500' },
  })
  await response.arrayBuffer()
  expect(await app.isDelivered(request)).toBe(false)
  expect((await packageRow(request)).delivered_at).toBeNull()
})

test('after seven days a package is gone with its key, and can be made again', async () => {
  const { id } = await app.add()
  const request = await app.decided({ recordings: [id] })
  await app.build()
  const { id: packageId } = await packageRow(request)
  app.clock.advance(7 * DAY)
  expect((await app.fetch(request)).body.code).toBe('package_not_ready')
  await app.expire()
  expect(await packageRow(request)).toMatchObject({ state: 'ended', ended_because: 'expired', wrapped: null })
  expect(await leftOfPackage(packageId)).toBe(0)
  expect(await app.isDelivered(request)).toBe(true)

  expect((await app.again(request)).status).toBe(202)
  const bytes = await ready(request)
  expect((await app.verify(bytes)).findings).toEqual([])

  const companies = await app.db
    .selectFrom('audit_event')
    .select(['type', 'entities'])
    .where('type', 'like', 'package.%')
    .where('outcome', '=', 'ok')
    .execute()
  expect(new Set(companies.map(({ type }) => type))).toContain('package.ended')
  expect(companies.filter(({ entities }) => entities?.join() !== 'hmbs')).toEqual([])
})

test('a package goes straight to the controller of the member’s choice once the address is confirmed, and is tried again', async () => {
  const received: Buffer[] = []
  let answer = 503
  const other = createServer((req, res) => {
    void buffer(req).then((body) => {
      received.push(body)
      res.writeHead(answer).end()
    })
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { id } = await app.add()
  await app.db
    .updateTable('purpose_tag')
    .set({ legal_basis: 'contract' })
    .where('recording_id', '=', id)
    .execute()
  const request = await app.decided({ recordings: [id], types: ['portability'] })
  await app.build()
  const [disclosureId, now] = [randomUUID(), app.clock.now()]
  await app.db
    .insertInto('disclosure')
    .values({
      ...{ id: disclosureId, entity: 'hmbs', state: 'approved', recipient_type: 'member_controller' },
      ...{ recipient_name: 'Andere Verzekeraar NV', recipient_country: 'NL', eu_list: EU_LIST },
      ...{ privacy_request_id: request, purpose: 'portability', legal_basis: 'contract' },
      ...{ push_url: `http://127.0.0.1:${(other.address() as AddressInfo).port}/inbox` },
      ...{ reason: 'The member asked for it.', channel: 'portal', requested_by: 'a', requested_at: now },
      ...{ approve_until: now, first_approver: 'b', first_approved_at: now },
      ...{ second_approver: 'c', second_approved_at: now },
    })
    .execute()
  await app.db
    .insertInto('disclosure_recording')
    .values({ disclosure_id: disclosureId, recording_id: id, n: 1 })
    .execute()
  await app.push()
  expect(received).toEqual([])

  await app.db
    .updateTable('disclosure')
    .set({ push_confirmed_at: now })
    .where('id', '=', disclosureId)
    .execute()
  await app.push()
  expect(await app.isDelivered(request)).toBe(false)
  answer = 201
  await app.push()
  await app.push()
  other.close()
  expect(received).toHaveLength(2)
  expect((await app.verify(received[1] as Buffer)).findings).toEqual([])
  expect(await app.isDelivered(request)).toBe(true)
})

test('T6: with a recording the packages go that it is in', async () => {
  const [due, other] = [await app.add(), await app.add()]
  const request = await app.decided({ recordings: [due.id, other.id] })
  await ready(request)
  const { id: packageId } = await packageRow(request)
  await app.db
    .updateTable('recording')
    .set({
      status: 'quarantined',
      due_at: app.clock.now(),
      quarantined_at: new Date(app.clock.now().getTime() - 8 * DAY),
    })
    .where('id', '=', due.id)
    .execute()
  const claims = await app.purge.claim({
    quarantinedBefore: app.clock.now(),
    now: app.clock.now(),
    limit: 10,
  })
  expect(await app.purge.destroy(claims)).toMatchObject([{ id: due.id, kind: 'destroyed' }])

  expect(await packageRow(request)).toMatchObject({
    state: 'ended',
    ended_because: 'recording_destroyed',
    wrapped: null,
  })
  expect(await leftOfPackage(packageId)).toBe(0)
  expect((await app.fetch(request)).body.code).toBe('package_not_ready')
  expect((await app.again(request)).status).toBe(202)
  const files = await unzipped(await ready(request))
  expect(String([...files.keys()])).not.toContain(due.id)
  expect(String([...files.values()])).not.toContain(due.id)
})

test('T18: a call that turns out to be of another member leaves in no package any more', async () => {
  const { id } = await app.add()
  const request = await app.decided({ recordings: [id] })
  await ready(request)
  await app.db.updateTable('recording').set({ member_ref: 'M-2002' }).where('id', '=', id).execute()
  expect((await app.fetch(request)).body.code).toBe('package_not_ready')
  expect(await packageRow(request)).toMatchObject({ state: 'ended', ended_because: 'changed' })
})

test('whoever goes on after a crash begins with the next recording', async () => {
  const recordings = await Promise.all(Array.from({ length: 5 }, () => app.add()))
  const request = await app.decided({ recordings: recordings.map(({ id }) => id) })
  const dead = await registerInstance(app.databaseUrl)
  const stop = new AbortController()
  const killed = app.another(dead)
  const running = killed.build(NEVER, stop.signal)
  while (app.reads.length < 3) await new Promise((resolve) => setTimeout(resolve, 1))
  stop.abort()
  await running.catch(() => undefined)
  await dead.close()
  const before = (await packageRow(request)).recordings_done
  expect(before).toBeGreaterThanOrEqual(2)

  app.reads.length = 0
  const bytes = await ready(request)
  expect((await app.verify(bytes)).findings).toEqual([])
  // Once more to be sent to the member.
  expect(app.reads.length - 5).toBeLessThanOrEqual(5 - before)
})
