import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { ObjectStore } from '../../../src/storage/object-store.ts'
import { type AudioStage, openBucket, setAudioStage } from './audio-stage.ts'

export const AUDIO = randomBytes(30_000)

/** Recordings in a bucket with Object Lock, beside which renditions are stored; opened and closed with the file. */
export function setStoringStage() {
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

  return {
    get stage() {
      return stage
    },
    get store() {
      return store
    },
    files: async (id: string) => (await stage.versionsOf(id)).map(({ name }) => name),
  }
}
