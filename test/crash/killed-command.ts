import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ownDirectory, spawnOwn } from '../support/processes.ts'

export interface CommandLine {
  readonly program: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

/** How long a command is given to come to its work, on the slowest of machines. */
const LONGEST_MS = 60_000
const POLL_MS = 3
/** From the first thing it does to the last, on a machine that does other things too. */
const WORK_MS = 120

let log: string | undefined

/**
 * Runs a command and kills it after it has begun its work, at a moment from 0 to 1 of the time that the
 * work may take. Killing while it loads its code would break nothing.
 */
export async function runKilled(
  { program, args, env }: CommandLine,
  moment: number,
  hasBegun: () => Promise<boolean>,
): Promise<void> {
  log ??= join(ownDirectory('killed'), 'log')
  const own = spawnOwn(program, args, { env, log })
  let isOver = false
  void own.ended.then(() => {
    isOver = true
  })
  const deadline = performance.now() + LONGEST_MS
  while (!isOver && performance.now() < deadline && !(await hasBegun())) await sleep(POLL_MS)
  await Promise.race([own.ended, sleep(WORK_MS * moment)])
  await own.stop('SIGKILL')
}
