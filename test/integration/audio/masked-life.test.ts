import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MIB, MINUTE } from '../../../src/kernel/units.ts'
import { findSource } from '../../../src/recordings/rendition-queries.ts'
import { openS3ObjectStore } from '../../../src/storage/s3-object-store.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { speech, wavOf } from '../../support/sound.ts'
import { persons } from '../../support/tokens.ts'
import { asMember, auditOf, NOW } from '../listening/listening-app.ts'
import { manager, member, officer, startTrainingApp, type TrainingApp } from './training-app.ts'

const MASKED = 'masked.m4a.age'

describe('the life of a masked rendition, in a bucket with versions and Object Lock', () => {
  let bucket: TestBucket
  let app: TrainingApp
  let audio: Buffer

  beforeAll(async () => {
    bucket = await createTestBucket({ objectLock: true })
    const { endpoint, region, accessKeyId, secretAccessKey } = bucket
    app = await startTrainingApp({
      store: () =>
        openS3ObjectStore({
          ...{ endpoint, region, forcePathStyle: true, bucket: bucket.bucket },
          credentials: { accessKeyId, secretAccessKey },
        }),
    })
    const { channels, sampleRate } = await speech('Ik bel over mijn polis.')
    audio = wavOf(channels, sampleRate)
  })
  afterAll(async () => {
    app.store.close()
    await app.close()
    await bucket.destroy()
  })
  beforeEach(() => app.clock.set(NOW))
  afterEach(() => sql`truncate recording, hold cascade`.execute(app.db))

  const training = (id: string) => `/v1/recordings/${id}/purposes/training_coaching`
  const object = (id: string) => app.call(officer, 'POST', `${training(id)}/objection`)
  const resume = (id: string) => app.call(officer, 'DELETE', `${training(id)}/objection`)
  /** What the member's own page of the call lists. */
  const listed = async (id: string): Promise<string[]> =>
    (await app.call(member, 'GET', `/v1/recordings/${id}`)).body.media.renditions
  const status = async (id: string, rendition = 'masked') => (await app.listen(id, rendition)).status
  const receive = async (): Promise<string> => {
    const id = await app.receive(audio)
    await app.work()
    expect(await app.stored(id)).toContain(MASKED)
    return id
  }
  /** The job of every twenty seconds, and the work that it asks for. */
  const tick = async () => {
    const report = await app.expireMasked()
    await app.work()
    return report
  }

  test('T28: it is listed to the member as masked, and expires with the purpose while the call stays', async () => {
    const id = await receive()
    await tick()
    expect(await listed(id)).toContain('masked')
    expect(await status(id)).toBe(200)
    app.clock.set('2027-05-22T21:59:59Z')
    expect(await tick()).toEqual({ removed: 0, queued: 0 })
    expect(await status(id)).toBe(200)
    app.clock.set('2027-05-22T22:00:00Z')
    expect(await status(id)).toBe(404)
    expect(await listed(id)).not.toContain('masked')
    expect(await tick()).toEqual({ removed: 1, queued: 0 })
    expect(await app.stored(id)).toEqual(['original.age', 'playback.m4a.age', 'waveform.dat.age'])
    expect(await listed(id)).toEqual(['original', 'playback'])
    expect(await status(id, 'original')).toBe(200)
    const [removed] = (await auditOf(app, id)).filter(({ type }) => type === 'rendition.removed')
    expect(removed).toMatchObject({ outcome: 'ok', detail: { rendition: 'masked', because: 'purpose_over' } })
  })

  test('an objection ends it: unheard at once, gone from the store at the next tick, back when it is not upheld', async () => {
    const id = await receive()
    await object(id)
    expect(await status(id)).toBe(404)
    expect(await listed(id)).not.toContain('masked')
    await tick()
    expect(await app.stored(id)).not.toContain(MASKED)
    expect(await app.made(id)).not.toContain('masked')
    await resume(id)
    expect(await tick()).toEqual({ removed: 0, queued: 1 })
    expect(await status(id)).toBe(200)
    expect(await app.stored(id)).toContain(MASKED)
  })

  test.each(['health', 'criminal', 'minor', 'payment'])('the mark %s ends it', async (flag) => {
    const id = await receive()
    const mark = (sensitivity: string[]) =>
      app.db.updateTable('recording').set({ sensitivity }).where('id', '=', id).execute()
    await mark([flag])
    expect(await status(id)).toBe(404)
    expect(await tick()).toEqual({ removed: 1, queued: 0 })
    expect(await app.stored(id)).not.toContain(MASKED)
    await mark([])
    expect(await tick()).toEqual({ removed: 0, queued: 1 })
    expect(await status(id)).toBe(200)
  })

  test('nothing of a held recording is removed until it is free, and nobody hears it meanwhile', async () => {
    const id = await receive()
    const hold = await app.call(manager, 'POST', '/v1/holds', {
      ...{ type: 'claim', matterRef: 'CL-1', reason: 'a dispute about cover', scope: { recordings: [id] } },
    })
    expect(hold.status).toBe(201)
    await object(id)
    expect(await status(id)).toBe(404)
    expect(await tick()).toEqual({ removed: 0, queued: 0 })
    expect(await app.stored(id)).toContain(MASKED)
    const released = await app.call(officer, 'POST', `/v1/holds/${hold.body.id}/release`, {
      reason: 'the matter is closed',
    })
    expect(released.status).toBe(200)
    // The store has a legal hold of its own, which it is told to lift first.
    await app.keepInStep()
    expect(await tick()).toEqual({ removed: 1, queued: 0 })
    expect(await app.stored(id)).not.toContain(MASKED)
  })

  test('a held recording whose list of parts is replaced keeps the old object, unheard, until it is free', async () => {
    const id = await receive()
    const place = { type: 'claim', matterRef: 'CL-2', reason: 'a dispute about cover' }
    const hold = await app.call(manager, 'POST', '/v1/holds', { ...place, scope: { recordings: [id] } })
    const beeps = [{ fromSeconds: 0.2, toSeconds: 0.4, reason: 'name' }]
    await app.call(officer, 'PUT', `/v1/recordings/${id}/spans`, { beeps, cuts: [] })
    await app.work()
    expect(await status(id)).toBe(200)
    await app.call(officer, 'POST', `/v1/holds/${hold.body.id}/release`, { reason: 'the matter is closed' })
    await app.keepInStep()
    await tick()
    expect((await app.stored(id)).filter((name) => name === MASKED)).toHaveLength(1)
  })

  test('none is made of a restricted recording, and one is once the restriction is lifted', async () => {
    const id = await app.receive(audio)
    await app.tasks.playback(id, new AbortController().signal)
    const restriction = `/v1/recordings/${id}/restriction`
    await app.call(officer, 'POST', restriction, { ground: 'accuracy_contested' })
    await app.work()
    expect(await app.made(id)).not.toContain('masked')
    await app.call(officer, 'POST', `${restriction}/lift-notice`)
    app.clock.advance(MINUTE)
    await app.call(officer, 'DELETE', restriction)
    await tick()
    expect(await app.made(id)).toContain('masked')
  })

  test('a call that was never kept for training has none until that purpose is added', async () => {
    const id = await app.receive(audio, { tags: [{ purpose: 'contract_performance' }] })
    await app.work()
    expect(await app.made(id)).not.toContain('masked')
    expect(await status(id)).toBe(404)
    const added = await app.call(officer, 'POST', `/v1/recordings/${id}/purposes`, {
      purpose: 'training_coaching',
      compatibleUse: 'the member asked us to learn from this call',
    })
    expect(added.body).toMatchObject({ id })
    expect(await tick()).toEqual({ removed: 0, queued: 1 })
    expect(await status(id)).toBe(200)
  })

  test('somebody in the middle of it is cut off when the purpose ends', async () => {
    const id = await receive()
    const source = await findSource(app.db, id)
    if (!source) throw new Error('no source')
    const long = {
      name: 'masked',
      mediaType: 'audio/mp4',
      open: () => Readable.from([randomBytes(64 * MIB)]),
    }
    await app.storeRenditions({ source, renditions: [long as never] }, new AbortController().signal)
    const address = `${app.url}/v1/recordings/${id}/audio?rendition=masked`
    const [response] = (await once(get(address, { headers: asMember(app), agent: false }), 'response')) as [
      IncomingMessage,
    ]
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    while (bytes < MIB) await once(response, 'data')
    response.pause()
    await object(id)
    response.resume()
    await once(response, 'close').catch(() => {})
    expect(response.complete).toBe(false)
    expect(bytes).toBeLessThan(24 * MIB)
  })

  test('staff hear no more of it than of any other rendition: coaches nothing yet', async () => {
    const id = await receive()
    for (const claims of [persons.coach(), officer, persons.auditor()]) {
      const answer = await app.call(claims, 'GET', `/v1/recordings/${id}/audio?rendition=masked`)
      expect(answer.status).toBe(403)
    }
    expect(
      (await app.call(persons.member('M-2'), 'GET', `/v1/recordings/${id}/audio?rendition=masked`)).status,
    ).toBe(404)
  })

  test('two jobs at once remove each of many exactly once, and look at no other', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => app.receive(audio)))
    await app.work()
    await tick()
    for (const id of ids.slice(0, 4)) await object(id)
    const due = await app.db
      .selectFrom('training_review')
      .selectAll()
      .where('look_at', '<=', app.clock.now())
      .execute()
    expect(due).toHaveLength(4)
    const reports = await Promise.all([app.expireMasked(), app.expireMasked(), app.expireMasked()])
    await app.expireMasked()
    expect(reports.reduce((sum, { removed }) => sum + removed, 0)).toBeLessThanOrEqual(4)
    const { rows } = await sql<{
      n: number
    }>`select count(*) as n from audit_event where type = 'rendition.removed'
      and recording_id = any(${ids}::uuid[])`.execute(app.db)
    expect(rows[0]?.n).toBe(4)
    await app.work()
    for (const id of ids.slice(0, 4)) expect(await app.made(id)).not.toContain('masked')
    for (const id of ids.slice(4)) expect(await app.made(id)).toContain('masked')
  }, 60_000)

  test('nothing is left of it, nor of when it would have ended, once the recording is destroyed', async () => {
    const id = await receive()
    await tick()
    expect(await reviews(id)).toBe(1)
    await app.db.deleteFrom('purpose_tag').where('recording_id', '=', id).execute()
    expect(await reviews(id)).toBe(0)
  })

  const reviews = async (id: string): Promise<number> =>
    (
      await app.db
        .selectFrom('training_review')
        .select('recording_id')
        .where('recording_id', '=', id)
        .execute()
    ).length
})
