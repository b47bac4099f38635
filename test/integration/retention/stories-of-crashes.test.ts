import { test } from 'vitest'
import { openTheWorld, STEPS, tellStories } from './model/tell.ts'

openTheWorld()

test(
  `sweepers that die, come back or were never dead, and a store that is away, ${STEPS} steps: nothing protected goes, nothing gone comes back, in the end all is certified once`,
  {
    timeout: 1_200_000,
  },
  () =>
    tellStories({ crash: 6, zombie: 8, storeFault: 9, claim: 12, destroyClaimed: 10, sweepBoth: 6, sync: 5 }),
)
