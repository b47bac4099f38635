import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CALLS_PER_AGENT_AND_MONTH, draw, type PoolCall, poolDigest } from '../../../src/coaching/draw.ts'

const agent = fc.integer({ min: 1, max: 8 }).map((n) => `A-${n}`)
const member = fc.integer({ min: 1, max: 40 }).map((n) => `M-${n}`)
const pools: fc.Arbitrary<PoolCall[]> = fc.uniqueArray(
  fc.record({ recordingId: fc.uuid(), agentRef: agent, memberRef: member }),
  { maxLength: 120, selector: ({ recordingId }) => recordingId },
)
const lots = fc.record({
  seed: fc.string({ minLength: 1, maxLength: 20 }),
  size: fc.integer({ min: 1, max: 50 }),
  alreadyDrawn: fc.array(fc.tuple(agent, fc.integer({ min: 0, max: 7 }))).map((drawn) => new Map(drawn)),
})

const countBy = (calls: readonly PoolCall[], of: (call: PoolCall) => string): Map<string, number> =>
  new Map([...Map.groupBy(calls, of)].map(([key, those]) => [key, those.length]))
const shuffled = (pool: readonly PoolCall[], order: readonly number[]): PoolCall[] =>
  pool
    .map((call, i) => ({ call, at: order[i] ?? 0 }))
    .sort((one, other) => one.at - other.at)
    .map(({ call }) => call)

describe('a draw', () => {
  it('takes calls of the pool only, each once, and at most as many as asked', () => {
    fc.assert(
      fc.property(pools, lots, (pool, lot) => {
        const { calls } = draw(pool, lot)
        expect(calls.length).toBeLessThanOrEqual(lot.size)
        expect(new Set(calls.map(({ recordingId }) => recordingId)).size).toBe(calls.length)
        for (const call of calls) expect(pool).toContain(call)
      }),
    )
  })

  it('has the cap of five that agents are promised', () => {
    expect(CALLS_PER_AGENT_AND_MONTH).toBe(5)
  })

  it('takes no agent more than five times in a month, over all samples, and no member twice', () => {
    fc.assert(
      fc.property(pools, lots, (pool, lot) => {
        const { calls } = draw(pool, lot)
        for (const [agentRef, count] of countBy(calls, (call) => call.agentRef))
          expect(count + (lot.alreadyDrawn.get(agentRef) ?? 0)).toBeLessThanOrEqual(CALLS_PER_AGENT_AND_MONTH)
        for (const count of countBy(calls, (call) => call.memberRef).values()) expect(count).toBe(1)
      }),
    )
  })

  it('is the same for the same seed, whatever order the pool is in', () => {
    fc.assert(
      fc.property(
        pools,
        lots,
        fc.array(fc.integer(), { minLength: 120, maxLength: 120 }),
        (pool, lot, order) => {
          const other = shuffled(pool, order)
          expect(draw(other, lot)).toEqual(draw(pool, lot))
          expect(poolDigest(other, lot)).toBe(poolDigest(pool, lot))
        },
      ),
    )
  })

  it('treats agents alike: one who still has a call to give is at most one behind another', () => {
    fc.assert(
      fc.property(pools, lots, (pool, lot) => {
        const { calls } = draw(pool, lot)
        const drawn = countBy(calls, (call) => call.agentRef)
        const members = new Set(calls.map(({ memberRef }) => memberRef))
        const most = Math.max(0, ...drawn.values())
        const isLeft = (call: PoolCall): boolean => !calls.includes(call) && !members.has(call.memberRef)
        for (const agentRef of new Set(pool.filter(isLeft).map((call) => call.agentRef))) {
          const count = drawn.get(agentRef) ?? 0
          if (count + (lot.alreadyDrawn.get(agentRef) ?? 0) < CALLS_PER_AGENT_AND_MONTH)
            expect(most - count).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  it('stops short of its size only when a limit keeps every other call out, and counts those', () => {
    fc.assert(
      fc.property(pools, lots, (pool, lot) => {
        const { calls, agentLimit, memberLimit } = draw(pool, lot)
        const left = pool.length - calls.length
        expect(agentLimit + memberLimit).toBeLessThanOrEqual(left)
        if (calls.length < lot.size) expect(agentLimit + memberLimit).toBe(left)
      }),
    )
  })

  it('depends on the seed', () => {
    const pool = Array.from({ length: 60 }, (_, i) => ({
      recordingId: `call-${i}`,
      agentRef: `A-${i % 6}`,
      memberRef: `M-${i}`,
    }))
    const none = new Map<string, number>()
    const firsts = Array.from({ length: 20 }, (_, i) =>
      draw(pool, { seed: `s${i}`, size: 1, alreadyDrawn: none }),
    )
    expect(new Set(firsts.map(({ calls }) => calls[0]?.recordingId)).size).toBeGreaterThan(10)
  })

  it('can be proven by the hash of its pool, which changes with any call and any limit', () => {
    const call = { recordingId: 'r', agentRef: 'A-1', memberRef: 'M-1' }
    const none = { alreadyDrawn: new Map<string, number>() }
    const digests = [
      poolDigest([call], none),
      poolDigest([{ ...call, memberRef: 'M-2' }], none),
      poolDigest([{ ...call, agentRef: 'A-2' }], none),
      poolDigest([call, { ...call, recordingId: 's' }], none),
      poolDigest([call], { alreadyDrawn: new Map([['A-1', 1]]) }),
    ]
    expect(new Set(digests).size).toBe(digests.length)
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/)
  })
})
