import { describe, expect, it } from 'vitest'
import { uploadSlots } from '../../../src/http/upload-slots.ts'
import { Problem } from '../../../src/kernel/problem.ts'

const refusal = (act: () => unknown): Problem => {
  try {
    act()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('not refused')
}

describe('uploadSlots', () => {
  it('bounds one caller and all callers, and says when to come back', () => {
    const slots = uploadSlots({ total: 3, perCaller: 2 })
    const taken = [slots.take('a'), slots.take('a'), slots.take('b')]
    expect(refusal(() => slots.take('a')).code).toBe('too_many_uploads')
    expect(refusal(() => slots.take('c')).retryAfterSeconds).toBeGreaterThan(0)
    expect(slots.active()).toBe(3)
    for (const slot of taken) slot[Symbol.dispose]()
    expect(slots.active()).toBe(0)
  })

  it('gives a slot back once, however often it is returned', () => {
    const slots = uploadSlots({ total: 2, perCaller: 2 })
    const slot = slots.take('a')
    slots.take('a')
    slot[Symbol.dispose]()
    slot[Symbol.dispose]()
    expect(slots.active()).toBe(1)
    slots.take('b')
    expect(refusal(() => slots.take('b')).code).toBe('too_many_uploads')
  })
})
