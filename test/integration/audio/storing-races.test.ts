import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeSyncObjects } from '../../../src/recordings/sync-objects.ts'
import { makeTidyObjects } from '../../../src/recordings/tidy-objects.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import type { ObjectStore } from '../../../src/storage/object-store.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { leftIn, storeWith } from '../retention/stage.ts'
import { type AudioStage, made, NEVER, openBucket, setAudioStage } from './audio-stage.ts'

const logger = createLogger('error')
logger.silent = true
const AUDIO = randomBytes(30_000)

let stage: AudioStage
let store: ObjectStore
let closeBucket: () => Promise<void>

beforeAll(async () => {
  const bucket = await openBucket({ objectLock: true })
  store = bucket.store
  closeBucket = bucket.close
  stage = await setAudioStage(store)
})
afterEach(() => stage.clear())
afterAll(async () => {
  await stage.close()
  await closeBucket()
})

const files = async (id: string) => (await stage.versionsOf(id)).map(({ name }) => name)

const claim = () =>
  stage.purge().claim({ now: stage.clock.now(), quarantinedBefore: stage.clock.now(), limit: 1 })

const quarantine = (id: string) =>
  stage.db
    .updateTable('recording')
    .set({ status: 'quarantined', quarantined_at: new Date(stage.clock.now().getTime() - 1000) })
    .where('id', '=', id)
    .execute()

/** The store, which calls this before it takes what is put. */
const beforePut = (work: () => Promise<void>, inner = store): ObjectStore =>
  storeWith(inner, {
    async put(key, body, signal) {
      await work()
      return inner.put(key, body, signal)
    },
  })

const hold = async (id: string): Promise<void> => {
  const at = stage.clock.now()
  await stage.db
    .insertInto('hold')
    .values({
      ...{ id, type: 'claim', matter_ref: 'matter', entity: 'hmbs', scope: '{}', future_matching: false },
      ...{ reason: 'a claim', placed_by: 'anna', placed_at: at, review_by: '2027-01-01' },
    })
    .execute()
  await stage.db
    .insertInto('hold_recording')
    .values({ hold_id: id, recording_id: id, placed_at: at })
    .execute()
  await stage.db
    .updateTable('recording')
    .set({ hold_count: 1, objects_changed_at: at })
    .where('id', '=', id)
    .execute()
}

const sync = () => makeSyncObjects({ db: stage.db, store, clock: stage.clock, logger })({ limit: 10 }, NEVER)

describe('a destruction (F39)', () => {
  test('that was claimed before is not disturbed by what is finished after it', async () => {
    const id = await stage.receive(AUDIO)
    const source = await stage.source(id)
    await quarantine(id)
    const claims = await claim()
    expect(await stage.storeRenditions()({ source, renditions: [made('playback')] }, NEVER)).toBe('unwanted')
    expect(await stage.purge().destroy(claims)).toMatchObject([{ kind: 'destroyed' }])
    expect(await leftIn(store, id)).toBe(0)
    expect(await stage.storeRenditions()({ source, renditions: [made('playback')] }, NEVER)).toBe('unwanted')
    expect(await leftIn(store, id)).toBe(0)
    expect(await stage.made(id)).toEqual([])
  })

  test('that is claimed while something is being stored waits for it, and nothing of it appears later', async () => {
    const id = await stage.receive(AUDIO)
    const source = await stage.source(id)
    await quarantine(id)
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const slow = beforePut(async () => {
      begin()
      await released
    })
    const storing = stage.storeRenditions(slow)({ source, renditions: [made('playback')] }, NEVER)
    await begun
    const claims = await claim()
    expect(claims).toHaveLength(1)
    const destroying = stage.purge().destroy(claims)
    // Without waiting it would be over long before that.
    const first = await Promise.race([destroying.then(() => 'destroyed'), delay(4000).then(() => 'waits')])
    release()
    expect(first).toBe('waits')
    expect(await storing).toBe('unwanted')
    expect(await destroying).toMatchObject([{ kind: 'destroyed', versions: 1 }])
    expect(await leftIn(store, id)).toBe(0)
    expect(await stage.made(id)).toEqual([])
    expect(await stage.workOf(id)).toEqual([])
  })

  test('removes what was stored in the last moment before its claim', async () => {
    const id = await stage.receive(AUDIO)
    const source = await stage.source(id)
    await quarantine(id)
    expect(await stage.storeRenditions()({ source, renditions: [made('playback')] }, NEVER)).toBe('stored')
    const claims = await claim()
    expect(await stage.purge().destroy(claims)).toMatchObject([{ kind: 'destroyed', versions: 2 }])
    expect(await leftIn(store, id)).toBe(0)
  })

  test('forgets what decoding showed and what was still to be made', async () => {
    const id = await stage.receive(AUDIO)
    await stage.queueFirst(id)
    await stage.db
      .insertInto('audio_facts')
      .values({
        ...{ recording_id: id, codec: 'pcm_s16le', channels: 1, sample_rate: 8000, duration_ms: 1000 },
        ...{ warning: null, decoded_at: stage.clock.now() },
      })
      .execute()
    await quarantine(id)
    await stage.purge().destroy(await claim())
    for (const table of ['audio_facts', 'audio_work', 'audio_span', 'rendition'] as const)
      expect(await stage.db.selectFrom(table).selectAll().execute()).toEqual([])
  })
})

describe('a hold', () => {
  test('that comes while something is being stored is put on the new object too', async () => {
    const id = await stage.receive(AUDIO)
    const source = await stage.source(id)
    const late = beforePut(() => hold(id))
    expect(await stage.storeRenditions(late)({ source, renditions: [made('playback')] }, NEVER)).toBe(
      'stored',
    )
    expect(await sync()).toEqual({ confirmed: 1, failed: 0 })
    for (const { key, versionId } of await stage.versionsOf(id)) {
      expect(await store.isHeld(key, versionId)).toBe(true)
      expect(await store.tags(key, versionId)).toMatchObject({ hold: 'held' })
    }
  })

  test('that was confirmed long ago is put on what is made later', async () => {
    const id = await stage.receive(AUDIO)
    await hold(id)
    await sync()
    const source = await stage.source(id)
    await stage.storeRenditions()({ source, renditions: [made('playback')] }, NEVER)
    expect(await store.tags(renditionKey(id, 'playback'))).toMatchObject({ hold: 'held' })
    expect(await sync()).toEqual({ confirmed: 1, failed: 0 })
    for (const { key, versionId } of await stage.versionsOf(id))
      expect(await store.isHeld(key, versionId)).toBe(true)
  })

  test('keeps what is not needed any more until it is released', async () => {
    const id = await stage.receive(AUDIO)
    const source = await stage.source(id)
    await stage.storeRenditions()({ source, renditions: [made('masked')] }, NEVER)
    await stage.db.deleteFrom('rendition').where('name', '=', 'masked').execute()
    await hold(id)
    const tidy = makeTidyObjects({ db: stage.db, store })
    await tidy(id, NEVER)
    expect(await files(id)).toHaveLength(2)
    await stage.db.updateTable('recording').set({ hold_count: 0 }).where('id', '=', id).execute()
    await tidy(id, NEVER)
    expect(await files(id)).toEqual(['original.age'])
  })
})
