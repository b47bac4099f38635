import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY, MIB } from '../../../src/kernel/units.ts'
import { makeRestrict } from '../../../src/recordings/restrict.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { persons } from '../../support/tokens.ts'
import {
  addRecording,
  asMember,
  bearer,
  type ListeningApp,
  startListeningApp,
} from '../listening/listening-app.ts'
import { DUE } from '../retention/stage.ts'
import { type HoldsApp, manager, officer, startHoldsApp } from './holds-app.ts'

const run = { dryRun: false }

describe('a restriction', () => {
  let app: HoldsApp
  let directory: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'listenback-restriction-'))
    app = await startHoldsApp(await openFileObjectStore(directory))
  })
  afterAll(async () => {
    await app.close()
    await rm(directory, { recursive: true })
  })
  beforeEach(() => app.clock.set('2026-07-15T21:59:00Z'))
  afterEach(() => app.clear())

  const at = (id: string) => `/v1/recordings/${id}/restriction`
  const restrict = (id: string, claims = officer) =>
    app.call('POST', at(id), claims, { ground: 'accuracy_contested' })
  const notice = (id: string) => app.call('POST', `${at(id)}/lift-notice`, officer)
  const lift = (id: string) => app.call('DELETE', at(id), officer)

  test('T9: keeps the sweep away from a recording that is over, and lets it go only after a notice', async () => {
    const id = await app.record()
    expect(await restrict(id)).toMatchObject({
      status: 201,
      body: { ground: 'accuracy_contested', liftNoticeAt: null },
    })
    app.clock.set('2027-07-15T00:00:00Z')
    const week = app.sweeper({ graceDays: 7 })
    expect(await week(run)).toMatchObject({ quarantined: [], destroyed: [] })
    expect(await lift(id)).toMatchObject({ status: 409, body: { code: 'notice_required' } })
    expect(await notice(id)).toMatchObject({
      status: 200,
      body: { liftNoticeAt: '2027-07-15T00:00:00.000Z' },
    })
    expect((await lift(id)).status).toBe(409)
    app.clock.advance(DAY)
    expect((await lift(id)).status).toBe(204)
    expect(await week(run)).toMatchObject({ quarantined: [id], destroyed: [] })
    app.clock.advance(7 * DAY)
    expect(await week(run)).toMatchObject({ destroyed: [id] })
  })

  test('in quarantine stops the destruction, and its end begins the quarantine anew', async () => {
    const id = await app.record()
    app.clock.set(DUE.toISOString())
    const week = app.sweeper({ graceDays: 7 })
    await week(run)
    await restrict(id)
    app.clock.advance(30 * DAY)
    expect(await week(run)).toMatchObject({ destroyed: [] })
    await notice(id)
    app.clock.advance(1000)
    await lift(id)
    expect(await week(run)).toMatchObject({ destroyed: [] })
    app.clock.advance(7 * DAY)
    expect(await week(run)).toMatchObject({ destroyed: [id] })
  })

  test('on another ground takes the place of the first and needs its own notice', async () => {
    const id = await app.record()
    await restrict(id)
    await notice(id)
    app.clock.advance(1000)
    const again = await app.call('POST', at(id), officer, { ground: 'needed_for_claims' })
    expect(again).toMatchObject({ status: 200, body: { ground: 'needed_for_claims', liftNoticeAt: null } })
    expect((await lift(id)).status).toBe(409)
  })

  test('is for a privacy officer of the entity, and for recordings that are there', async () => {
    const id = await app.record()
    expect((await restrict(id, manager)).status).toBe(403)
    expect((await restrict(id, persons.member('M-jansen'))).status).toBe(403)
    expect((await restrict(id, persons.privacyOfficer({ entity: ['hmbs-advies'] }))).status).toBe(404)
    expect((await restrict('nonsense')).status).toBe(404)
    expect((await lift(id)).status).toBe(404)
    expect((await notice(id)).status).toBe(404)
    expect((await app.rowOf(id)).restricted).toBe(false)
    app.clock.set(DUE.toISOString())
    await app.sweeper({ graceDays: 0 })(run)
    expect(await restrict(id)).toMatchObject({ status: 410, body: { code: 'destroyed' } })
  })

  const locks = (id: string) => `/v1/recordings/${id}/request-locks`

  test('T10: a request filed at 23:59 of the last day keeps the recording from the sweep of 00:00', async () => {
    const id = await app.record()
    const wanted = { requestRef: 'AVG-2026-7', receivedAt: '2026-07-15T21:59:00Z' }
    expect(await app.call('POST', locks(id), officer, wanted)).toMatchObject({
      status: 201,
      body: { requestRef: 'AVG-2026-7', reviewBy: '2026-09-14' },
    })
    expect((await app.call('POST', locks(id), officer, wanted)).status).toBe(200)
    expect(await app.rowOf(id)).toMatchObject({ lock_count: 1, is_free: false })
    app.clock.set(DUE.toISOString())
    expect(await app.sweeper({ graceDays: 0 })(run)).toMatchObject({ quarantined: [], destroyed: [] })
    // Past its day of review it still holds.
    app.clock.set('2027-07-15T00:00:00Z')
    expect(await app.sweeper({ graceDays: 0 })(run)).toMatchObject({ quarantined: [], destroyed: [] })
    expect((await app.call('DELETE', `${locks(id)}/AVG-2026-7`, officer)).status).toBe(204)
    expect((await app.call('DELETE', `${locks(id)}/AVG-2026-7`, officer)).status).toBe(404)
    expect(await app.sweeper({ graceDays: 0 })(run)).toMatchObject({ destroyed: [id] })
  })

  test('two requests lock apart, and only a privacy officer locks', async () => {
    const id = await app.record()
    const lock = (requestRef: string, claims = officer) =>
      app.call('POST', locks(id), claims, { requestRef, receivedAt: '2026-07-01T10:00:00Z' })
    await lock('one')
    await lock('two')
    await app.call('DELETE', `${locks(id)}/one`, officer)
    expect(await app.rowOf(id)).toMatchObject({ lock_count: 1 })
    expect((await lock('three', manager)).status).toBe(403)
    expect((await lock('four', persons.member('M-jansen'))).status).toBe(403)
    const ahead = { requestRef: 'five', receivedAt: '2026-07-15T22:05:00Z' }
    expect((await app.call('POST', locks(id), officer, ahead)).status).toBe(400)
  })
})

describe('T14: a restriction while the audio is being sent', () => {
  let app: ListeningApp
  beforeAll(async () => {
    app = await startListeningApp()
  })
  afterAll(() => app.close())

  const actor = {
    sub: 'privacy-1',
    roles: ['privacy_officer' as const],
    memberRef: null,
    entities: ['hmbs'],
    team: null,
    confidentialitySigned: true,
    engagedUntil: null,
    authenticatedAt: null,
    via: 'token' as const,
    displayName: null,
  }

  async function bytesAfterRestriction(headers: Record<string, string>, query: string) {
    const size = 48 * MIB
    const { id } = await addRecording(app, { audio: randomBytes(size) })
    const url = `${app.url}/v1/recordings/${id}/audio${query}`
    const [response] = (await once(get(url, { headers, agent: false }), 'response')) as [IncomingMessage]
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    while (bytes < MIB) await once(response, 'data')
    response.pause()
    await makeRestrict(app).restrict(actor, id, 'objection_pending')
    response.resume()
    await once(response, 'close').catch(() => undefined)
    const next = await fetch(url, { headers: { ...headers, range: 'bytes=0-99' } })
    await next.arrayBuffer()
    return { bytes, size, isComplete: response.complete, next: next.status }
  }

  const staff = '?purpose=fraud_prevention&caseRef=C-1'

  test('cuts staff off within a few megabytes, and refuses their next range', async () => {
    const cut = await bytesAfterRestriction(bearer(app, persons.fraudAnalyst()), staff)
    expect(cut).toMatchObject({ isComplete: false, next: 403 })
    expect(cut.bytes).toBeLessThan(24 * MIB)
  })

  test('does not touch the member', async () => {
    const heard = await bytesAfterRestriction(asMember(app), '')
    expect(heard).toMatchObject({ bytes: heard.size, isComplete: true, next: 206 })
  })
})
