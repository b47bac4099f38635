import { Readable, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type {
  AudioEngine,
  DecodedFacts,
  EngineError,
  EngineLimits,
  OutputSpec,
} from '../../src/media/engine.ts'

export interface EngineUnderTest {
  readonly engine: AudioEngine
  /** What this engine has running or open right now that a finished piece of work must not leave behind. */
  leftovers(): readonly string[]
}

export const NEVER = new AbortController().signal
const PIECE = 16_384

/** As it comes from a store: in pieces. */
export function sourceOf(bytes: Buffer): Readable {
  const count = Math.ceil(bytes.length / PIECE)
  return Readable.from(
    Array.from({ length: count }, (_, i) => bytes.subarray(i * PIECE, (i + 1) * PIECE)),
    { objectMode: false },
  )
}

/** The beginning of a source, and then nothing any more: it neither goes on nor ends. */
export function stalledSource(bytes: Buffer): Readable {
  const source = new Readable({ read() {} })
  source.push(bytes)
  return source
}

/** A sink that keeps what it gets. */
export function collector(): { to: Writable; bytes(): Buffer } {
  const pieces: Buffer[] = []
  const to = new Writable({
    write(piece: Buffer, _encoding, done) {
      pieces.push(piece)
      done()
    },
  })
  return { to, bytes: () => Buffer.concat(pieces) }
}

export interface Made {
  readonly facts: DecodedFacts
  /** Each output's bytes, in their order. */
  readonly outputs: readonly Buffer[]
}

type Wanted = Exclude<OutputSpec, { kind: 'pcm' }> | { kind: 'pcm'; filter?: string; channels?: 1 | 2 }

/** Transcodes and reads everything that was made. */
export async function make(
  engine: AudioEngine,
  { bytes, mediaType }: { readonly bytes: Buffer; readonly mediaType: string },
  wanted: readonly Wanted[],
  limits: Partial<EngineLimits> = {},
): Promise<Made> {
  const sinks = wanted.map(() => collector())
  const outputs = wanted.map(
    (spec, i): OutputSpec =>
      spec.kind === 'pcm' ? { ...spec, to: (sinks[i] as (typeof sinks)[number]).to } : spec,
  )
  const { facts, files } = await engine.transcode(
    { source: sourceOf(bytes), mediaType, outputs, limits },
    NEVER,
  )
  const contents: Buffer[] = []
  for (const file of files) {
    await using made = file
    contents.push(await buffer(made.open()))
  }
  return {
    facts,
    outputs: wanted.map((spec, i) =>
      spec.kind === 'pcm' ? (sinks[i] as (typeof sinks)[number]).bytes() : (contents.shift() as Buffer),
    ),
  }
}

export const failure = (work: Promise<unknown>): Promise<EngineError | 'it succeeded'> =>
  work.then(
    () => 'it succeeded' as const,
    (error: EngineError) => error,
  )
