import { afterEach, beforeAll, describe, expect } from 'vitest'
import { describeContaining } from './containing.ts'
import { describeDecoding } from './decoding.ts'
import { describeEncoding } from './encoding.ts'
import type { EngineUnderTest } from './engine-under-test.ts'
import { describeRefusing } from './refusing.ts'

/** What every engine must do; see the contract for the words. */
export function describeAudioEngine(name: string, setUp: () => Promise<EngineUnderTest>): void {
  describe(name, () => {
    let current: EngineUnderTest | undefined
    const subject = () => {
      if (!current) throw new Error('the engine is not set up')
      return current
    }
    beforeAll(async () => {
      current = await setUp()
    })
    afterEach(() => {
      expect(subject().leftovers()).toEqual([])
    })

    describeDecoding(subject)
    describeEncoding(subject)
    describeRefusing(subject)
    describeContaining(subject)
  })
}
