import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { withAudioTurn } from '../../../src/recordings/audio-turn-queries.ts'
import { queueWork } from '../../../src/recordings/audio-work-queries.ts'
import { makeStoreRenditions } from '../../../src/recordings/store-rendition.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import type { ObjectStore } from '../../../src/storage/object-store.ts'
import { DUE, LAST_DAY, storeWith } from '../retention/stage.ts'
import { intruderInBucket, never, type ScrubStage, setScrubStage } from './scrub-stage.ts'

let stage: ScrubStage

beforeAll(async () => {
  stage = await setScrubStage(await intruderInBucket())
})
afterAll(() => stage.close())
beforeEach(async () => {
  await stage.clear()
  stage.logged.length = 0
  stage.clock.set('2026-07-15T22:00:00Z')
})

const DUE_NOW = { dueAt: DUE, keepUntil: LAST_DAY }

/** The store, where `act` runs before the nth reading begins. */
function beforeReading(nth: number, act: () => Promise<unknown>): ObjectStore {
  const { store } = stage.intruder
  let readings = 0
  return storeWith(store, {
    async open(...args) {
      readings += 1
      if (readings === nth) await act()
      return store.open(...args)
    },
  })
}

async function expectNothingSaid(...ids: readonly string[]): Promise<void> {
  expect(await stage.findings()).toEqual([])
  for (const id of ids)
    expect((await stage.auditOf(id)).filter((type) => type.includes('integrity'))).toEqual([])
  expect(stage.logged).toEqual([])
}

const kindsOf = (seen: readonly { readonly kind: string }[]) => seen.map(({ kind }) => kind)

test('a recording that is destroyed while it is read is no loss', async () => {
  const id = await stage.call(['original', 'playback'], 1000, DUE_NOW)
  const store = beforeReading(1, () => stage.sweeper()({ dryRun: false }))
  expect(kindsOf(await stage.scrubAll(store))).toEqual(['passed', 'passed'])
  expect(await stage.statusOf(id)).toBe('destroyed')
  await expectNothingSaid(id)
})

test('a recording whose destruction begins during the second look is no loss', async () => {
  const id = await stage.call(['original'], 1000, DUE_NOW)
  await stage.intruder.dropNewest(renditionKey(id, 'original'))
  let sweep: Promise<unknown> | undefined
  const store = beforeReading(2, async () => {
    sweep = stage.sweeper()({ dryRun: false })
    while ((await stage.statusOf(id)) === 'available') await sleep(5)
  })
  expect(kindsOf(await stage.scrubAll(store))).toEqual(['passed'])
  await sweep
  expect(await stage.statusOf(id)).toBe('destroyed')
  await expectNothingSaid(id)
})

test('a file that is replaced while it is read is left to its next turn', async () => {
  const id = await stage.call(['original', 'playback'])
  const store = beforeReading(2, () => stage.store(id, 'playback', randomBytes(50_000)))
  expect(kindsOf(await stage.scrubAll(store))).toEqual(['right', 'passed'])
  expect(await stage.db.selectFrom('audio_work').selectAll().execute()).toEqual([])
  expect(kindsOf(await stage.scrubAll())).toEqual(['right', 'right'])
  await expectNothingSaid(id)
})

test('an original that is being replaced because of a payment is no loss, at no moment of it', async () => {
  const id = await stage.call()
  const outcomes: string[] = []
  const outcome = await withAudioTurn(stage.db, id, async () => {
    const before = await stage.db.selectFrom('rendition').selectAll().executeTakeFirstOrThrow()
    await stage.store(id, 'original', randomBytes(200_000))
    const { recording_id, name, ...values } = before
    await stage.db.updateTable('rendition').set(values).execute()
    // The store has the new one and the row is of the old one, as between the two steps of the work.
    outcomes.push(...kindsOf(await stage.scrubAll()))
    await stage.store(id, 'original', randomBytes(200_000))
    return 'done'
  })
  expect([outcome, ...outcomes]).toEqual(['done', 'passed'])
  expect(kindsOf(await stage.scrubAll())).toEqual(['right'])
  await expectNothingSaid(id)
})

test('work on an original that died in the middle is repeated before anybody looks', async () => {
  const id = await stage.call()
  const { sha256, ...before } = await stage.db.selectFrom('rendition').selectAll().executeTakeFirstOrThrow()
  await stage.store(id, 'original', randomBytes(200_000))
  await stage.db
    .updateTable('rendition')
    .set({ ...before, sha256 })
    .execute()
  await queueWork(stage.db, id, 'redact', stage.clock.now())
  expect(await stage.scrubAll()).toEqual([])
  await expectNothingSaid(id)
  // Without that work the same is damage: the test above proves nothing otherwise.
  await stage.db.deleteFrom('audio_work').execute()
  expect(kindsOf(await stage.scrubAll())).toEqual(['lost'])
})

test('while recordings are worked on and destroyed all the time, nothing right is ever called damaged', async () => {
  const staying = await Promise.all(Array.from({ length: 4 }, () => stage.call(['original'], 30_000)))
  const going = await Promise.all(
    Array.from({ length: 8 }, () => stage.call(['original', 'playback'], 30_000, DUE_NOW)),
  )
  const { db, clock, keyring, intruder } = stage
  const storeRenditions = makeStoreRenditions({ db, clock, keyring, store: intruder.store })
  const over = new AbortController()
  const derive = async (recordingId: string) => {
    const { sha256 } = await db
      .selectFrom('rendition')
      .select('sha256')
      .where('recording_id', '=', recordingId)
      .where('name', '=', 'original')
      .executeTakeFirstOrThrow()
    const one = (name: 'playback' | 'waveform') => ({
      ...{ name, mediaType: 'audio/mp4', open: () => Readable.from([randomBytes(20_000)]) },
    })
    const renditions = [one('playback'), one('waveform')]
    for (let i = 0; i < 4; i++) await storeRenditions({ source: { recordingId, sha256 }, renditions }, never)
  }
  const seen: string[] = []
  const scrubbing = (async () => {
    while (!over.signal.aborted) seen.push(...kindsOf(await stage.scrubAll()))
  })()
  await Promise.all([...staying.map(derive), stage.sweeper()({ dryRun: false })])
  over.abort()
  await scrubbing
  expect(new Set(seen)).not.toContain('lost')
  expect(new Set(seen)).not.toContain('remade')
  expect(seen).toContain('right')
  for (const id of going) expect(await stage.statusOf(id)).toBe('destroyed')
  expect(kindsOf(await stage.scrubAll())).toEqual(Array.from({ length: 12 }, () => 'right'))
  await expectNothingSaid(...staying, ...going)
})
