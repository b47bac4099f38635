import { existsSync, readdirSync } from 'node:fs'

const LIBRARIES = '/usr/lib'

/**
 * Environment in which a program lives that far from now, for example `+200d`. Given as variables, because
 * the `faketime` program forks, and a signal to it would not reach the one it started.
 */
export function fakeTime(offset: string): Record<string, string> {
  const library = readdirSync(LIBRARIES)
    .map((name) => `${LIBRARIES}/${name}/faketime/libfaketime.so.1`)
    .find((path) => existsSync(path))
  if (!library) throw new Error('faketime is missing: apt-get install --no-install-recommends faketime')
  return {
    LD_PRELOAD: library,
    FAKETIME: offset,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  }
}
