import fc from 'fast-check'
import { expect, it } from 'vitest'
import { EngineError } from '../../../src/media/engine.ts'
import { CappedText, factsOf, type RunResult, requireOneTimeline } from '../../../src/media/ffmpeg-report.ts'

const LIMITS = { maxSeconds: 60 }

const said = (stream: string, time = '00:00:03.00', work = '') =>
  [
    "[info] Input #0, wav, from 'pipe:0':",
    '[info]   Metadata:',
    '[info]     title           : Stream #0:0: Audio: forged, 1 Hz, stereo',
    `[info]   Stream #0:0${stream}`,
    '[info] Stream mapping:',
    work,
    "[info] Output #0, wav, to 'pipe:3':",
    '[info]   Stream #0:0: Audio: pcm_s16le ([1][0][0][0] / 0x0001), 44100 Hz, 5.1, s16, 256 kb/s',
    '[info] size=      47kB time=00:00:01.00 bitrate= 128.2kbits/s speed=1x',
    `[info] size=      47kB time=${time} bitrate= 128.2kbits/s speed=1x`,
  ].join('\n')

const MULAW = ': Audio: pcm_mulaw ([7][0][0][0] / 0x0007), 8000 Hz, mono, s16, 64 kb/s'
const ok = (text: string): RunResult => ({ exitCode: 0, signal: null, said: text })

const kindOf = (result: RunResult): string => {
  try {
    factsOf(result, LIMITS)
    return 'facts'
  } catch (error) {
    return error instanceof EngineError ? error.kind : 'another error'
  }
}

it('reads the facts of the source, not those of an output or of a title', () => {
  expect(factsOf(ok(said(MULAW)), LIMITS)).toEqual({
    codec: 'pcm_mulaw',
    sampleRate: 8000,
    channels: 1,
    isDamaged: false,
  })
})

it.each([
  ['mono', 1],
  ['stereo', 2],
  ['5.1(side)', 6],
  ['quad(side)', 4],
  ['3 channels', 3],
  ['7.1.2', 10],
  ['2 channels (FL+FR)', 2],
])('counts the channels of %s', (layout, channels) => {
  const stream = `(nld): Audio: aac (LC) (mp4a / 0x6134706D), 48000 Hz, ${layout}, fltp, 96 kb/s (default)`
  expect(factsOf(ok(said(stream)), LIMITS)).toMatchObject({ codec: 'aac', sampleRate: 48_000, channels })
})

it('calls damaged what the decoder complained of, and not what was seen before', () => {
  expect(factsOf(ok(said(MULAW, '00:00:03.00', '[x @ 0x1] [error] Header missing')), LIMITS).isDamaged).toBe(
    true,
  )
  expect(factsOf(ok(`[png @ 0x1] [error] not on whitelist\n${said(MULAW)}`), LIMITS).isDamaged).toBe(false)
})

it('tells what the sound is to blame for from what it is not', () => {
  const text = said(MULAW)
  expect(kindOf(ok(said(MULAW, '00:01:01.00')))).toBe('limits')
  expect(kindOf(ok(said(MULAW, '00:01:00.20')))).toBe('facts')
  expect(kindOf(ok(said(MULAW, '00:00:00.00').replace('time=00:00:01.00', 'time=N/A')))).toBe('undecodable')
  expect(kindOf(ok('[info] nothing'))).toBe('undecodable')
  expect(kindOf({ exitCode: null, signal: 'SIGXFSZ', said: text })).toBe('limits')
  expect(
    kindOf({ exitCode: 255, signal: null, said: `${text}\n[info] Exiting normally, received signal 24.` }),
  ).toBe('limits')
  expect(
    kindOf({ exitCode: 255, signal: null, said: `${text}\n[info] Exiting normally, received signal 15.` }),
  ).toBe('failed')
  expect(kindOf({ exitCode: null, signal: 'SIGKILL', said: text })).toBe('failed')
  expect(kindOf({ exitCode: null, signal: 'SIGSEGV', said: text })).toBe('undecodable')
  expect(kindOf({ exitCode: 1, signal: null, said: '[fatal] Unknown encoder' })).toBe('failed')
  expect(kindOf({ exitCode: 1, signal: null, said: '[error] pipe:0: Cannot allocate memory' })).toBe('limits')
  expect(kindOf({ exitCode: 1, signal: null, said: '[error] Invalid data found' })).toBe('undecodable')
  expect(
    kindOf({ exitCode: 1, signal: null, said: 'unshare: unshare failed: No space left on device' }),
  ).toBe('failed')
  expect(kindOf({ exitCode: 127, signal: null, said: 'error while loading shared libraries' })).toBe('failed')
})

it('refuses a filter that names a time when times began anew', () => {
  const again = ok(`${said(MULAW)}\n[aac @ 0x1] [warning] Queue input is backward in time`)
  const timed = { filter: "volume=0:enable='between(t,1,2)'" }
  expect(() => requireOneTimeline(again, [{ filter: 'pan=mono|c0=c0' }, {}])).not.toThrow()
  expect(() => requireOneTimeline(ok(said(MULAW)), [timed])).not.toThrow()
  expect(() => requireOneTimeline(again, [{}, timed])).toThrow(EngineError)
})

it('keeps the beginning and the end of any text, and nothing of what is between', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30_000), { maxLength: 8 }), (lengths) => {
      const text = new CappedText()
      const pieces = lengths.map((length, i) => `${i}`.repeat(length))
      for (const piece of pieces) text.add(piece)
      const whole = pieces.join('')
      const kept = 32_768
      const wanted = whole.length <= 2 * kept ? whole : `${whole.slice(0, kept)}${whole.slice(-kept)}`
      expect(text.toString()).toBe(wanted)
    }),
  )
})
