import { MIB } from '../kernel/units.ts'
import { claimedShape } from './claimed-shape.ts'
import {
  type AudioEngine,
  EngineError,
  type EngineLimits,
  type OutputSpec,
  type Transcoded,
  type TranscodeRequest,
} from './engine.ts'
import { DEFAULT_LIMITS } from './engine-limits.ts'
import { inputArguments, outputArguments } from './ffmpeg-arguments.ts'
import { factsOf, requireOneTimeline } from './ffmpeg-report.ts'
import { requireFormat } from './formats.ts'
import { type Input, openInput } from './input.ts'
import { memoryFile } from './made-file.ts'
import { closeSinks, endSinks, mediaTypeOf, requireWithin } from './outputs.ts'
import { runWasm, type WasmCore } from './wasm-core.ts'
import { SOURCE } from './wasm-job.ts'
import { workSignal } from './work-signal.ts'

/** Source and results are all in memory at once. */
const MAX_SOURCE_BYTES = 64 * MIB
const MAX_OUTPUT_BYTES = 256 * MIB

/**
 * ffmpeg as WebAssembly, for machines without the program. It needs the whole source before it begins, so it
 * cannot convert a stream as it comes in.
 */
export const createWasmEngine = (core: WasmCore, version: string): AudioEngine => ({
  kind: 'wasm',
  version,
  isolation: ['WebAssembly', 'no network', 'no files', 'memory limit', 'time limit'],
  transcode: (request, signal) => transcode(core, request, signal),
})

async function transcode(
  core: WasmCore,
  { source, mediaType, outputs, limits: own }: TranscodeRequest,
  outer: AbortSignal,
): Promise<Transcoded> {
  const limits = limitsOf(own)
  using work = workSignal(outer, limits.wallMs)
  try {
    const format = requireFormat(mediaType)
    const input = await openInput({ source, mediaType }, work.signal)
    const shape = claimedShape(mediaType, input.head)
    const bytes = await readWhole(input, work.signal)
    const paths = outputs.map(({ kind }, i) => `/${i}.${kind}`)
    const pathOf = (spec: OutputSpec) => paths[outputs.indexOf(spec)] as string
    const toFiles = outputs.filter(({ kind }) => kind !== 'pcm')
    const { files, ...result } = await runWasm(
      core,
      {
        source: bytes,
        args: [
          ...inputArguments(format, { protocol: 'file', url: SOURCE }),
          ...outputs.flatMap((spec) =>
            outputArguments(spec, { url: `file:${pathOf(spec)}`, format, shape, limits }),
          ),
        ],
        streams: outputs.flatMap((spec) =>
          spec.kind === 'pcm' ? [{ path: pathOf(spec), to: spec.to }] : [],
        ),
        files: toFiles.map(pathOf),
        memoryBytes: limits.memoryBytes,
      },
      work.signal,
    )
    const facts = factsOf(result, limits)
    requireOneTimeline(result, outputs)
    const made = toFiles.map((spec, i) => memoryFile(files[i] ?? new Uint8Array(0), mediaTypeOf(spec)))
    requireWithin(made, limits)
    await endSinks(outputs)
    return { facts, files: made }
  } catch (error) {
    closeSinks(outputs)
    throw error
  } finally {
    source.destroy()
  }
}

/** A worker has one thread, so its processor time is at most the time that passes. */
function limitsOf(own: Partial<EngineLimits> = {}): EngineLimits {
  const limits = { ...DEFAULT_LIMITS, ...own }
  return {
    ...limits,
    wallMs: Math.min(limits.wallMs, limits.cpuSeconds * 1000),
    outputBytes: Math.min(limits.outputBytes, MAX_OUTPUT_BYTES),
  }
}

async function readWhole({ pieces, close }: Input, signal: AbortSignal): Promise<Uint8Array> {
  signal.addEventListener('abort', close, { once: true })
  try {
    const taken: Buffer[] = []
    let bytes = 0
    for await (const piece of pieces) {
      bytes += piece.length
      if (bytes > MAX_SOURCE_BYTES)
        throw new EngineError(
          'limits',
          `larger than ${MAX_SOURCE_BYTES} bytes, which the WebAssembly engine holds`,
        )
      taken.push(piece)
    }
    return Buffer.concat(taken)
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', close)
  }
}
