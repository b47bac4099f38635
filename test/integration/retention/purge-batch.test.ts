import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { verifySigned } from '../../../src/audit/sign.ts'
import type { Purge } from '../../../src/recordings/purge.ts'
import type { Claim } from '../../../src/recordings/purge-queries.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import { ObjectStoreError } from '../../../src/storage/object-store.ts'
import { insertFormerHold, leftIn, type Stage, setStage, storeWith } from './stage.ts'

let stage: Stage
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-purge-batch-'))
  stage = await setStage(await openFileObjectStore(directory))
})

afterAll(async () => {
  await stage.close()
  await rm(directory, { recursive: true })
})

beforeEach(async () => {
  await stage.clear()
  stage.clock.set('2026-07-18T00:00:00Z')
})

const wanted = () => ({ quarantinedBefore: stage.clock.now(), now: stage.clock.now(), limit: 1000 })

const quarantined = () =>
  stage.record({
    status: 'quarantined',
    quarantinedAt: new Date('2026-07-16T00:00:00Z'),
    renditions: ['original', 'playback'],
  })

async function claimOne(purge: Purge): Promise<Claim> {
  await quarantined()
  const [claim] = await purge.claim(wanted())
  if (!claim) throw new Error('the recording was not claimed')
  return claim
}

async function claimMany(purge: Purge, count: number): Promise<readonly Claim[]> {
  for (let n = 0; n < count; n += 1) await quarantined()
  return (await purge.claim(wanted())).toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

const put = (id: string) =>
  stage.store.put(renditionKey(id, 'original'), Readable.from([randomBytes(50)]), AbortSignal.timeout(5000))

const certificates = () => stage.db.selectFrom('certificate').selectAll().orderBy('no').execute()

test('F27: every key of a batch is judged by its own answer', async () => {
  const purge = stage.purge()
  const claims = await claimMany(purge, 6)
  const [held, busy, hidden, plain1, plain2, plain3] = claims.map(({ id }) => id) as string[]
  const version = (await stage.store.head(renditionKey(held as string, 'original')))?.versionId as string
  await stage.store.setHold(renditionKey(held as string, 'original'), version, true)
  await put(hidden as string)
  const mixed = storeWith(stage.store, {
    async removeVersions(versions) {
      const isBusy = ({ key }: { key: string }) => key === renditionKey(busy as string, 'original')
      const { failed } = await stage.store.removeVersions(versions.filter((one) => !isBusy(one)))
      const more = versions.filter(isBusy).map((one) => ({ ...one, code: 'SlowDown' }))
      return { removed: versions.length - failed.length - more.length, failed: [...failed, ...more] }
    },
  })
  const outcomes = await stage.purge({ store: mixed }).destroy(claims)
  expect(new Map(outcomes.map(({ id, kind }) => [id, kind]))).toEqual(
    new Map([
      [held, 'blocked'],
      [busy, 'failed'],
      ...[hidden, plain1, plain2, plain3].map((id) => [id, 'destroyed'] as const),
    ]),
  )
  expect(outcomes.find(({ id }) => id === hidden)).toMatchObject({ versions: 3 })
  expect(await leftIn(stage.store, held as string)).toBe(2)
  expect(await leftIn(stage.store, busy as string)).toBe(2)
  for (const id of [hidden, plain1, plain2, plain3]) expect(await leftIn(stage.store, id as string)).toBe(0)
  expect(new Set((await certificates()).map((one) => one.recording_id))).toEqual(
    new Set([hidden, plain1, plain2, plain3]),
  )
  expect((await certificates()).map(({ no }) => no)).toEqual([1, 2, 3, 4])
})

test('a hold of ours that the store still has is lifted, a lock that we never placed is not', async () => {
  const purge = stage.purge()
  const claims = await claimMany(purge, 2)
  const [ours, foreign] = claims.map(({ id }) => id) as [string, string]
  for (const id of [ours, foreign])
    for (const name of ['original', 'playback'] as const) {
      const key = renditionKey(id, name)
      await stage.store.setHold(key, (await stage.store.head(key))?.versionId as string, true)
    }
  await insertFormerHold(stage.db, ours)
  const outcomes = await purge.destroy(claims)
  expect(outcomes.map(({ kind }) => kind)).toEqual(['destroyed', 'blocked'])
  expect(await leftIn(stage.store, foreign)).toBe(2)
})

test('without the list outside the database nothing is finished', async () => {
  const purge = stage.purge()
  const claims = await claimMany(purge, 2)
  const listless = storeWith(stage.store, {
    async put() {
      throw new ObjectStoreError('full', 'no space')
    },
  })
  const outcomes = await stage.purge({ store: listless }).destroy(claims)
  expect(outcomes.map(({ kind }) => kind)).toEqual(['failed', 'failed'])
  expect(await certificates()).toEqual([])
  stage.clock.advance(6 * 60_000)
  const again = await purge.claim(wanted())
  expect((await purge.destroy(again)).map(({ kind }) => kind)).toEqual(['destroyed', 'destroyed'])
  expect(await certificates()).toHaveLength(2)
})

test('F20: many destroyers at once share the work, and the chain of certificates has no gap', async () => {
  for (let n = 0; n < 40; n += 1) await quarantined()
  const destroyer = async (n: number) => {
    const purge = stage.purge({ instance: { id: 100 + n, isRegistered: () => true } })
    const done: string[] = []
    for (;;) {
      const claims = await purge.claim({ ...wanted(), limit: 3 })
      if (claims.length === 0) return done
      for (const { id, kind } of await purge.destroy(claims)) if (kind === 'destroyed') done.push(id)
    }
  }
  const done = (await Promise.all([1, 2, 3, 4].map(destroyer))).flat()
  expect(new Set(done).size).toBe(done.length)
  const all = await certificates()
  expect(all.map(({ no }) => no)).toEqual(Array.from({ length: done.length }, (_, i) => i + 1))
  const hashes = all.map(({ jws }) => {
    const text = verifySigned(jws, [stage.signer.publicJwk]) as string
    return { text, previous: (JSON.parse(text) as { previousSha256: string }).previousSha256 }
  })
  expect(hashes[0]?.previous).toBe('0'.repeat(64))
  for (const [i, { previous }] of hashes.entries())
    if (i > 0)
      expect(previous).toBe(
        createHash('sha256')
          .update(hashes[i - 1]?.text ?? '')
          .digest('hex'),
      )
})

test('F21: a destruction that breaks off at any call to the store ends the same when it is repeated', async () => {
  const methods = ['listUploads', 'listVersions', 'isEmpty', 'removeVersions', 'put'] as const
  for (let breaksAt = 1; breaksAt <= 12; breaksAt += 1) {
    let calls = 0
    const counted = (name: (typeof methods)[number]) =>
      ((...args: never[]) => {
        calls += 1
        if (calls === breaksAt) throw new TypeError('killed here')
        return (stage.store[name] as (...same: never[]) => unknown).call(stage.store, ...args)
      }) as never
    const breaking = storeWith(stage.store, Object.fromEntries(methods.map((name) => [name, counted(name)])))
    const purge = stage.purge({ store: breaking })
    const claim = await claimOne(purge)
    // Every other time with a version that only a listing finds.
    const key = renditionKey(claim.id, 'original')
    if (breaksAt % 2 === 0)
      await stage.store.put(key, Readable.from([Buffer.from('a second version')]), AbortSignal.timeout(5000))
    await purge.destroy([claim]).catch((error) => expect(String(error)).toContain('killed here'))
    const [again] = await purge.claim(wanted())
    if (again) await purge.destroy([again])
    expect(await stage.statusOf(claim.id)).toBe('destroyed')
    expect(await leftIn(stage.store, claim.id)).toBe(0)
    expect((await stage.auditOf(claim.id)).filter((type) => type === 'recording.destroyed')).toHaveLength(1)
    const certificates = stage.db.selectFrom('certificate').selectAll().where('recording_id', '=', claim.id)
    expect(await certificates.execute()).toHaveLength(1)
  }
})
