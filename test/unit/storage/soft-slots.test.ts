import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { softSlots } from '../../../src/storage/soft-slots.ts'

describe('soft slots', () => {
  it('gives as many places as there are, and the next one when a place is free again', async () => {
    const slots = softSlots({ places: 2, longestWaitMs: 60_000 })
    const first = await slots.take()
    await slots.take()
    expect(slots.tryTake()).toBeUndefined()
    const order: string[] = []
    const third = slots.take().then((place) => {
      order.push('third')
      return place
    })
    const fourth = slots.take().then(() => order.push('fourth'))
    await sleep(20)
    expect(order).toEqual([])
    first[Symbol.dispose]()
    // Giving back twice must not free a second place.
    first[Symbol.dispose]()
    ;(await third)[Symbol.dispose]()
    await fourth
    expect(order).toEqual(['third', 'fourth'])
  })

  it('lets nobody be shut out by holders that never finish', async () => {
    const slots = softSlots({ places: 1, longestWaitMs: 30 })
    const held = await slots.take()
    const beyond = await slots.take()
    beyond[Symbol.dispose]()
    expect(slots.tryTake()).toBeUndefined()
    held[Symbol.dispose]()
    expect(slots.tryTake()).toBeDefined()
  })
})
