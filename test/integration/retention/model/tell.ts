import fc from 'fast-check'
import { afterAll, beforeAll, expect } from 'vitest'
import { type Action, anyAction, type Kind, perform } from './actions.ts'
import { checkInvariants, type Statuses } from './invariants.ts'
import type { Play } from './play.ts'
import { Truth } from './truth.ts'
import { officers, openWorld, type World } from './world.ts'

/** Steps of every theme: enough to find what breaks easily; `npm run test:stories` takes 25,000 of each. */
export const STEPS = Number(process.env.MODEL_STEPS ?? 800)
const STEPS_PER_STORY = 400

let world: World
let steps = 0

/** Opens the world of a test file and closes it after its tests. */
export function openTheWorld(): void {
  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(() => world.close())
}

/**
 * Tells random stories until there were enough steps, in which what the theme is about happens more often.
 * With MODEL_SHRINK set, a story that breaks a promise is told again in ever shorter forms.
 */
export async function tellStories(theme: Partial<Record<Kind, number>>): Promise<void> {
  const length = { minLength: STEPS_PER_STORY, maxLength: STEPS_PER_STORY, size: 'max' } as const
  await fc.assert(fc.asyncProperty(fc.array(anyAction(theme), length), tell), {
    numRuns: Math.ceil(STEPS / STEPS_PER_STORY),
    endOnFailure: process.env.MODEL_SHRINK === undefined,
  })
  expect(steps).toBeGreaterThanOrEqual(STEPS)
}

async function tell(story: readonly Action[]): Promise<void> {
  const play: Play = {
    world,
    verbs: await world.begin(),
    truth: new Truth(),
    sweepers: [await world.sweeper(), await world.sweeper()],
    zombies: [],
  }
  const statuses: Statuses = new Map()
  try {
    for (const action of story) {
      await perform(play, action)
      await checkInvariants(play, statuses)
      steps += 1
    }
    await endItAll(play, statuses)
  } finally {
    await play.verbs.books[Symbol.asyncDispose]()
    for (const { instance } of play.sweepers) await instance.close()
  }
}

/** I7: whatever broke off, the end is the same. Protections are lifted, policies end, time passes. */
async function endItAll(play: Play, statuses: Statuses): Promise<void> {
  world.fault.active = false
  for (const one of play.sweepers) one.claims = []
  await liftEverything(play)
  // A day later, so that no event reported before is later than the end of its policy.
  await perform(play, { kind: 'tick', which: 0, other: 0 })
  for (const policy of [0, 1]) await perform(play, { kind: 'event', which: policy, other: 1 })
  await play.verbs.recoverIngests()
  for (let round = 0; round < 4; round += 1) {
    for (let days = 0; days < 60; days += 6) await perform(play, { kind: 'tick', which: 5, other: 0 })
    for (const which of [0, 1]) await perform(play, { kind: 'crash', which, other: 0 })
    await perform(play, { kind: 'sweep', which: round, other: 0 })
    await checkInvariants(play, statuses)
  }
  const rows = await world.db.selectFrom('recording').select(['id', 'status']).execute()
  const left = rows
    .filter(({ status }) => status !== 'destroyed')
    .map(({ id, status }) => ({ status, ...play.truth.recordings.get(id) }))
  expect(left).toEqual([])
  expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(play.truth.recordings.keys()))
  const head = await world.db.selectFrom('certificate_head').select('no').executeTakeFirstOrThrow()
  expect(head.no).toBe(play.truth.recordings.size)
}

async function liftEverything({ truth }: Play): Promise<void> {
  for (const [id, { by }] of truth.holds)
    await world.releaseHold(by === officers[0].sub ? officers[1] : officers[0], id, 'the end')
  truth.holds.clear()
  for (const one of truth.recordings.values()) {
    one.holds.clear()
    for (const ref of one.locks) await world.locks.unlock(officers[0], one.id, ref)
    one.locks.clear()
    if (!one.restricted) continue
    await world.giveLiftNotice(officers[0], one.id)
    world.clock.advance(1000)
    await world.liftRestriction(officers[0], one.id)
    one.restricted = false
  }
}
