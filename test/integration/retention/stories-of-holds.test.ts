import { test } from 'vitest'
import { openTheWorld, STEPS, tellStories } from './model/tell.ts'

openTheWorld()

test(
  `holds, requests and restrictions while sweeps run, ${STEPS} steps: nothing protected goes, nothing gone comes back, in the end all is certified once`,
  {
    timeout: 1_200_000,
  },
  () =>
    tellStories({
      holdOne: 9,
      holdScope: 5,
      release: 14,
      lock: 9,
      unlock: 10,
      restrict: 5,
      lift: 6,
      holdVersusSweep: 5,
    }),
)
