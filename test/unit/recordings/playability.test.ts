import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { MediaRow } from '../../../src/recordings/media-queries.ts'
import { shortfallOf } from '../../../src/recordings/playability.ts'
import { presentMedia } from '../../../src/recordings/present-media.ts'

describe('sound that is shorter than its call', () => {
  it('is told from sound that begins or ends a little later', () => {
    expect(shortfallOf(298, 300)).toBeNull()
    expect(shortfallOf(286, 300)).toBeNull()
    expect(shortfallOf(284, 300)).toBe('shorter_than_call')
    expect(shortfallOf(8.5, 10)).toBeNull()
    expect(shortfallOf(7.9, 10)).toBe('shorter_than_call')
    expect(shortfallOf(10, null)).toBeNull()
  })

  test('longer sound never lacks anything, and what lacks something goes on to do so when it is shorter', () => {
    const seconds = fc.double({ min: 0, max: 90_000, noNaN: true })
    fc.assert(
      fc.property(seconds, seconds, (one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)]
        expect(shortfallOf(more, less)).toBeNull()
        if (shortfallOf(more, 90_000)) expect(shortfallOf(less, 90_000)).toBe('shorter_than_call')
      }),
    )
  })
})

describe('what is said of the sound', () => {
  const facts = { codec: 'pcm_alaw', channels: 2, sampleRate: 8000, durationMs: 1250, warning: null }
  const nothing: MediaRow = { facts: null, work: [], made: ['original'] }
  const work = (kind: 'redact' | 'playback', reason: string | null = null): MediaRow['work'] => [
    { kind, state: reason === null ? 'waiting' : 'parked', reason },
  ]

  it('is that the original is all there is, when nothing is to be made', () => {
    expect(presentMedia(nothing, true)).toEqual({ state: 'originals_only', renditions: ['original'] })
  })

  it('is that it is being made ready, or why that failed', () => {
    const of = (rows: MediaRow['work']) => presentMedia({ ...nothing, work: rows }, true)
    expect(of(work('playback'))).toEqual({ state: 'waiting', renditions: ['original'] })
    expect(of(work('playback', 'undecodable'))).toMatchObject({ state: 'unplayable', reason: 'undecodable' })
    expect(of(work('playback', 'failed_repeatedly'))).toMatchObject({
      ...{ state: 'parked', reason: 'failed_repeatedly' },
    })
  })

  it('is what it is, once it is ready, without what nobody listens to', () => {
    const made: MediaRow['made'] = ['channel1', 'masked', 'original', 'playback', 'waveform']
    expect(presentMedia({ facts, work: [], made }, false)).toEqual({
      ...{ state: 'ready', codec: 'pcm_alaw', channels: 2, sampleRate: 8000, durationSeconds: 1.25 },
      renditions: ['channel1', 'original', 'playback'],
    })
  })

  it('is nothing but waiting as long as something has to come out of it', () => {
    const made: MediaRow['made'] = ['original', 'playback']
    expect(presentMedia({ facts, work: work('redact'), made }, false).state).toBe('waiting')
    expect(presentMedia({ facts, work: work('redact', 'cannot_silence'), made }, false)).toMatchObject({
      ...{ state: 'parked', reason: 'cannot_silence' },
    })
  })
})
