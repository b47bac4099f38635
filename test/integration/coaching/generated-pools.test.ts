import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { HOUR } from '../../../src/kernel/units.ts'
import { NOW } from '../listening/listening-app.ts'
import { type CoachingApp, startCoachingApp } from './coaching-app.ts'

let app: CoachingApp
beforeAll(async () => {
  app = await startCoachingApp()
})
afterAll(() => app.close())

/** Everything that decides whether a call may be drawn; most of it is usually in order, and any of it may not be. */
const calls = fc.record({
  agent: fc.integer({ min: 1, max: 3 }),
  member: fc.integer({ min: 1, max: 8 }),
  state: fc.constantFrom('active', 'active', 'active', 'objected', 'suspended', 'expired', 'withdrawn'),
  retainUntil: fc.constantFrom('2027-05-22', '2027-05-22', '2026-11-22', '2026-11-21'),
  sensitivity: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    fc.subarray(['health', 'criminal', 'minor', 'payment']),
  ),
  restricted: fc.constantFrom(false, false, false, true),
  holds: fc.constantFrom(0, 0, 0, 1),
  hoursAgo: fc.constantFrom(25, 72, 700, 23, 1),
  notice: fc.constantFrom('2026-01', '2024-01', '2026-01', '2019'),
  status: fc.constantFrom('available', 'available', 'available', 'quarantined', 'unplayable', 'processing'),
})
type Call = typeof calls extends fc.Arbitrary<infer T> ? T : never
const refusals = fc.subarray([1, 2, 3, 4, 5, 6, 7, 8], { maxLength: 3 })
const FAR = '2026-08-23'

/** The rule as the requirements put it, without a look at the query. */
const isFit = (call: Call, refusing: readonly number[]): boolean =>
  call.state === 'active' &&
  call.retainUntil >= '2026-11-22' &&
  call.sensitivity.length === 0 &&
  !call.restricted &&
  call.holds === 0 &&
  call.hoursAgo > 24 &&
  call.notice !== '2019' &&
  call.status === 'available' &&
  !refusing.includes(call.member)

async function store(call: Call, run: number): Promise<string> {
  const { id } = await app.addCall({
    agentRef: `A-${run}-${call.agent}`,
    memberRef: `M-${run}-${call.member}`,
    startedAt: new Date(Date.parse(NOW) - call.hoursAgo * HOUR),
    sensitivity: [...call.sensitivity],
    tags: [
      { purpose: 'training_coaching', state: call.state as 'active', retainUntil: call.retainUntil },
      { purpose: 'contract_performance' },
    ],
  })
  const quarantined_at = call.status === 'quarantined' ? new Date(NOW) : null
  await app.db
    .updateTable('recording')
    .set({ status: call.status as 'available', quarantined_at, restricted: call.restricted })
    .set({ hold_count: call.holds, notice_version: call.notice })
    .where('id', '=', id)
    .execute()
  return id
}

/** How often the most frequent of them is there. */
const mostOften = (values: readonly number[]): number =>
  Math.max(0, ...[...Map.groupBy(values, (value) => value).values()].map(({ length }) => length))

it('a sample of any pool has no excluded call, and nobody in it more often than the caps allow', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(calls, { minLength: 6, maxLength: 14 }), refusals, async (pool, refusing) => {
      run += 1
      app.clock.set(NOW)
      await app.clear()
      const stored = new Map<string, Call>()
      for (const call of pool) stored.set(await store(call, run), call)
      for (const member of refusing)
        await app.db
          .insertInto('member_preference')
          .values({
            member_ref: `M-${run}-${member}`,
            kind: 'training',
            allowed: false,
            changed_at: new Date(NOW),
          })
          .execute()
      const fit = pool.filter((call) => isFit(call, refusing))
      const drawn: Call[] = []
      for (const size of [2, 50]) {
        const { body } = await app.draw({ size, from: FAR })
        const ids = body.items.map(({ recordingId }: { recordingId: string }) => recordingId) as string[]
        const sample = ids.map((id) => stored.get(id)).filter((call) => call !== undefined)
        expect(sample).toHaveLength(ids.length)
        for (const call of sample) expect(isFit(call, refusing), JSON.stringify(call)).toBe(true)
        expect(mostOften(sample.map(({ member }) => member))).toBeLessThanOrEqual(1)
        expect(body.poolSize).toBeLessThanOrEqual(fit.length)
        drawn.push(...sample)
      }
      expect(mostOften(drawn.map(({ agent }) => agent))).toBeLessThanOrEqual(5)
    }),
    { numRuns: 6 },
  )
})
