import fc from 'fast-check'
import { expect, it } from 'vitest'
import { claimedShape } from '../../../src/media/claimed-shape.ts'
import { type AudioFormat, testAudio } from '../../support/audio.ts'

const TYPES = ['audio/wav', 'audio/mpeg', 'audio/ogg', 'audio/flac', 'audio/mp4', 'audio/aac', 'audio/gsm']

it.each<[AudioFormat, 1 | 2, number]>([
  ['wav-pcm', 1, 8000],
  ['wav-mulaw', 2, 8000],
  ['wav-gsm', 1, 8000],
  ['mp3', 2, 16_000],
  ['ogg-opus', 2, 48_000],
  ['ogg-vorbis', 1, 16_000],
  ['webm', 1, 48_000],
  ['m4a', 2, 16_000],
  ['flac', 1, 16_000],
])('reads channels and sample rate of %s', async (format, channels, sampleRate) => {
  const { bytes, mediaType } = await testAudio(format, 2, channels)
  expect(claimedShape(mediaType, bytes.subarray(0, 4096))).toEqual({ channels, sampleRate })
})

it('knows what has no header', () => {
  expect(claimedShape('audio/gsm', Buffer.alloc(33))).toEqual({ channels: 1, sampleRate: 8000 })
  expect(claimedShape('audio/g722', Buffer.alloc(33))).toEqual({ channels: 1, sampleRate: 16_000 })
})

it('gives a possible answer for any bytes', () => {
  const marks = fc.constantFrom(
    '',
    'fmt ',
    'OpusHead',
    'fLaC',
    'COMM',
    'desc',
    'mp4a',
    '\x01vorbis',
    'Speex   ',
  )
  const head = fc.tuple(fc.uint8Array({ maxLength: 40 }), marks, fc.uint8Array({ maxLength: 60 }))
  fc.assert(
    fc.property(fc.constantFrom(...TYPES, 'constructor'), head, (mediaType, [before, mark, after]) => {
      const bytes = Buffer.concat([before, Buffer.from(mark, 'latin1'), after])
      const { channels, sampleRate } = claimedShape(mediaType, bytes)
      expect([1, 2]).toContain(channels)
      expect(sampleRate).toBeGreaterThanOrEqual(1000)
    }),
  )
})
