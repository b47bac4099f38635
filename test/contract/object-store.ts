import { afterAll, beforeAll, describe, it } from 'vitest'
import { describeKeeping } from './keeping.ts'
import { describeOpening } from './opening.ts'
import { describeProving } from './proving.ts'
import { describePutting } from './putting.ts'
import { never, type StoreUnderTest } from './store-under-test.ts'

export type { RawStore, StoreUnderTest } from './store-under-test.ts'

/** What every object store driver must do; see the port for the words. */
export function describeObjectStore(name: string, setUp: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let current: StoreUnderTest | undefined
    const subject = () => {
      if (!current) throw new Error('the store is not set up')
      return current
    }
    beforeAll(async () => {
      current = await setUp()
    })
    afterAll(() => current?.close())

    it('answers a ping', async () => {
      await subject().store.ping(never)
    })
    describePutting(subject)
    describeOpening(subject)
    describeKeeping(subject)
    describeProving(subject)
  })
}
