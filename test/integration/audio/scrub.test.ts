import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RenditionName, renditionKey } from '../../../src/storage/keys.ts'
import { ObjectStoreError } from '../../../src/storage/object-store.ts'
import { storeWith } from '../retention/stage.ts'
import {
  type Intruder,
  intruderInBucket,
  intruderOnFiles,
  type ScrubStage,
  setScrubStage,
} from './scrub-stage.ts'

describe.each<[string, () => Promise<Intruder>]>([
  ['files', intruderOnFiles],
  ['a real bucket', intruderInBucket],
])('in %s', (_where, open) => {
  let stage: ScrubStage

  beforeAll(async () => {
    stage = await setScrubStage(await open())
  })
  afterAll(() => stage.close())
  beforeEach(async () => {
    await stage.clear()
    stage.logged.length = 0
  })

  const kinds = async () =>
    new Set((await stage.scrubAll()).map(({ recordingId, name, kind }) => `${recordingId} ${name} ${kind}`))

  const flipped = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes)
    copy[at] = (copy[at] ?? 0) ^ 0x10
    return copy
  }

  /** Damages an original, and expects that it is found, named, on record and alarmed, and healed by `heal`. */
  async function expectLoss(id: string, damage: 'missing' | 'changed', heal: () => Promise<void>) {
    expect(await kinds()).toContain(`${id} original lost`)
    expect(await stage.findings()).toMatchObject([
      { recording_id: id, rendition: 'original', kind: damage, found_at: stage.clock.now() },
    ])
    stage.clock.advance(3_600_000)
    await kinds()
    expect(await stage.findings()).toMatchObject([{ recording_id: id, seen_at: stage.clock.now() }])
    // However often it is seen: one event, one alarm.
    expect(await stage.auditOf(id)).toEqual(['recording.integrity_lost'])
    expect(stage.logged).toEqual([
      expect.objectContaining({ alarm: 'recording_damaged', recordingId: id, rendition: 'original', damage }),
    ])
    await heal()
    expect(await kinds()).toContain(`${id} original right`)
    expect(await stage.findings()).toEqual([])
    expect(await stage.auditOf(id)).toEqual(['recording.integrity_lost', 'recording.integrity_restored'])
  }

  test('what is as it was stored is no finding, and its row says when that was', async () => {
    const names: RenditionName[] = ['original', 'playback', 'waveform', 'masked']
    const id = await stage.call(names)
    expect(await kinds()).toEqual(new Set(names.map((name) => `${id} ${name} right`)))
    const rows = await stage.db.selectFrom('rendition').select('checked_at').execute()
    expect(rows.map(({ checked_at }) => checked_at)).toEqual(names.map(() => stage.clock.now()))
    expect([await stage.findings(), stage.logged, await stage.auditOf(id)]).toEqual([[], [], []])
  })

  test.each([
    ['in the header', 40],
    ['in the first chunk', 400],
    ['in the last tag', -1],
  ])('a flipped bit %s is found', async (_name, at) => {
    const [id] = [await stage.call(), await stage.call()]
    const right = await stage.stored(id)
    await stage.intruder.replace(
      renditionKey(id, 'original'),
      flipped(right, (at + right.length) % right.length),
    )
    await expectLoss(id, 'changed', () => stage.intruder.replace(renditionKey(id, 'original'), right))
  })

  test.each([0, 1, 65_800, 199_000])('a file cut off after %d bytes is found', async (length) => {
    const id = await stage.call()
    const right = await stage.stored(id)
    await stage.intruder.replace(renditionKey(id, 'original'), right.subarray(0, length))
    await expectLoss(id, 'changed', () => stage.intruder.replace(renditionKey(id, 'original'), right))
  })

  test('a file with more behind it is found', async () => {
    const id = await stage.call()
    const right = await stage.stored(id)
    await stage.intruder.replace(renditionKey(id, 'original'), Buffer.concat([right, Buffer.from('x')]))
    await expectLoss(id, 'changed', () => stage.intruder.replace(renditionKey(id, 'original'), right))
  })

  test('two whole files that changed places are found, both', async () => {
    const [one, other] = [await stage.call(), await stage.call()]
    const [ofOne, ofOther] = [await stage.stored(one), await stage.stored(other)]
    await stage.intruder.replace(renditionKey(one, 'original'), ofOther)
    await stage.intruder.replace(renditionKey(other, 'original'), ofOne)
    expect(await kinds()).toEqual(new Set([`${one} original lost`, `${other} original lost`]))
    expect((await stage.findings()).map(({ kind }) => kind)).toEqual(['changed', 'changed'])
  })

  test('an earlier file of the same recording in the place of the present one is found', async () => {
    const id = await stage.call()
    const before = await stage.stored(id)
    const audio = randomBytes(200_000)
    await stage.store(id, 'original', audio)
    const right = await stage.stored(id)
    expect(right.length).toBe(before.length)
    await stage.intruder.dropNewest(renditionKey(id, 'original'))
    expect((await stage.stored(id)).equals(before)).toBe(true)
    await expectLoss(id, 'changed', () => stage.intruder.replace(renditionKey(id, 'original'), right))
  })

  test('a file that is gone is found', async () => {
    const id = await stage.call()
    const right = await stage.stored(id)
    await stage.intruder.dropNewest(renditionKey(id, 'original'))
    await expectLoss(id, 'missing', async () => {
      await stage.intruder.store.put(
        renditionKey(id, 'original'),
        Readable.from([right]),
        AbortSignal.timeout(9000),
      )
    })
  })

  test('a row whose hash is of another audio than is stored is found', async () => {
    const id = await stage.call()
    await stage.db
      .updateTable('rendition')
      .set({ sha256: randomBytes(32) })
      .execute()
    expect(await kinds()).toEqual(new Set([`${id} original lost`]))
    expect(await stage.findings()).toMatchObject([{ recording_id: id, kind: 'changed' }])
  })

  test('a recording whose key is gone is lost', async () => {
    const id = await stage.call()
    await stage.db.deleteFrom('recording_key').execute()
    expect(await kinds()).toEqual(new Set([`${id} original lost`]))
    expect(await stage.findings()).toMatchObject([{ recording_id: id, kind: 'missing' }])
  })

  test('what was made of an original is made again, and is no loss', async () => {
    const id = await stage.call(['original', 'playback', 'waveform', 'channel2', 'masked', 'copy'])
    for (const name of ['waveform', 'masked'] as const)
      await stage.intruder.replace(renditionKey(id, name), flipped(await stage.stored(id, name), 5000))
    await stage.intruder.dropNewest(renditionKey(id, 'channel2'))
    const found = await kinds()
    for (const name of ['waveform', 'masked', 'channel2']) expect(found).toContain(`${id} ${name} remade`)
    const left = await stage.db.selectFrom('rendition').select('name').orderBy('name').execute()
    expect(left.map(({ name }) => name)).toEqual(['copy', 'original', 'playback'])
    const work = await stage.db.selectFrom('audio_work').select(['kind', 'state']).orderBy('kind').execute()
    expect(work).toEqual(
      ['channels', 'masked', 'playback', 'tidy'].map((kind) => ({ kind, state: 'waiting' })),
    )
    expect([await stage.findings(), await stage.auditOf(id)]).toEqual([[], []])
    expect(stage.logged).toHaveLength(3)
    expect(stage.logged.some(({ alarm }) => alarm !== undefined)).toBe(false)
  })

  test('long after its end the store may have been faster than the sweep; under a hold that is a loss', async () => {
    const dueAt = new Date(stage.clock.now().getTime() - 15 * 86_400_000)
    const ended = await stage.call(['original'], 1000, { dueAt })
    const held = await stage.call(['original'], 1000, { dueAt, hold_count: 1 })
    for (const id of [ended, held]) await stage.intruder.dropNewest(renditionKey(id, 'original'))
    expect(await kinds()).toEqual(new Set([`${ended} original passed`, `${held} original lost`]))
  })

  test('a store that does not answer is no finding', async () => {
    const ids = [await stage.call(), await stage.call()]
    const away = storeWith(stage.intruder.store, {
      open: () => Promise.reject(new ObjectStoreError('unavailable', 'away')),
    })
    const { run, outcomes } = stage.regular({}, away)
    await run()
    expect(outcomes.map(({ kind }) => kind)).toEqual(ids.map(() => 'unchecked'))
    expect(await stage.findings()).toEqual([])
    expect((await stage.db.selectFrom('rendition').select('checked_at').execute())[0]?.checked_at).toBeNull()
  })
})
