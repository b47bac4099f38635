import { test } from 'vitest'
import { openTheWorld, STEPS, tellStories } from './model/tell.ts'

openTheWorld()

test(
  `purposes that come and go, and events in any order, ${STEPS} steps: nothing protected goes, nothing gone comes back, in the end all is certified once`,
  {
    timeout: 1_200_000,
  },
  () => tellStories({ event: 18, addPurpose: 10, removePurpose: 10, objection: 8 }),
)
