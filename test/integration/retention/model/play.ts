import { Problem } from '../../../../src/kernel/problem.ts'
import type { RecordingTruth, Truth } from './truth.ts'
import type { Sweeper, World } from './world.ts'

const DAY_MS = 86_400_000
const FIRST_DAY = Date.UTC(2026, 2, 2, 12)
export const MEMBERS = 2
export const POLICIES = 2

export const instant = (day: number): Date => new Date(FIRST_DAY + day * DAY_MS)
export const dateOf = (day: number): string => instant(day).toISOString().slice(0, 10)

export interface Play {
  readonly world: World
  readonly verbs: Awaited<ReturnType<World['begin']>>
  readonly truth: Truth
  readonly sweepers: [Sweeper, Sweeper]
  /** Processes that everybody takes for dead, and that go on all the same. */
  readonly zombies: Sweeper[]
}

export type Act = (play: Play, which: number, other: number) => Promise<unknown>

export const pick = <T>(list: readonly T[], which: number): T | undefined =>
  list[which % Math.max(1, list.length)]
const anyOf = ({ truth }: Play, which: number): RecordingTruth | undefined =>
  // The last ones: what is long gone has nothing more to tell.
  pick([...truth.recordings.values()].slice(-8), which)

/** Answers to a mistake, of the caller's or our own; this test makes none. */
const UNEXPECTED = ['internal', 'invalid_metadata', 'invalid_request', 'invalid_rules', 'invalid_event']

/** Runs a verb; true when it did what it says, false when it refused in its own words. */
export async function agrees(run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run()
    return true
  } catch (error) {
    if (error instanceof Problem && !UNEXPECTED.includes(error.code)) return false
    throw error
  }
}

export const onRecording =
  (act: (play: Play, one: RecordingTruth, other: number) => Promise<unknown>): Act =>
  async (play, which, other) => {
    const one = anyOf(play, which)
    if (one) await act(play, one, other)
  }
