import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crossProducts, powerOfTwo, spectrum } from './fft.ts'
import { ownDirectory, run } from './processes.ts'

/** Sound as numbers from -1 to 1. */
export interface Pcm {
  readonly sampleRate: number
  /** One array per channel, each with `frames` samples. */
  readonly channels: readonly Float32Array[]
  readonly frames: number
  readonly seconds: number
}

let directory: string | undefined
let made = 0

/** A name in a private directory that goes with this process. */
function newPath(suffix: string): string {
  directory ??= ownDirectory('sound')
  made++
  return join(directory, `${made}${suffix}`)
}

export interface DecodeOptions {
  /** As in the source unless said otherwise. */
  readonly channels?: number
  readonly rate?: number
  /** Demuxer for what has no mark of its own: `gsm`, `g722`. */
  readonly format?: string
}

/** Decodes a file or its bytes with the real ffmpeg; rejects when nothing can be decoded. */
export async function decode(source: string | Buffer, options: DecodeOptions = {}): Promise<Pcm> {
  const path = typeof source === 'string' ? source : newPath('.in')
  if (typeof source !== 'string') await writeFile(path, source)
  const out = newPath('.wav')
  const { channels, rate, format } = options
  try {
    await run('ffmpeg', [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
      ...(format === undefined ? [] : ['-f', format]),
      ...['-i', path, '-map', '0:a:0'],
      ...(channels === undefined ? [] : ['-ac', String(channels)]),
      ...(rate === undefined ? [] : ['-ar', String(rate)]),
      ...['-c:a', 'pcm_f32le', '-f', 'wav', out],
    ])
    return floatWav(await readFile(out))
  } finally {
    await rm(out, { force: true })
    if (typeof source !== 'string') await rm(path, { force: true })
  }
}

/** Reads what `decode` asked for; on purpose not with the parser of the service, which it helps to test. */
function floatWav(bytes: Buffer): Pcm {
  let at = 12
  let format = { channels: 0, sampleRate: 0 }
  while (bytes.toString('latin1', at, at + 4) !== 'data') {
    if (bytes.toString('latin1', at, at + 4) === 'fmt ')
      format = { channels: bytes.readUInt16LE(at + 10), sampleRate: bytes.readUInt32LE(at + 12) }
    at += 8 + bytes.readUInt32LE(at + 4)
  }
  const end = Math.min(bytes.length, at + 8 + bytes.readUInt32LE(at + 4))
  const samples = new Float32Array(Uint8Array.from(bytes.subarray(at + 8, end)).buffer)
  const frames = samples.length / format.channels
  const channels = Array.from({ length: format.channels }, (_, c) =>
    Float32Array.from({ length: frames }, (_, i) => samples[i * format.channels + c] as number),
  )
  return pcmOf(channels, format.sampleRate)
}

export function pcmOf(channels: readonly Float32Array[], sampleRate: number): Pcm {
  const frames = channels[0]?.length ?? 0
  return { sampleRate, channels, frames, seconds: frames / sampleRate }
}

/** A 16-bit PCM WAV file of these channels. */
export function wavOf(channels: readonly Float32Array[], sampleRate: number): Buffer {
  const frames = channels[0]?.length ?? 0
  const bytes = Buffer.alloc(44 + frames * channels.length * 2)
  bytes.write('RIFF', 0, 'latin1')
  bytes.writeUInt32LE(bytes.length - 8, 4)
  bytes.write('WAVEfmt ', 8, 'latin1')
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(channels.length, 22)
  bytes.writeUInt32LE(sampleRate, 24)
  bytes.writeUInt32LE(sampleRate * channels.length * 2, 28)
  bytes.writeUInt16LE(channels.length * 2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36, 'latin1')
  bytes.writeUInt32LE(bytes.length - 44, 40)
  channels.forEach((samples, c) => {
    samples.forEach((value, i) => {
      const level = Math.max(-32768, Math.min(32767, Math.round(value * 32768)))
      bytes.writeInt16LE(level, 44 + (i * channels.length + c) * 2)
    })
  })
  return bytes
}

export function tone(hz: number, seconds: number, sampleRate = 8000, level = 0.3): Float32Array {
  const length = Math.round(seconds * sampleRate)
  return Float32Array.from({ length }, (_, i) => level * Math.sin((2 * Math.PI * hz * i) / sampleRate))
}

export interface SpeechOptions {
  /** As espeak-ng names it: `nl`, `nl+f3`, `en-gb+m4`, ... */
  readonly voice?: string
  /** 0 to 99. */
  readonly pitch?: number
  readonly rate?: number
}

/** One channel of speech by espeak-ng, the same for the same words. */
export async function speech(words: string, options: SpeechOptions = {}): Promise<Pcm> {
  const { voice = 'nl', pitch = 50, rate = 8000 } = options
  const path = newPath('.wav')
  await run('espeak-ng', ['-v', voice, '-p', String(pitch), '-w', path, words])
  return decode(path, { channels: 1, rate })
}

function span(pcm: Pcm, channel: number, fromSeconds: number, toSeconds: number): Float32Array {
  const samples = pcm.channels[channel]
  if (samples === undefined) throw new RangeError(`no channel ${channel}`)
  const part = samples.subarray(
    Math.round(fromSeconds * pcm.sampleRate),
    Math.round(Math.min(toSeconds, pcm.seconds) * pcm.sampleRate),
  )
  if (part.length === 0) throw new RangeError(`nothing from ${fromSeconds} to ${toSeconds} seconds`)
  return part
}

/** Loudness of a span: 0 is digital silence, 0.707 a full sine. Channels count from 0 here and below. */
export function rms(pcm: Pcm, channel = 0, fromSeconds = 0, toSeconds = pcm.seconds): number {
  const part = span(pcm, channel, fromSeconds, toSeconds)
  return Math.sqrt(part.reduce((sum, value) => sum + value * value, 0) / part.length)
}

export interface Alignment {
  /** 1 when equal in form, 0 when unrelated, -1 when upside down. */
  readonly value: number
  /** How much later the second one is. */
  readonly lagSeconds: number
}

export interface AlignOptions {
  readonly channel?: number
  readonly otherChannel?: number
  /** How far apart they may be; encoders add delays. */
  readonly maxLagSeconds?: number
}

/** The shift at which two signals are most alike. Throws RangeError unless they have one sample rate. */
export function align(a: Pcm, b: Pcm, options: AlignOptions = {}): Alignment {
  const { channel = 0, otherChannel = channel, maxLagSeconds = 0.25 } = options
  if (a.sampleRate !== b.sampleRate) throw new RangeError('different sample rates: decode with `rate`')
  const one = span(a, channel, 0, a.seconds)
  const other = span(b, otherChannel, 0, b.seconds)
  const maxLag = Math.round(maxLagSeconds * a.sampleRate)
  const products = crossProducts(one, other, maxLag)
  const best = products.reduce((top, value, i) => (value > (products[top] as number) ? i : top), 0)
  const energy = rms(a, channel) * rms(b, otherChannel) * Math.sqrt(one.length * other.length)
  const value = energy === 0 ? 0 : (products[best] as number) / energy
  return { value, lagSeconds: (best - maxLag) / a.sampleRate }
}

/** How alike two signals are at their best shift: see `align`. */
export const correlation = (a: Pcm, b: Pcm, options: AlignOptions = {}): number => align(a, b, options).value

/** The strongest frequency of a span, to about a tenth of a hertz for a tone of a second. */
export function dominantHz(pcm: Pcm, channel = 0, fromSeconds = 0, toSeconds = pcm.seconds): number {
  const part = span(pcm, channel, fromSeconds, toSeconds)
  const size = 4 * powerOfTwo(part.length)
  const magnitudes = spectrum(part, size)
  const top = magnitudes.reduce((best, value, i) => (value > (magnitudes[best] as number) ? i : best), 1)
  const [before, at, after] = [top - 1, top, top + 1].map((i) => Math.log((magnitudes[i] ?? 0) + 1e-30))
  const [l, m, r] = [before as number, at as number, after as number]
  const bend = l - 2 * m + r
  const between = bend === 0 ? 0 : (0.5 * (l - r)) / bend
  return ((top + between) * pcm.sampleRate) / size
}

/** The middle of the voice's pitch over the voiced parts of a span; undefined when nothing is voiced. */
export function pitchHz(pcm: Pcm, channel = 0, fromSeconds = 0, toSeconds = pcm.seconds): number | undefined {
  const part = span(pcm, channel, fromSeconds, toSeconds)
  const width = Math.round(0.06 * pcm.sampleRate)
  const pitches: number[] = []
  for (let at = 0; at + width <= part.length; at += Math.round(width / 4)) {
    const pitch = framePitch(part.subarray(at, at + width), pcm.sampleRate)
    if (pitch !== undefined) pitches.push(pitch)
  }
  return pitches.sort((a, b) => a - b)[Math.floor(pitches.length / 2)]
}

/** By autocorrelation; the first peak that is nearly the highest, since a multiple of the period fits as well. */
function framePitch(frame: Float32Array, sampleRate: number): number | undefined {
  const longest = Math.round(sampleRate / 60)
  const all = crossProducts(frame, frame, longest)
  // Later shifts overlap less; without that share long periods would look weak.
  const fit = Array.from(all.subarray(longest), (sum, lag) => sum / (1 - lag / frame.length))
  const energy = fit[0] ?? 0
  if (energy / frame.length < 1e-4) return undefined
  const shortest = Math.round(sampleRate / 500)
  const highest = Math.max(...fit.slice(shortest))
  if (highest < 0.6 * energy) return undefined
  const lag = fit.findIndex(
    (value, i) =>
      i >= shortest && value >= 0.9 * highest && value >= (fit[i + 1] ?? 0) && value > (fit[i - 1] ?? 0),
  )
  return lag < 0 ? undefined : sampleRate / lag
}
