import { Writable } from 'node:stream'
import { WavError, type WavHeader, wavStartReader } from './wav-header.ts'
import type { Waveform } from './waveform.ts'

/** Fine enough to see a syllable, and an hour of two channels stays below a megabyte. */
const POINTS_PER_SECOND = 50
const MAX_CHANNELS = 32

/** What was really decoded; no header's claim is in it, except the sample rate. */
export interface SeenSound {
  readonly waveform: Waveform
  /** Complete frames that came: duration = frames / sampleRate. */
  readonly frames: number
}

export interface WaveformSink {
  /** Takes a WAV stream of 16-bit PCM; fails with WavError when it is something else. */
  readonly stream: Writable
  /** Call once the stream has finished. Throws WavError when not even a header came. */
  seen(): SeenSound
}

/** Draws a sound while it passes; memory grows with the drawing only. */
export function waveformSink(): WaveformSink {
  const readStart = wavStartReader()
  let points: PointCounter | undefined

  function take(piece: Buffer): void {
    if (points === undefined) {
      const start = readStart(piece)
      if (start === undefined) return
      points = new PointCounter(start.header)
      points.add(start.bytes.subarray(start.header.dataOffset))
    } else {
      points.add(piece)
    }
  }

  const stream = new Writable({
    highWaterMark: 256 * 1024,
    write(piece: Buffer, _encoding, done) {
      try {
        take(piece)
        done()
      } catch (error) {
        done(error as Error)
      }
    },
  })
  return {
    stream,
    seen() {
      if (points === undefined) throw new WavError('no sound came')
      return points.result()
    },
  }
}

class PointCounter {
  readonly #channels: number
  readonly #sampleRate: number
  readonly #framesPerPoint: number
  #dataBytesLeft: number
  /** The start of a frame whose end is in the next piece. */
  #rest: Buffer = Buffer.alloc(0)
  #frames = 0
  /** Smallest and largest of each channel in the point that is being made. */
  readonly #extremes: Int16Array
  #points: Int8Array
  #used = 0

  constructor(header: WavHeader) {
    const { channels, sampleRate, encoding, bitsPerSample } = header
    if (encoding !== 'pcm' || bitsPerSample !== 16 || channels > MAX_CHANNELS)
      throw new WavError('not 16-bit PCM')
    this.#channels = channels
    this.#sampleRate = sampleRate
    this.#framesPerPoint = Math.max(1, Math.round(sampleRate / POINTS_PER_SECOND))
    this.#dataBytesLeft = header.dataBytes ?? Number.POSITIVE_INFINITY
    this.#extremes = new Int16Array(2 * channels)
    this.#points = new Int8Array(2 * channels * 60 * POINTS_PER_SECOND)
    this.#startPoint()
  }

  add(piece: Buffer): void {
    const ours = piece.length > this.#dataBytesLeft ? piece.subarray(0, this.#dataBytesLeft) : piece
    this.#dataBytesLeft -= ours.length
    const bytes = this.#rest.length === 0 ? ours : Buffer.concat([this.#rest, ours])
    const whole = bytes.length - (bytes.length % (2 * this.#channels))
    this.#addFrames(samplesOf(bytes.subarray(0, whole)))
    this.#rest = Buffer.from(bytes.subarray(whole))
  }

  result(): SeenSound {
    const isOpen = this.#frames % this.#framesPerPoint !== 0
    if (isOpen) this.#endPoint()
    const data = this.#points.slice(0, this.#used)
    // The open point may go on, should anything still come.
    if (isOpen) this.#used -= 2 * this.#channels
    const waveform = {
      channels: this.#channels,
      sampleRate: this.#sampleRate,
      samplesPerPixel: this.#framesPerPoint,
      length: data.length / (2 * this.#channels),
      data,
    }
    return { waveform, frames: this.#frames }
  }

  #addFrames(samples: Int16Array): void {
    for (let at = 0; at < samples.length; ) {
      const missing = this.#framesPerPoint - (this.#frames % this.#framesPerPoint)
      const end = Math.min(samples.length, at + missing * this.#channels)
      for (let c = 0; c < this.#channels; c++) this.#widen(c, samples, at + c, end)
      this.#frames += (end - at) / this.#channels
      at = end
      if (this.#frames % this.#framesPerPoint === 0) {
        this.#endPoint()
        this.#startPoint()
      }
    }
  }

  #widen(channel: number, samples: Int16Array, from: number, end: number): void {
    const step = this.#channels
    let min = this.#extremes[2 * channel] as number
    let max = this.#extremes[2 * channel + 1] as number
    for (let at = from; at < end; at += step) {
      const sample = samples[at] as number
      if (sample < min) min = sample
      if (sample > max) max = sample
    }
    this.#extremes[2 * channel] = min
    this.#extremes[2 * channel + 1] = max
  }

  #startPoint(): void {
    for (let c = 0; c < this.#extremes.length; c += 2) {
      this.#extremes[c] = 32767
      this.#extremes[c + 1] = -32768
    }
  }

  #endPoint(): void {
    if (this.#used + this.#extremes.length > this.#points.length) {
      const larger = new Int8Array(2 * this.#points.length)
      larger.set(this.#points)
      this.#points = larger
    }
    // An arithmetic shift rounds down, as the scale of the waveform says.
    for (const extreme of this.#extremes) this.#points[this.#used++] = extreme >> 8
  }
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Little-endian samples as numbers; in place where the machine's own order and alignment allow it. */
function samplesOf(bytes: Buffer): Int16Array {
  const isInPlace = IS_LITTLE_ENDIAN && bytes.byteOffset % 2 === 0
  const aligned = isInPlace ? bytes : Buffer.from(Uint8Array.from(bytes).buffer)
  if (!IS_LITTLE_ENDIAN) aligned.swap16()
  return new Int16Array(aligned.buffer, aligned.byteOffset, aligned.length / 2)
}
