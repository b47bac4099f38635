import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { makeSyncObjects } from '../../../src/recordings/sync-objects.ts'
import { makeTidyObjects } from '../../../src/recordings/tidy-objects.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import type { ObjectStore } from '../../../src/storage/object-store.ts'
import { leftIn, storeWith } from '../retention/stage.ts'
import { made, NEVER } from './audio-stage.ts'
import { AUDIO, setStoringStage } from './storing-stage.ts'
import { quietLogger as logger } from './worker-stage.ts'

const at = setStoringStage()

const claim = () =>
  at.stage.purge().claim({ now: at.stage.clock.now(), quarantinedBefore: at.stage.clock.now(), limit: 1 })

const quarantine = (id: string) =>
  at.stage.db
    .updateTable('recording')
    .set({ status: 'quarantined', quarantined_at: new Date(at.stage.clock.now().getTime() - 1000) })
    .where('id', '=', id)
    .execute()

/** The store, which calls this before it takes what is put. */
const beforePut = (work: () => Promise<void>, inner = at.store): ObjectStore =>
  storeWith(inner, {
    async put(key, body, signal) {
      await work()
      return inner.put(key, body, signal)
    },
  })

const hold = async (id: string): Promise<void> => {
  const now = at.stage.clock.now()
  await at.stage.db
    .insertInto('hold')
    .values({
      ...{ id, type: 'claim', matter_ref: 'matter', entity: 'hmbs', scope: '{}', future_matching: false },
      ...{ reason: 'a claim', placed_by: 'anna', placed_at: now, review_by: '2027-01-01' },
    })
    .execute()
  await at.stage.db
    .insertInto('hold_recording')
    .values({ hold_id: id, recording_id: id, placed_at: now })
    .execute()
  await at.stage.db
    .updateTable('recording')
    .set({ hold_count: 1, objects_changed_at: now })
    .where('id', '=', id)
    .execute()
}

const sync = () =>
  makeSyncObjects({ db: at.stage.db, store: at.store, clock: at.stage.clock, logger })({ limit: 10 }, NEVER)

describe('a destruction (F39)', () => {
  test('that was claimed before is not disturbed by what is finished after it', async () => {
    const id = await at.stage.receive(AUDIO)
    const source = await at.stage.source(id)
    await quarantine(id)
    const claims = await claim()
    expect(await at.stage.storeRenditions()({ source, renditions: [made('playback')] }, NEVER)).toBe(
      'unwanted',
    )
    expect(await at.stage.purge().destroy(claims)).toMatchObject([{ kind: 'destroyed' }])
    expect(await leftIn(at.store, id)).toBe(0)
    expect(await at.stage.storeRenditions()({ source, renditions: [made('playback')] }, NEVER)).toBe(
      'unwanted',
    )
    expect(await leftIn(at.store, id)).toBe(0)
    expect(await at.stage.made(id)).toEqual([])
  })

  test('that is claimed while something is being stored waits for it, and nothing of it appears later', async () => {
    const id = await at.stage.receive(AUDIO)
    const source = await at.stage.source(id)
    await quarantine(id)
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const slow = beforePut(async () => {
      begin()
      await released
    })
    const storing = at.stage.storeRenditions(slow)({ source, renditions: [made('playback')] }, NEVER)
    await begun
    const claims = await claim()
    expect(claims).toHaveLength(1)
    const destroying = at.stage.purge().destroy(claims)
    // Without waiting it would be over long before that.
    const first = await Promise.race([destroying.then(() => 'destroyed'), delay(4000).then(() => 'waits')])
    release()
    expect(first).toBe('waits')
    expect(await storing).toBe('unwanted')
    expect(await destroying).toMatchObject([{ kind: 'destroyed', versions: 1 }])
    expect(await leftIn(at.store, id)).toBe(0)
    expect(await at.stage.made(id)).toEqual([])
    expect(await at.stage.workOf(id)).toEqual([])
  })

  test('removes what was stored in the last moment before its claim', async () => {
    const id = await at.stage.receive(AUDIO)
    const source = await at.stage.source(id)
    await quarantine(id)
    expect(await at.stage.storeRenditions()({ source, renditions: [made('playback')] }, NEVER)).toBe('stored')
    const claims = await claim()
    expect(await at.stage.purge().destroy(claims)).toMatchObject([{ kind: 'destroyed', versions: 2 }])
    expect(await leftIn(at.store, id)).toBe(0)
  })

  test('forgets what decoding showed and what was still to be made', async () => {
    const id = await at.stage.receive(AUDIO)
    await at.stage.queueFirst(id)
    await at.stage.db
      .insertInto('audio_facts')
      .values({
        ...{ recording_id: id, codec: 'pcm_s16le', channels: 1, sample_rate: 8000, duration_ms: 1000 },
        ...{ warning: null, decoded_at: at.stage.clock.now() },
      })
      .execute()
    await quarantine(id)
    await at.stage.purge().destroy(await claim())
    for (const table of ['audio_facts', 'audio_work', 'audio_span', 'rendition'] as const)
      expect(await at.stage.db.selectFrom(table).selectAll().execute()).toEqual([])
  })
})

describe('a hold', () => {
  test('that comes while something is being stored is put on the new object too', async () => {
    const id = await at.stage.receive(AUDIO)
    const source = await at.stage.source(id)
    const late = beforePut(() => hold(id))
    expect(await at.stage.storeRenditions(late)({ source, renditions: [made('playback')] }, NEVER)).toBe(
      'stored',
    )
    expect(await sync()).toEqual({ confirmed: 1, failed: 0 })
    for (const { key, versionId } of await at.stage.versionsOf(id)) {
      expect(await at.store.isHeld(key, versionId)).toBe(true)
      expect(await at.store.tags(key, versionId)).toMatchObject({ hold: 'held' })
    }
  })

  test('that was confirmed long ago is put on what is made later', async () => {
    const id = await at.stage.receive(AUDIO)
    await hold(id)
    await sync()
    const source = await at.stage.source(id)
    await at.stage.storeRenditions()({ source, renditions: [made('playback')] }, NEVER)
    expect(await at.store.tags(renditionKey(id, 'playback'))).toMatchObject({ hold: 'held' })
    expect(await sync()).toEqual({ confirmed: 1, failed: 0 })
    for (const { key, versionId } of await at.stage.versionsOf(id))
      expect(await at.store.isHeld(key, versionId)).toBe(true)
  })

  test('keeps what is not needed any more until it is released', async () => {
    const id = await at.stage.receive(AUDIO)
    const source = await at.stage.source(id)
    await at.stage.storeRenditions()({ source, renditions: [made('masked')] }, NEVER)
    await at.stage.db.deleteFrom('rendition').where('name', '=', 'masked').execute()
    await hold(id)
    const tidy = makeTidyObjects({ db: at.stage.db, store: at.store })
    await tidy(id, NEVER)
    expect(await at.files(id)).toHaveLength(2)
    await at.stage.db.updateTable('recording').set({ hold_count: 0 }).where('id', '=', id).execute()
    await tidy(id, NEVER)
    expect(await at.files(id)).toEqual(['original.age'])
  })
})
