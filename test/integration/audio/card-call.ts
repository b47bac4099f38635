import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ownDirectory, run } from '../../support/processes.ts'
import { decode, dominantHz, rms } from '../../support/sound.ts'

/** Where the card number is said, and the two tones that stand for the card and for the rest of the call. */
export const CARD = { fromSeconds: 2, toSeconds: 4 } as const
export const CARD_HZ = 1500
export const VOICE_HZ = 440
export const SECONDS = 6

/** The call in the formats of telephone systems, as ffmpeg output options. */
const FORMATS = {
  'wav pcm': { suffix: 'wav', mediaType: 'audio/wav', options: ['-c:a', 'pcm_s16le'] },
  'wav mulaw': { suffix: 'wav', mediaType: 'audio/wav', options: ['-c:a', 'pcm_mulaw'] },
  'wav alaw': { suffix: 'wav', mediaType: 'audio/wav', options: ['-c:a', 'pcm_alaw'] },
  'wav gsm': { suffix: 'wav', mediaType: 'audio/wav', options: ['-c:a', 'libgsm_ms'] },
  'wav ima adpcm': { suffix: 'wav', mediaType: 'audio/wav', options: ['-c:a', 'adpcm_ima_wav'] },
  mp3: { suffix: 'mp3', mediaType: 'audio/mpeg', options: ['-c:a', 'libmp3lame', '-b:a', '32k'] },
  'ogg opus': { suffix: 'ogg', mediaType: 'audio/ogg', options: ['-c:a', 'libopus', '-b:a', '32k'] },
  'ogg vorbis': { suffix: 'ogg', mediaType: 'audio/ogg', options: ['-c:a', 'libvorbis'] },
  'webm opus': { suffix: 'webm', mediaType: 'audio/webm', options: ['-c:a', 'libopus', '-b:a', '32k'] },
  flac: { suffix: 'flac', mediaType: 'audio/flac', options: ['-c:a', 'flac'] },
  g722: { suffix: 'g722', mediaType: 'audio/g722', options: ['-c:a', 'g722', '-ar', '16000', '-f', 'g722'] },
  'raw gsm': { suffix: 'gsm', mediaType: 'audio/gsm', options: ['-c:a', 'libgsm', '-f', 'gsm'] },
  'm4a, index first': {
    suffix: 'm4a',
    mediaType: 'audio/mp4',
    options: ['-c:a', 'aac', '-b:a', '48k', '-movflags', '+faststart'],
  },
  'short m4a, index last': { suffix: 'm4a', mediaType: 'audio/mp4', options: ['-c:a', 'aac', '-b:a', '48k'] },
} as const

export type CardFormat = keyof typeof FORMATS
export const CARD_FORMATS = Object.keys(FORMATS) as CardFormat[]

/** Formats whose samples are overwritten where they lie. */
export const IN_PLACE: ReadonlySet<CardFormat> = new Set(['wav pcm', 'wav mulaw', 'wav alaw'])

export interface CardCall {
  readonly bytes: Buffer
  readonly mediaType: string
}

const hz = `if(between(t,${CARD.fromSeconds},${CARD.toSeconds}),${CARD_HZ},${VOICE_HZ})`
const sound = `aevalsrc='0.3*sin(2*PI*t*${hz})':s=8000:d=${SECONDS}`

let directory: string | undefined
const made = new Map<string, Promise<CardCall>>()

/** A call with the card tone in `CARD` and the voice tone everywhere else; two channels sound alike. */
export function cardCall(format: CardFormat, channels: 1 | 2 = 1): Promise<CardCall> {
  const name = `${format}-${channels}`
  const known = made.get(name) ?? make(format, channels)
  made.set(name, known)
  return known
}

async function make(format: CardFormat, channels: 1 | 2): Promise<CardCall> {
  directory ??= ownDirectory('card')
  const { suffix, mediaType, options } = FORMATS[format]
  const path = join(directory, `${format.replaceAll(/\W/g, '-')}-${channels}.${suffix}`)
  await run('ffmpeg', [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', sound],
    ...['-ac', String(channels), ...options, path],
  ])
  return { bytes: await readFile(path), mediaType }
}

/** The call in WebM, with three seconds missing after the first: every later sound has a later time. */
export async function gappedCall(): Promise<Buffer> {
  directory ??= ownDirectory('card')
  const path = join(directory, 'gapped.webm')
  await run('ffmpeg', [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', sound],
    ...['-af', `asetpts='PTS+if(gte(T,1),3/TB,0)'`, '-c:a', 'libopus', '-b:a', '32k', path],
  ])
  return readFile(path)
}

/** MPEG-4 whose index is farther behind its sound than any buffer reaches back. */
export async function lateIndex(): Promise<CardCall> {
  directory ??= ownDirectory('card')
  const path = join(directory, 'late-index.m4a')
  await run('ffmpeg', [
    ...[
      '-hide_banner',
      '-loglevel',
      'error',
      '-nostdin',
      '-y',
      '-f',
      'lavfi',
      '-i',
      'anoisesrc=d=30:r=48000',
    ],
    ...['-c:a', 'aac', '-b:a', '192k', path],
  ])
  return { bytes: await readFile(path), mediaType: 'audio/mp4' }
}

/** Codecs spread a change over some frames. */
const SMEAR = 0.12

/** A-law has no zero: its silence is the smallest step above it. */
const A_LAW_SILENCE = 0.00025

/** Digital silence where the card was and the voice everywhere else, on every channel. */
export async function expectSilenced(audio: Buffer): Promise<void> {
  const heard = await decode(audio)
  expect(heard.seconds).toBeCloseTo(SECONDS, 0)
  const { fromSeconds, toSeconds } = CARD
  heard.channels.forEach((_samples, channel) => {
    expect(rms(heard, channel, fromSeconds, toSeconds)).toBeLessThan(A_LAW_SILENCE)
    for (const [from, to] of [
      [SMEAR, fromSeconds - SMEAR],
      [toSeconds + SMEAR, SECONDS - SMEAR],
    ] as const) {
      expect(rms(heard, channel, from, to)).toBeGreaterThan(0.1)
      expect(dominantHz(heard, channel, from, to)).toBeCloseTo(VOICE_HZ, 0)
    }
    // The card is not even in what a codec smears beyond the edges.
    expect(dominantHz(heard, channel, toSeconds, toSeconds + SMEAR)).toBeLessThan(CARD_HZ / 2)
    expect(dominantHz(heard, channel, fromSeconds - SMEAR, fromSeconds)).toBeLessThan(CARD_HZ / 2)
  })
}
