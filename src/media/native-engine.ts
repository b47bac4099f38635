import { PassThrough, type Readable, type Writable } from 'node:stream'
import { claimedShape } from './claimed-shape.ts'
import { FIRST, runContained } from './contained-process.ts'
import type {
  AudioEngine,
  ConvertRequest,
  EngineLimits,
  OutputSpec,
  Transcoded,
  TranscodeRequest,
} from './engine.ts'
import { DEFAULT_LIMITS } from './engine-limits.ts'
import { convertArguments, inputArguments, outputArguments } from './ffmpeg-arguments.ts'
import { factsOf, requireOneTimeline } from './ffmpeg-report.ts'
import { requireFormat } from './formats.ts'
import { openInput } from './input.ts'
import { type ReservedFile, reserveFile } from './made-file.ts'
import { closeSinks, endSinks, mediaTypeOf, requireWithin } from './outputs.ts'
import type { Sandbox } from './sandbox.ts'
import { workSignal } from './work-signal.ts'

const STDIN = { protocol: 'pipe', url: '0' } as const

interface Native {
  /** Absolute. */
  readonly path: string
  readonly sandbox: Sandbox
}

/** ffmpeg as a program, started in a sandbox for every piece of work. */
export function createNativeEngine(native: Native & { readonly version: string }): AudioEngine {
  return {
    kind: 'native',
    version: native.version,
    isolation: native.sandbox.isolation,
    transcode: (request, signal) => transcode(native, request, signal),
    convert: (request, signal) => convert(native, request, signal),
  }
}

async function transcode(
  { path, sandbox }: Native,
  { source, mediaType, outputs, limits: own }: TranscodeRequest,
  outer: AbortSignal,
): Promise<Transcoded> {
  const limits: EngineLimits = { ...DEFAULT_LIMITS, ...own }
  using work = workSignal(outer, limits.wallMs)
  await using files = new AsyncDisposableStack()
  try {
    const format = requireFormat(mediaType)
    const input = await openInput({ source, mediaType }, work.signal)
    const shape = claimedShape(mediaType, input.head)
    const places: Place[] = []
    for (const spec of outputs) places.push(await placeFor(spec, FIRST + places.length, sandbox.owner, files))
    const line = [
      ...[path, ...inputArguments(format, STDIN)],
      ...places.flatMap(({ spec, url }) => outputArguments(spec, { url, format, shape, limits })),
    ]
    const command = sandbox.command(line, limits)
    const into = places.map((place) => place.into)
    const result = await runContained({ command, input, outputs: into }, work.signal)
    const facts = factsOf(result, limits)
    requireOneTimeline(result, outputs)
    const made = await Promise.all(places.flatMap(({ spec, file }) => file?.made(mediaTypeOf(spec)) ?? []))
    requireWithin(made, limits)
    await endSinks(outputs)
    files.move()
    return { facts, files: made }
  } catch (error) {
    closeSinks(outputs)
    throw error
  } finally {
    source.destroy()
  }
}

/** Where an output goes: what the program gets as a descriptor, and how it is told to use it. */
interface Place {
  readonly spec: OutputSpec
  readonly into: number | Writable
  readonly url: string
  readonly file?: ReservedFile
}

async function placeFor(
  spec: OutputSpec,
  descriptor: number,
  owner: number | undefined,
  files: AsyncDisposableStack,
): Promise<Place> {
  if (spec.kind === 'pcm') return { spec, into: spec.to, url: `pipe:${descriptor}` }
  const file = files.use(await reserveFile(owner))
  return { spec, into: file.descriptor, url: `file:${file.pathFor(descriptor)}`, file }
}

function convert(native: Native, request: ConvertRequest, signal: AbortSignal): Readable {
  const to = new PassThrough()
  const abandoned = new AbortController()
  to.once('close', () => abandoned.abort())
  // Whoever reads the result hears of every failure by it.
  void convertInto(native, request, to, AbortSignal.any([signal, abandoned.signal])).then(
    () => to.end(),
    (error: Error) => to.destroy(error),
  )
  return to
}

/** As long as the source takes to come in: it may be on its way from a sender while it is converted. */
async function convertInto(
  { path, sandbox }: Native,
  { source, mediaType, filter }: ConvertRequest,
  to: Writable,
  outer: AbortSignal,
): Promise<void> {
  using work = workSignal(outer)
  try {
    const format = requireFormat(mediaType)
    const input = await openInput({ source, mediaType }, work.signal)
    const { maxSeconds } = DEFAULT_LIMITS
    const line = [
      ...[path, ...inputArguments(format, STDIN)],
      ...convertArguments(format, filter, maxSeconds, `pipe:${FIRST}`),
    ]
    const command = sandbox.command(line, DEFAULT_LIMITS)
    const result = await runContained({ command, input, outputs: [to] }, work.signal)
    factsOf(result, DEFAULT_LIMITS)
  } finally {
    source.destroy()
  }
}
