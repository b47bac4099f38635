import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { EngineError } from './engine.ts'
import { CappedText, type RunResult } from './ffmpeg-report.ts'
import type { Input } from './input.ts'

export interface ContainedRun {
  readonly command: readonly string[]
  /** What the program finds at descriptor 3 and up: an open file, or a pipe into this stream. */
  readonly outputs: readonly (number | Writable)[]
  readonly input: Input
}

/**
 * Runs a program without a shell in a process group of its own, with an empty environment, and feeds it from a
 * stream. When anything goes wrong the whole group is killed. Resolves however the program ended by itself;
 * rejects with EngineError when it could not be started, with the signal's reason when it was ended by that, and
 * with what failed the input.
 */
export async function runContained(run: ContainedRun, signal: AbortSignal): Promise<RunResult> {
  const child = start(run)
  const pipes = run.outputs.flatMap((output, i) =>
    typeof output === 'number' ? [] : [{ from: child.stdio[FIRST + i] as Readable, to: output }],
  )
  let stopped: { reason: unknown } | undefined
  const stop = (reason: unknown) => {
    stopped ??= { reason }
    killGroup(child)
    // What nobody reads any more would keep the pipe open, and the end from being seen.
    for (const { from } of pipes) from.destroy()
  }
  const abort = () => stop(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  const feeding = feed(run.input, child.stdin as Writable, stop)
  const piping = pipes.map(({ from, to }) =>
    pipeline(from, to, { end: false }).catch((cause: unknown) =>
      stop(new EngineError('failed', 'what was made could not be passed on', cause)),
    ),
  )
  try {
    const result = await ended(child)
    await Promise.all(piping)
    if (stopped) throw stopped.reason
    return result
  } finally {
    signal.removeEventListener('abort', abort)
    run.input.close()
    await feeding
  }
}

/** The first descriptor behind input, output and messages. */
export const FIRST = 3

const notStarted = (cause: unknown) => new EngineError('failed', 'the program could not be started', cause)

function start({ command, outputs }: ContainedRun): ChildProcess {
  const [program = '', ...args] = command
  const descriptors = outputs.map((output) => (typeof output === 'number' ? output : ('pipe' as const)))
  try {
    return spawn(program, args, {
      cwd: '/',
      env: {},
      // A group of its own, so that it can be killed with whatever it starts.
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe', ...descriptors],
    })
  } catch (cause) {
    throw notStarted(cause)
  }
}

async function ended(child: ChildProcess): Promise<RunResult> {
  const said = new CappedText()
  child.stderr?.setEncoding('utf8').on('data', (text: string) => said.add(text))
  // What it leaves behind in its group would keep the pipes open.
  child.once('exit', () => killGroup(child))
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(notStarted(cause)))
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, said: said.toString() }))
  })
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // Nothing is left of the group, or (macOS) only what has ended already.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** That the program stops reading is its own affair: its exit tells more. Only a failing source is a failure. */
async function feed(input: Input, stdin: Writable, fail: (reason: unknown) => void): Promise<void> {
  async function* watched(): AsyncGenerator<Buffer> {
    try {
      yield* input.pieces
    } catch (error) {
      if (!stdin.destroyed) fail(error)
      throw error
    }
  }
  await pipeline(watched, stdin).catch(() => {})
}
