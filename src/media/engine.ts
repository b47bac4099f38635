import type { Readable, Writable } from 'node:stream'

/** What decoding showed of the source; only what was really decoded counts, never what a header claims. */
export interface DecodedFacts {
  /** ffmpeg's name for it: `pcm_mulaw`, `gsm_ms`, `adpcm_g722`, `amr_nb`, `opus`, ... */
  readonly codec: string
  readonly channels: number
  /** In hertz. */
  readonly sampleRate: number
  /** True when the decoder complained of damaged data although it went on. */
  readonly isDamaged: boolean
}

/** One thing to make of the source, in the same pass as the others. */
export type OutputSpec =
  /**
   * The decoded samples as a WAV stream (16 bit PCM, header first), which `to` reads as it comes; `to` ends
   * when all went well and is destroyed when not. At the source's sample rate, with its channels (two at
   * most) unless said otherwise.
   */
  | { readonly kind: 'pcm'; readonly to: Writable; readonly filter?: string; readonly channels?: 1 | 2 }
  /**
   * AAC-LC in MPEG-4, index first (fast start), without any metadata of the source. With its channels, two at
   * most, unless said otherwise: how many there are may be known only once it is decoded.
   */
  | { readonly kind: 'm4a'; readonly filter?: string; readonly channels?: 1 | 2; readonly title?: string }
  /** Lossless; the only one that `convert` streams as well. */
  | { readonly kind: 'flac'; readonly filter?: string }

/** A finished file that is gone once it is disposed of, or when this process ends. */
export interface MadeFile extends AsyncDisposable {
  readonly bytes: number
  readonly mediaType: 'audio/mp4' | 'audio/flac'
  open(): Readable
}

export interface EngineLimits {
  /** Longest sound that is decoded, in seconds; what is longer counts as beyond the limits. */
  readonly maxSeconds: number
  /** Processor time in seconds. */
  readonly cpuSeconds: number
  readonly wallMs: number
  readonly memoryBytes: number
  /** Of each file that is made. */
  readonly outputBytes: number
}

export interface TranscodeRequest {
  /** The encoded audio; read once, from its beginning to its end. */
  readonly source: Readable
  /** As recognised from its first bytes; decides which demuxer and which decoders may run, never the content. */
  readonly mediaType: string
  readonly outputs: readonly OutputSpec[]
  readonly limits?: Partial<EngineLimits>
}

export type ConvertRequest = Pick<TranscodeRequest, 'source' | 'mediaType'> & { readonly filter: string }

export interface Transcoded {
  readonly facts: DecodedFacts
  /** One for each output that is a file, in their order. */
  readonly files: readonly MadeFile[]
}

/** Something that decodes and encodes audio in a place where nothing it does can hurt. */
export interface AudioEngine {
  readonly kind: 'native' | 'wasm'
  readonly version: string
  /** What keeps it in, for people: `no network`, `memory limit`, ... */
  readonly isolation: readonly string[]
  /**
   * Rejects with EngineError, or with what failed the source; then no file is left. Aborting ends it at once,
   * with everything it started. The source is used up or destroyed when this settles.
   */
  transcode(request: TranscodeRequest, signal: AbortSignal): Promise<Transcoded>
  /**
   * Turns a stream of encoded audio into a stream of FLAC while it comes in, with constant memory; nothing of it
   * is ever on a disk. The result errors with EngineError, or with what failed the source; destroying it ends
   * the work. Undefined for an engine that needs the whole source first.
   */
  readonly convert?: (request: ConvertRequest, signal: AbortSignal) => Readable
}

/**
 * Why there is no result. `undecodable`: the source is not sound that this engine knows; `limits`: it would take
 * more than it may; `failed`: the engine itself went wrong (killed, missing, out of memory), which may pass.
 */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly kind: 'undecodable' | 'limits' | 'failed' | 'aborted'

  constructor(kind: EngineError['kind'], message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}
