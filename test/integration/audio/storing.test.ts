import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { makeSyncObjects } from '../../../src/recordings/sync-objects.ts'
import { makeTidyObjects } from '../../../src/recordings/tidy-objects.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import { ObjectStoreError } from '../../../src/storage/object-store.ts'
import { LAST_DAY, leftIn, storeWith } from '../retention/stage.ts'
import { type AudioStage, made, NEVER } from './audio-stage.ts'
import { AUDIO, setStoringStage } from './storing-stage.ts'
import { quietLogger as logger } from './worker-stage.ts'

const at = setStoringStage()

const sync = () =>
  makeSyncObjects({ db: at.stage.db, store: at.store, clock: at.stage.clock, logger })({ limit: 10 }, NEVER)

describe('what is made of a recording', () => {
  test('is stored encrypted for its key alone, and tagged, before its row is there', async () => {
    const id = await at.stage.receive(AUDIO)
    const bytes = randomBytes(70_000)
    const rendition = { ...made('playback'), open: () => Readable.from([bytes]) }
    const source = await at.stage.source(id)
    expect(
      await at.stage.storeRenditions()({ source, renditions: [rendition, made('waveform')] }, NEVER),
    ).toBe('stored')
    expect(await at.stage.made(id)).toEqual(['original', 'playback', 'waveform'])
    expect((await at.stage.plain(id, 'playback')).equals(bytes)).toBe(true)
    expect((await at.stage.plain(id, 'original')).equals(AUDIO)).toBe(true)
    expect(await at.store.tags(renditionKey(id, 'playback'))).toEqual({
      ...{ purpose: 'purpose_0', 'retain-until': LAST_DAY, rule: 'rule@1', hold: 'none', class: 'derived' },
    })
    const versions = await at.stage.versionsOf(id)
    for (const { name, versionId } of await at.stage.rowsOf(id))
      expect(versions).toContainEqual({
        ...{ key: renditionKey(id, name), versionId },
        name: renditionKey(id, name).split('/')[2],
      })
  })

  test('is all there or not at all, also in the store, when one of several fails', async () => {
    const id = await at.stage.receive(AUDIO)
    const broken = { ...made('playback'), open: () => Readable.from(brokenOff()) }
    const source = await at.stage.source(id)
    await expect(
      at.stage.storeRenditions()({ source, renditions: [made('waveform'), broken] }, NEVER),
    ).rejects.toThrow('broken off')
    expect(await at.stage.made(id)).toEqual(['original'])
    expect(await at.files(id)).toEqual(['original.age'])
    expect(await leftIn(at.store, id)).toBe(1)
  })

  test('removes what an attempt has left that died before its row was there', async () => {
    const id = await at.stage.receive(AUDIO)
    await at.store.put(renditionKey(id, 'playback'), Readable.from([randomBytes(500)]), NEVER)
    await at.stage.storeRenditions()(
      { source: await at.stage.source(id), renditions: [made('playback')] },
      NEVER,
    )
    expect((await at.files(id)).sort()).toEqual(['original.age', 'playback.m4a.age'])
  })

  test('replaces what is there, and the replaced version is tidied away', async () => {
    const id = await at.stage.receive(AUDIO)
    const source = await at.stage.source(id)
    await at.stage.storeRenditions()({ source, renditions: [made('masked')] }, NEVER)
    await at.stage.storeRenditions()({ source, renditions: [made('masked')] }, NEVER)
    expect(await at.stage.workOf(id)).toEqual(['tidy'])
    await makeTidyObjects({ db: at.stage.db, store: at.store })(id, NEVER)
    expect((await at.files(id)).sort()).toEqual(['masked.m4a.age', 'original.age'])
    const [masked] = (await at.stage.rowsOf(id)).filter(({ name }) => name === 'masked')
    expect((await at.stage.versionsOf(id)).map(({ versionId }) => versionId)).toContain(masked?.versionId)
  })

  test('is wanted no more once the original is another one, or something has to come out of it', async () => {
    const id = await at.stage.receive(AUDIO)
    const source = { ...(await at.stage.source(id)), sha256: randomBytes(32) }
    expect(await at.stage.storeRenditions()({ source, renditions: [made('mix')] }, NEVER)).toBe('unwanted')
    await at.stage.queue(id, 'redact')
    const current = await at.stage.source(id)
    expect(await at.stage.storeRenditions()({ source: current, renditions: [made('mix')] }, NEVER)).toBe(
      'unwanted',
    )
    expect(await at.files(id)).toEqual(['original.age'])
  })

  test('leaves nothing, not even what was written beside it, when the last look says no', async () => {
    const id = await at.stage.receive(AUDIO)
    const request = { source: await at.stage.source(id), renditions: [made('masked')] }
    const alongside: Alongside = async (tx) => {
      await tx.updateTable('recording').set({ team: 'changed' }).where('id', '=', id).execute()
      return false
    }
    expect(await at.stage.storeRenditions()({ ...request, alongside }, NEVER)).toBe('unwanted')
    expect(await at.files(id)).toEqual(['original.age'])
    const row = await at.stage.db
      .selectFrom('recording')
      .select('team')
      .where('id', '=', id)
      .executeTakeFirst()
    expect(row?.team).not.toBe('changed')
  })

  test('carries the end of training only when it is masked for training', async () => {
    const id = await at.stage.receive(AUDIO, 'audio/wav', { tagStates: ['active', 'active'] })
    await at.stage.db
      .updateTable('purpose_tag')
      .set({ purpose: 'training_coaching', retain_until: '2026-03-01', rule_id: 'training' })
      .where('recording_id', '=', id)
      .where('purpose', '=', 'purpose_1')
      .execute()
    const source = await at.stage.source(id)
    await at.stage.storeRenditions()({ source, renditions: [made('masked'), made('playback')] }, NEVER)
    expect(await at.store.tags(renditionKey(id, 'masked'))).toMatchObject({
      ...{ purpose: 'training_coaching', 'retain-until': '2026-03-01', rule: 'training@1' },
    })
    expect(await at.store.tags(renditionKey(id, 'playback'))).toMatchObject({
      ...{ purpose: 'purpose_0+training_coaching', 'retain-until': LAST_DAY },
    })
    // An objection takes nothing from the day on which the store itself may remove it.
    await at.stage.db
      .updateTable('purpose_tag')
      .set({ state: 'objected' })
      .where('purpose', '=', 'training_coaching')
      .execute()
    await at.stage.db
      .updateTable('recording')
      .set({ objects_changed_at: at.stage.clock.now() })
      .where('id', '=', id)
      .execute()
    expect(await sync()).toEqual({ confirmed: 1, failed: 0 })
    expect(await at.store.tags(renditionKey(id, 'masked'))).toMatchObject({ 'retain-until': '2026-03-01' })
    expect(await at.store.tags(renditionKey(id, 'playback'))).toMatchObject({ purpose: 'purpose_0' })
  })
})

describe('tidying', () => {
  test('leaves alone a file whose row does not know its version', async () => {
    const id = await at.stage.receive(AUDIO)
    await at.store.put(renditionKey(id, 'original'), Readable.from([randomBytes(10)]), NEVER)
    await at.stage.db
      .updateTable('rendition')
      .set({ version_id: null })
      .where('recording_id', '=', id)
      .execute()
    await makeTidyObjects({ db: at.stage.db, store: at.store })(id, NEVER)
    expect(await at.files(id)).toHaveLength(2)
  })

  test('leaves alone what is all there is of a file whose row names a version that is gone', async () => {
    const id = await at.stage.receive(AUDIO)
    await at.stage.db
      .updateTable('rendition')
      .set({ version_id: 'of-yesterday' })
      .where('recording_id', '=', id)
      .execute()
    await makeTidyObjects({ db: at.stage.db, store: at.store })(id, NEVER)
    expect(await at.files(id)).toEqual(['original.age'])
  })

  test('says so when the store keeps something', async () => {
    const id = await at.stage.receive(AUDIO)
    await at.store.put(renditionKey(id, 'copy'), Readable.from([randomBytes(10)]), NEVER)
    const refusing = storeWith(at.store, {
      removeVersions: async (versions) => ({
        removed: 0,
        failed: versions.map(({ key, versionId }) => ({ key, versionId, code: 'AccessDenied' })),
      }),
    })
    await expect(makeTidyObjects({ db: at.stage.db, store: refusing })(id, NEVER)).rejects.toThrow(
      ObjectStoreError,
    )
  })
})

type Alongside = NonNullable<Parameters<ReturnType<AudioStage['storeRenditions']>>[0]['alongside']>

async function* brokenOff(): AsyncGenerator<Buffer> {
  yield randomBytes(20_000)
  throw new Error('broken off')
}
