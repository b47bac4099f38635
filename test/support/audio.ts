import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownDirectory, run } from './processes.ts'

/** Formats that telephone systems deliver, as ffmpeg output options. */
const FORMATS = {
  'wav-pcm': { file: 'pcm.wav', mediaType: 'audio/wav', options: ['-c:a', 'pcm_s16le', '-ar', '8000'] },
  'wav-mulaw': { file: 'mulaw.wav', mediaType: 'audio/wav', options: ['-c:a', 'pcm_mulaw', '-ar', '8000'] },
  'wav-alaw': { file: 'alaw.wav', mediaType: 'audio/wav', options: ['-c:a', 'pcm_alaw', '-ar', '8000'] },
  'wav-gsm': { file: 'gsm.wav', mediaType: 'audio/wav', options: ['-c:a', 'libgsm_ms', '-ar', '8000'] },
  mp3: { file: 'call.mp3', mediaType: 'audio/mpeg', options: ['-c:a', 'libmp3lame', '-b:a', '32k'] },
  'ogg-opus': { file: 'opus.ogg', mediaType: 'audio/ogg', options: ['-c:a', 'libopus', '-b:a', '24k'] },
  'ogg-vorbis': { file: 'vorbis.ogg', mediaType: 'audio/ogg', options: ['-c:a', 'libvorbis'] },
  webm: { file: 'call.webm', mediaType: 'audio/webm', options: ['-c:a', 'libopus', '-b:a', '24k'] },
  m4a: {
    file: 'call.m4a',
    mediaType: 'audio/mp4',
    options: ['-c:a', 'aac', '-b:a', '48k', '-movflags', '+faststart'],
  },
  flac: { file: 'call.flac', mediaType: 'audio/flac', options: ['-c:a', 'flac', '-ar', '16000'] },
} as const

export type AudioFormat = keyof typeof FORMATS
export const AUDIO_FORMATS = Object.keys(FORMATS) as AudioFormat[]

export interface TestAudio {
  readonly path: string
  readonly fileName: string
  readonly mediaType: string
  readonly bytes: Buffer
}

const made = new Map<string, Promise<TestAudio>>()
let directory: string | undefined

/** Real audio made by ffmpeg: a tone that rises, so that a seek can be told by ear and by eye. */
export function testAudio(format: AudioFormat, seconds = 2, channels: 1 | 2 = 1): Promise<TestAudio> {
  const key = `${format}-${seconds}-${channels}`
  const known = made.get(key)
  if (known !== undefined) return known
  const making = make(format, seconds, channels)
  made.set(key, making)
  return making
}

async function make(format: AudioFormat, seconds: number, channels: 1 | 2): Promise<TestAudio> {
  directory ??= ownDirectory('audio')
  const { file, mediaType, options } = FORMATS[format]
  // GSM is mono by definition.
  const layout = format === 'wav-gsm' ? 1 : channels
  const path = join(directory, `${seconds}s-${layout}ch-${file}`)
  const tone = `aevalsrc='0.3*sin(2*PI*t*(300+40*t))':s=16000:d=${seconds}`
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y']
  // Bit-exact: the same call gives the same bytes in every run.
  const stable = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact']
  await run('ffmpeg', [
    ...quiet,
    '-f',
    'lavfi',
    '-i',
    tone,
    '-ac',
    String(layout),
    ...options,
    ...stable,
    path,
  ])
  return { path, fileName: file, mediaType, bytes: await readFile(path) }
}
