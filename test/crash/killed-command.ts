import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ownDirectory, spawnOwn } from '../support/processes.ts'

export interface CommandLine {
  readonly program: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

/** How long the command lived when it was left alone; the moment of each kill lies within. */
let usualMs: number | undefined
let log: string | undefined

/**
 * Runs a command and kills it at a moment between the start of its work and its usual end. The
 * first run is left alone and measured. `moment` is from 0 to 1.
 */
export async function runKilled({ program, args, env }: CommandLine, moment: number): Promise<void> {
  log ??= join(ownDirectory('killed'), 'log')
  const started = performance.now()
  const own = spawnOwn(program, args, { env, log })
  if (usualMs === undefined) {
    await own.ended
    usualMs = performance.now() - started
    return
  }
  // The first half is loading code and connecting, where there is nothing to break.
  await Promise.race([own.ended, sleep(usualMs * (0.5 + 0.5 * moment))])
  await own.stop('SIGKILL')
}
