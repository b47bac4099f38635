import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ObjectStore } from '../../../src/storage/object-store.ts'
import { openS3ObjectStore } from '../../../src/storage/s3-object-store.ts'
import { seeded } from '../../crash/calls.ts'
import { raceHoldsAgainstSweeps } from '../../races/hold-versus-sweep.ts'
import { createTestBucket, type TestBucket } from '../../support/rgw.ts'
import { type Stage, setStage } from '../retention/stage.ts'

let bucket: TestBucket
let store: ObjectStore
let stage: Stage

beforeAll(async () => {
  bucket = await createTestBucket({ objectLock: true })
  const { endpoint, region, accessKeyId, secretAccessKey } = bucket
  const credentials = { accessKeyId, secretAccessKey }
  store = openS3ObjectStore({ endpoint, region, forcePathStyle: true, credentials, bucket: bucket.bucket })
  stage = await setStage(store)
})
afterAll(async () => {
  await stage.close()
  store.close()
  await bucket.destroy()
})

test('T8, F23: in 200 races of a hold with the sweep nothing is ever both held and gone', async () => {
  const seed = Date.now() % 1_000_000
  const races = { races: 200, perRound: 100, random: seeded(seed) }
  const { held, destroyed, broken } = await raceHoldsAgainstSweeps(stage, races)
  expect({ seed, broken }).toEqual({ seed, broken: [] })
  expect(Math.min(held, destroyed), `seed ${seed}: both have to win some`).toBeGreaterThan(0)
}, 300_000)
