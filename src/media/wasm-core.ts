import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { PassThrough, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Worker } from 'node:worker_threads'
import { GIB, SECOND } from '../kernel/units.ts'
import { EngineError } from './engine.ts'
import type { RunResult } from './ffmpeg-report.ts'
import type { WasmEnd, WasmJob, WasmMessage } from './wasm-job.ts'

/** ffmpeg as WebAssembly, compiled and ready to be run any number of times. */
export interface WasmCore {
  readonly script: string
  readonly module: WebAssembly.Module
}

/** Undefined when the optional package is not installed; rejects when what is installed cannot be compiled. */
export async function loadWasmCore(from: string): Promise<WasmCore | undefined> {
  const paths = corePaths(from)
  if (!paths) return undefined
  return { script: paths.script, module: await WebAssembly.compile(await readFile(paths.binary)) }
}

function corePaths(from: string): { script: string; binary: string } | undefined {
  try {
    const { resolve } = createRequire(from)
    return { script: resolve('@ffmpeg/core'), binary: resolve('@ffmpeg/core/wasm') }
  } catch {
    // An optional dependency: absent when its licence or its size was not wanted.
    return undefined
  }
}

export type WasmRun = Pick<WasmJob, 'args' | 'source' | 'files' | 'memoryBytes'> & {
  readonly streams: readonly { readonly path: string; readonly to: Writable }[]
}

/** Of JavaScript; what ffmpeg itself needs is limited by `memoryBytes`. */
const HEAP_MIB = 128

/**
 * Runs ffmpeg in a worker of its own, which is gone afterwards. Resolves however it ended by itself; rejects
 * with the signal's reason when it was ended by that, and with EngineError when it broke down.
 */
export async function runWasm(
  core: WasmCore,
  run: WasmRun,
  signal: AbortSignal,
): Promise<RunResult & Pick<WasmEnd, 'files'>> {
  const waiting = new Int32Array(new SharedArrayBuffer(4))
  const worker = startWorker(core, run, waiting)
  const pipes = run.streams.map(({ to }) => ({ through: new PassThrough(), to }))
  const ended = Promise.withResolvers<WasmEnd>()
  const stop = (reason: unknown) => {
    ended.reject(reason)
    for (const { through } of pipes) through.destroy()
  }
  const piping = pipes.map(({ through, to }) =>
    pipeline(through, to, { end: false }).catch((cause: unknown) =>
      stop(new EngineError('failed', 'what was made could not be passed on', cause)),
    ),
  )
  worker.on('message', (message: WasmMessage) => {
    if (!('stream' in message)) return ended.resolve(message)
    pipes[message.stream]?.through.write(message.bytes, () => {
      Atomics.sub(waiting, 0, message.bytes.length)
      Atomics.notify(waiting, 0)
    })
  })
  worker.once('error', (cause) => stop(brokenWorker(cause)))
  worker.once('exit', () => stop(brokenWorker(undefined)))
  const abort = () => stop(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    const { exitCode, said, files } = await ended.promise
    for (const { through } of pipes) through.end()
    await Promise.all(piping)
    // WebAssembly that breaks down does what an assertion does to a program.
    return { exitCode, signal: exitCode === null ? 'SIGABRT' : null, said, files }
  } finally {
    signal.removeEventListener('abort', abort)
    await worker.terminate()
  }
}

function startWorker(
  { script, module }: WasmCore,
  { args, source, files, memoryBytes, streams }: WasmRun,
  waiting: Int32Array<SharedArrayBuffer>,
): Worker {
  const job: WasmJob = {
    ...{ script, module, args, source, files, memoryBytes },
    streams: streams.map(({ path }) => path),
    waiting: waiting.buffer,
  }
  return new Worker(new URL('./wasm-worker.ts', import.meta.url), {
    workerData: job,
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
  })
}

function brokenWorker(cause: unknown): EngineError {
  const isMemory = (cause as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY'
  return isMemory
    ? new EngineError('limits', 'takes more memory than it may', cause)
    : new EngineError('failed', 'the worker broke down', cause)
}

/** ffmpeg's own version, by really running it. */
export async function wasmVersion(core: WasmCore): Promise<string> {
  const { said } = await runWasm(
    core,
    {
      args: ['-hide_banner', '-version'],
      source: new Uint8Array(0),
      streams: [],
      files: [],
      memoryBytes: GIB,
    },
    AbortSignal.timeout(30 * SECOND),
  )
  const version = /^ffmpeg version (\S+)/m.exec(said)?.[1]
  if (!version) throw new Error('its -version output is not that of ffmpeg')
  return version
}
