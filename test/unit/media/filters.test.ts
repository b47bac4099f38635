import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  beepFilter,
  chain,
  channelFilter,
  cutFilter,
  maskFilter,
  mixFilter,
  silenceFilter,
} from '../../../src/media/filters.ts'
import { framesOf } from '../../../src/media/time-range.ts'
import { spectralShift } from '../../support/formants.ts'
import {
  align,
  decode,
  dominantHz,
  type Pcm,
  pcmOf,
  pitchHz,
  rms,
  speech,
  tone,
  wavOf,
} from '../../support/sound.ts'

const run = promisify(execFile)
const RATE = 8000

/** What the real ffmpeg makes of a sound with a filter; `codec` is what the sound is written in before. */
async function filtered(source: Buffer, filter: string, ...codec: string[]): Promise<Pcm> {
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin']
  const args = [...quiet, '-i', 'pipe:0', '-af', filter, ...codec, '-f', 'wav', 'pipe:1']
  const child = run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 1 << 28 })
  child.child.stdin?.end(source)
  return decode((await child).stdout)
}

async function make(lavfi: string, ...options: string[]): Promise<Buffer> {
  const args = ['-hide_banner', '-loglevel', 'error', '-f', 'lavfi', '-i', lavfi, ...options, 'pipe:1']
  return (await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 1 << 26 })).stdout
}

const noise = (seconds: number, seed = 1, rate = RATE): Float32Array => {
  let state = seed
  return Float32Array.from({ length: Math.round(seconds * rate) }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    // Whole steps of 16 bits, and never silence.
    return (state % 2 ? 1 : -1) * ((1 + (state >> 16)) / 32_768 / 2)
  }).map((value) => Math.round(value * 32_768) / 32_768 || 1 / 32_768)
}

/** The same without the spans of a channel, from the definition. */
function without(samples: Float32Array, frames: readonly { from: number; to: number }[]): Float32Array {
  const result = samples.slice()
  for (const { from, to } of frames) result.fill(0, from, to)
  return result
}

/** Sample by sample; a list of all differences would take longer than everything else. */
function expectSame(result: Pcm, channels: readonly Float32Array[]): void {
  expect(result.channels.length).toBe(channels.length)
  const firstDifference = channels.map((samples, c) =>
    samples.findIndex((value, i) => value !== result.channels[c]?.[i]),
  )
  expect(firstDifference).toEqual(channels.map(() => -1))
  expect(result.frames).toBe(channels[0]?.length)
}

const anyRange = fc
  .tuple(fc.integer({ min: 0, max: 3_100_000 }), fc.integer({ min: 0, max: 900_000 }))
  .map(([from, length]) => ({ fromSeconds: from / 1e6, toSeconds: (from + length) / 1e6 }))

describe('silenceFilter', () => {
  it('silences exactly the frames that the ranges touch, at any rate', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRange, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(8000, 11_025, 48_000),
        fc.integer({ min: 1, max: 3 }),
        async (ranges, rate, channels) => {
          const sound = Array.from({ length: channels }, (_, c) => noise(3, c + 1, rate))
          const filter = silenceFilter(ranges)
          const result = filter === '' ? pcmOf(sound, rate) : await filtered(wavOf(sound, rate), filter)
          const expected = sound.map((samples) => without(samples, framesOf(ranges, rate)))
          expectSame(result, expected)
        },
      ),
      { numRuns: 12 },
    )
  })

  it('does so a thousand times in an hour', async () => {
    const ranges = Array.from({ length: 1000 }, (_, i) => ({
      fromSeconds: i * 3.5 + 0.123,
      toSeconds: i * 3.5 + 1.9,
    }))
    const filter = silenceFilter(ranges)
    // Linux takes no argument of 128 KiB.
    expect(filter.length).toBeLessThan(60_000)
    const sound = noise(3500, 5, 1000)
    const result = await filtered(wavOf([sound], 1000), filter)
    expectSame(result, [without(sound, framesOf(ranges, 1000))])
  })

  it.each(['libopus', 'libvorbis', 'libmp3lame', 'flac', 'pcm_alaw'])(
    'holds at the same moments in what %s wrote',
    async (codec) => {
      const options = ['-c:a', codec, '-f', 'matroska']
      const file = await make('sine=300:sample_rate=16000:d=3', ...options)
      const { sampleRate, frames } = await decode(file)
      const silence = silenceFilter([{ fromSeconds: 1, toSeconds: 2 }])
      // Time counted by samples is exact; that of packets is not, where an encoder has a delay.
      for (const [filter, slack] of [
        [`asetpts=N/SR/TB,${silence}`, 1],
        [silence, sampleRate * 0.02],
      ] as const) {
        const result = await filtered(file, filter)
        const samples = result.channels[0] as Float32Array
        expect(result.frames).toBe(frames)
        expect(samples.slice(sampleRate + slack, 2 * sampleRate - slack).every((value) => value === 0)).toBe(
          true,
        )
        expect(rms(result, 0, 0.1, 0.98)).toBeGreaterThan(0.05)
        expect(rms(result, 0, 2.02, 2.9)).toBeGreaterThan(0.05)
      }
    },
  )

  it('goes by the time that a player shows, also behind a gap', async () => {
    const gap = "sine=300:sample_rate=8000:d=5,aselect='not(between(t,1,2))'"
    const file = await make(gap, '-c:a', 'flac', '-f', 'matroska')
    const plain = await decode(file)
    const lost = 5 - plain.seconds
    expect(lost).toBeCloseTo(1, 0)
    const result = await filtered(file, silenceFilter([{ fromSeconds: 3, toSeconds: 4 }]))
    expect(rms(result, 0, 3.01 - lost, 3.99 - lost)).toBe(0)
    expect(rms(result, 0, 2 - lost, 2.99 - lost)).toBeGreaterThan(0.05)
    expect(rms(result, 0, 4.01 - lost)).toBeGreaterThan(0.05)
  })

  it('is nothing without ranges, and chains leave nothing out but nothings', () => {
    expect(silenceFilter([])).toBe('')
    expect(silenceFilter([{ fromSeconds: 2, toSeconds: 2 }])).toBe('')
    expect(chain('', mixFilter(), '', 'a=b')).toBe(`${mixFilter()},a=b`)
    expect(chain()).toBe('')
  })

  it('has plain numbers in it, or refuses them', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ fromSeconds: fc.double(), toSeconds: fc.double() })), (ranges) => {
        try {
          expect(silenceFilter(ranges)).toMatch(/^[a-z0-9=:,;()'+/.]*$/)
          expect(silenceFilter(ranges)).not.toMatch(/\de|e[+-]?\d|nan|inf/i)
        } catch (error) {
          if (!(error instanceof RangeError)) throw error
        }
      }),
    )
    expect(silenceFilter([{ fromSeconds: 1e-7, toSeconds: 86_400 }])).toContain('0.0000001)')
  })
})

describe('cutFilter and beepFilter', () => {
  const [left, right] = [noise(4, 1), noise(4, 2)]
  const spans = [
    { fromSeconds: 0.5, toSeconds: 1, channel: 1 },
    { fromSeconds: 0.75, toSeconds: 1.25, channel: 2 },
    { fromSeconds: 2, toSeconds: 2.5, channel: null },
    { fromSeconds: 3, toSeconds: 3.5 },
    { fromSeconds: 0, toSeconds: 4, channel: 7 },
  ]
  const of = (channel: number) =>
    framesOf(
      spans.filter((span) => (span.channel ?? channel) === channel),
      RATE,
    )

  it('cut on their channel alone', async () => {
    const result = await filtered(wavOf([left, right], RATE), cutFilter(spans))
    expectSame(result, [without(left, of(1)), without(right, of(2))])
  })

  it('beep instead of the sound, on their channel alone, at the same pitch all the time', async () => {
    const result = await filtered(wavOf([left, right], RATE), beepFilter(spans))
    for (const [c, plain] of [left, right].entries()) {
      const samples = result.channels[c] as Float32Array
      const beeped = plain.slice()
      for (const { from, to } of of(c + 1)) {
        for (let i = from; i < Math.min(to, beeped.length); i++) beeped[i] = 0.1 * Math.sin((Math.PI / 4) * i)
      }
      const worst = samples.reduce((most, value, i) => Math.max(most, Math.abs(value - (beeped[i] ?? 9))), 0)
      expect(worst).toBeLessThan(1.01 / 32_768)
    }
    expect(dominantHz(result, 0, 2, 2.5)).toBeCloseTo(1000, 0)
  })
})

describe('channelFilter and mixFilter', () => {
  it('give one party, the other, or half of each', async () => {
    const both = wavOf([tone(300, 1), tone(700, 1)], RATE)
    const [one, two, mix] = await Promise.all(
      [channelFilter(1), channelFilter(2), mixFilter()].map((filter) => filtered(both, filter)),
    )
    const sound = await decode(both)
    expect(one?.channels).toEqual([sound.channels[0]])
    expect(two?.channels).toEqual([sound.channels[1]])
    const other = tone(700, 1)
    const half = pcmOf([tone(300, 1).map((value, i) => (value + (other[i] ?? 0)) / 2)], RATE)
    expect(align(mix as Pcm, half).value).toBeCloseTo(1, 4)
    expect(rms(mix as Pcm)).toBeCloseTo(rms(half), 3)
    expect((await filtered(wavOf([tone(300, 1)], RATE), channelFilter(1))).channels).toEqual([
      sound.channels[0],
    ])
  })

  it('do not clip two parties who shout at once', async () => {
    const loud = wavOf([tone(300, 1, RATE, 0.99), tone(300, 1, RATE, 0.99)], RATE)
    const mix = (await filtered(loud, mixFilter())).channels[0] as Float32Array
    expect(Math.max(...mix)).toBeCloseTo(0.99, 3)
  })
})

describe('maskFilter', () => {
  const WORDS = 'Goedemiddag, met Jansen. Ik bel over mijn verzekering, want er is gisteren iets gebeurd.'
  let woman: Pcm
  let man: Pcm
  beforeAll(async () => {
    woman = await speech(WORDS, { voice: 'nl+f2', pitch: 60 })
    man = await speech(WORDS, { voice: 'nl+m3', pitch: 30 })
  })

  it.each([0.8, 0.87, 1.18, 1.28])('moves a tone by %d and keeps its length', async (factor) => {
    const filter = maskFilter({ channels: 1, factors: [factor], sampleRate: RATE })
    const result = await filtered(wavOf([tone(500, 3)], RATE), filter)
    expect(dominantHz(result, 0, 0.5, 2.5) / 500).toBeCloseTo(factor, 2)
    expect(result.seconds).toBeCloseTo(3, 1)
    expect(rms(result, 0, 0.5, 2.5)).toBeCloseTo(rms(pcmOf([tone(500, 3)], RATE)), 1)
  })

  it.each([0.82, 1.24])('moves pitch and formants of a voice by %d', async (factor) => {
    for (const voice of [woman, man]) {
      const filter = maskFilter({ channels: 1, factors: [factor], sampleRate: RATE })
      const result = await filtered(wavOf(voice.channels, RATE), filter)
      expect((pitchHz(result) ?? 0) / (pitchHz(voice) ?? 1)).toBeCloseTo(factor, 1)
      expect(spectralShift(voice, result)).toBeCloseTo(factor, 1)
      expect(Math.abs(result.seconds - voice.seconds)).toBeLessThan(0.05)
    }
  })

  it('moves both parties of a call, each by its own factor, in step', async () => {
    const frames = Math.min(woman.frames, man.frames)
    const channels = [woman, man].map((voice) => (voice.channels[0] as Float32Array).slice(0, frames))
    const call = pcmOf(channels, RATE)
    const filter = maskFilter({ channels: 2, factors: [0.83, 1.22], sampleRate: RATE })
    const result = await filtered(wavOf(channels, RATE), filter)
    expect(result.channels.length).toBe(2)
    expect(Math.abs(result.seconds - call.seconds)).toBeLessThan(0.05)
    expect((pitchHz(result, 0) ?? 0) / (pitchHz(call, 0) ?? 1)).toBeCloseTo(0.83, 1)
    expect((pitchHz(result, 1) ?? 0) / (pitchHz(call, 1) ?? 1)).toBeCloseTo(1.22, 1)
  })

  it('does not let one party be heard on the channel of the other', async () => {
    const silent = new Float32Array(3 * RATE)
    const filter = maskFilter({ channels: 2, factors: [0.83, 1.22], sampleRate: RATE })
    const result = await filtered(wavOf([tone(400, 3), silent], RATE), filter)
    expect(rms(result, 0)).toBeGreaterThan(0.1)
    expect(rms(result, 1)).toBe(0)
  })

  it('stays silent and beeps where it must, at the pitch of the beep', async () => {
    const call = wavOf([tone(400, 4), tone(600, 4)], RATE)
    const silence = [{ fromSeconds: 1, toSeconds: 1.5 }]
    const beeps = [{ fromSeconds: 2.5, toSeconds: 3, channel: 1 }]
    const filter = chain(
      ...[silenceFilter(silence), cutFilter(beeps)],
      maskFilter({ channels: 2, factors: [0.83, 1.22], sampleRate: RATE }),
      ...[silenceFilter(silence), beepFilter(beeps)],
    )
    const result = await filtered(call, filter)
    expect([rms(result, 0, 1, 1.5), rms(result, 1, 1, 1.5)]).toEqual([0, 0])
    expect(dominantHz(result, 0, 2.5, 3)).toBeCloseTo(1000, 0)
    expect(dominantHz(result, 1, 2.5, 3) / 600).toBeCloseTo(1.22, 2)
    expect(dominantHz(result, 0, 1.6, 2.4) / 400).toBeCloseTo(0.83, 2)
  })

  it.each([
    { channels: 1, factors: [], sampleRate: 8000 },
    { channels: 2, factors: [1.2], sampleRate: 8000 },
    { channels: 1, factors: [0.4], sampleRate: 8000 },
    { channels: 1, factors: [Number.NaN], sampleRate: 8000 },
    { channels: 1, factors: [1.2], sampleRate: 0.5 },
  ] as const)('refuses %j', (mask) => {
    expect(() => maskFilter(mask)).toThrow(RangeError)
  })
})
