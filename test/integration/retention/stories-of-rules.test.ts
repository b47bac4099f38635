import { test } from 'vitest'
import { openTheWorld, STEPS, tellStories } from './model/tell.ts'

openTheWorld()

test(
  `rules that change and time that passes, ${STEPS} steps: nothing protected goes, nothing gone comes back, in the end all is certified once`,
  {
    timeout: 1_200_000,
  },
  () => tellStories({ newRules: 5, applyRules: 10, tick: 30, ingest: 14 }),
)
