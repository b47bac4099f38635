import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { beforeAll, describe, expect, it } from 'vitest'
import { ownDirectory, run } from '../support/processes.ts'
import { decode, dominantHz, rms, tone, wavOf } from '../support/sound.ts'
import { collector, type EngineUnderTest, make, NEVER, sourceOf } from './engine-under-test.ts'

const RATE = 8000

export function describeEncoding(subject: () => EngineUnderTest): void {
  describe('encoding', () => {
    let directory: string
    /** 440 Hz left, 1000 Hz right. */
    const twoTones = wavOf([tone(440, 4, RATE), tone(1000, 4, RATE)], RATE)
    const source = { bytes: twoTones, mediaType: 'audio/wav' }
    beforeAll(() => {
      directory = ownDirectory('encoding')
    })

    async function probe(bytes: Buffer, name: string): Promise<string> {
      const path = join(directory, name)
      await writeFile(path, bytes)
      return run('ffprobe', ['-v', 'error', '-show_format', '-show_streams', '-show_chapters', path])
    }

    it('makes everything that is asked for in one pass, each with its own filter', async () => {
      const { outputs } = await make(subject().engine, source, [
        { kind: 'pcm' },
        { kind: 'm4a', filter: 'pan=mono|c0=c0' },
        { kind: 'm4a', filter: 'pan=mono|c0=c1' },
        { kind: 'flac', filter: "volume=0:enable='between(t,1,2)'" },
        { kind: 'pcm', channels: 1 },
      ])
      const [all, left, right, silenced, mix] = await Promise.all(outputs.map((bytes) => decode(bytes)))
      if (!all || !left || !right || !silenced || !mix) throw new Error('an output is missing')
      expect([all, left, right, silenced, mix].map(({ channels }) => channels.length)).toEqual([
        2, 1, 1, 2, 1,
      ])
      expect([all.frames, silenced.frames, mix.frames]).toEqual([4 * RATE, 4 * RATE, 4 * RATE])
      expect(dominantHz(all, 0)).toBeCloseTo(440, 0)
      expect(dominantHz(all, 1)).toBeCloseTo(1000, 0)
      expect(dominantHz(left)).toBeCloseTo(440, 0)
      expect(dominantHz(right)).toBeCloseTo(1000, 0)
      expect([rms(silenced, 0, 1.05, 1.95), rms(silenced, 1, 1.05, 1.95)]).toEqual([0, 0])
      expect(rms(silenced, 1, 2.05, 2.95)).toBeGreaterThan(0.1)
    })

    it('keeps samples exactly where it can', async () => {
      const { outputs } = await make(subject().engine, source, [{ kind: 'pcm' }, { kind: 'flac' }])
      const [before, ...after] = await Promise.all([twoTones, ...outputs].map((bytes) => decode(bytes)))
      for (const pcm of after) expect(pcm.channels).toEqual(before?.channels)
    })

    it('puts the index of an m4a first, so that it plays while it loads', async () => {
      const { outputs } = await make(subject().engine, source, [{ kind: 'm4a' }])
      const [m4a = Buffer.alloc(0)] = outputs
      const [index, sound] = ['moov', 'mdat'].map((box) => m4a.indexOf(box))
      expect(m4a.toString('latin1', 4, 12)).toBe('ftypM4A ')
      expect(index).toBeGreaterThan(0)
      expect(sound).toBeGreaterThan(index as number)
      expect(await probe(m4a, 'made.m4a')).toMatch(/profile=LC\n[\s\S]*sample_rate=8000\nchannels=2/)
    })

    it('takes 32 kbit/s for each channel of telephone sound, and 64 for each of music', async () => {
      const noise = async (name: string, rate: number, channels: number, options: readonly string[]) => {
        const path = join(directory, name)
        const sound = Array.from({ length: channels }, (_, i) => `random(${i})*0.2-0.1`).join('|')
        const input = ['-f', 'lavfi', '-i', `aevalsrc='${sound}':s=${rate}:d=20`]
        await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...input, ...options, path])
        return readFile(path)
      }
      const rateOf = async (bytes: Buffer, mediaType: string) => {
        const { outputs } = await make(subject().engine, { bytes, mediaType }, [{ kind: 'm4a' }])
        return ((outputs[0]?.length ?? 0) * 8) / 20_000
      }
      const narrow = await rateOf(await noise('n1.wav', 8000, 1, []), 'audio/wav')
      const narrowTwo = await rateOf(await noise('n2.wav', 8000, 2, []), 'audio/wav')
      const wide = await rateOf(await noise('w1.flac', 44_100, 1, []), 'audio/flac')
      const wideTwo = await rateOf(await noise('w2.ogg', 48_000, 2, ['-c:a', 'libopus']), 'audio/ogg')
      for (const [is, wanted] of [
        [narrow, 32],
        [narrowTwo, 64],
        [wide, 64],
        [wideTwo, 128],
      ] as const) {
        expect(is).toBeGreaterThan(wanted * 0.55)
        expect(is).toBeLessThan(wanted * 1.1)
      }
    })

    it('gives the same bytes for the same source', async () => {
      const specs = [{ kind: 'pcm' }, { kind: 'm4a' }, { kind: 'flac' }] as const
      const [once, twice] = [
        await make(subject().engine, source, specs),
        await make(subject().engine, source, specs),
      ]
      expect(twice.outputs).toEqual(once.outputs)
    })

    it('takes over nothing that was written into a file, nor its cover', async () => {
      const [cover, plain] = [join(directory, 'cover.png'), join(directory, 'plain.wav')]
      await run('ffmpeg', [
        '-v',
        'error',
        '-y',
        '-f',
        'lavfi',
        '-i',
        'testsrc=d=0.04:s=64x64',
        '-frames:v',
        '1',
        cover,
      ])
      await writeFile(plain, twoTones)
      const chapters = join(directory, 'chapters.txt')
      await writeFile(chapters, ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=2\ntitle=MARKER-c\n')
      const written = [
        ...['-metadata', 'title=MARKER-t', '-metadata', 'comment=MARKER-k'],
        ...['-metadata:s:a', 'title=MARKER-s', '-metadata:s:a', 'language=nld'],
      ]
      for (const { name, mediaType, options } of [
        { name: 'tagged.mp3', mediaType: 'audio/mpeg', options: ['-map', '2', '-c:v', 'copy'] },
        {
          name: 'tagged.m4a',
          mediaType: 'audio/mp4',
          options: ['-map', '2', '-c:v', 'copy', '-disposition:v', 'attached_pic', '-movflags', '+faststart'],
        },
        {
          name: 'tagged.flac',
          mediaType: 'audio/flac',
          options: ['-map', '2', '-disposition:v', 'attached_pic'],
        },
        { name: 'tagged.ogg', mediaType: 'audio/ogg', options: ['-c:a', 'libvorbis'] },
        { name: 'tagged.wav', mediaType: 'audio/wav', options: [] },
      ]) {
        const path = join(directory, name)
        const inputs = ['-i', plain, '-i', chapters, '-i', cover]
        const mapping = ['-map', '0:a', '-map_chapters', '1', ...written, ...options]
        await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...inputs, ...mapping, path])
        const bytes = await readFile(path)
        expect(bytes.includes('MARKER'), name).toBe(true)
        const made = await make(subject().engine, { bytes, mediaType }, [
          { kind: 'm4a', title: 'masked' },
          { kind: 'flac' },
          { kind: 'pcm' },
        ])
        expect({ name, ...made.facts }).toMatchObject({ name, isDamaged: false, channels: 2 })
        for (const [i, output] of made.outputs.entries()) {
          expect(output.includes('MARKER'), `${name}, output ${i}`).toBe(false)
          const found = await probe(output, `probe-${i}`)
          expect(found).not.toMatch(/MARKER|CHAPTER|codec_type=video|Lavf|Lavc|nld/)
          expect(found.match(/TAG:title=.*/g)).toEqual(i === 0 ? ['TAG:title=masked'] : null)
        }
      }
    }, 120_000)

    it('leaves a made file readable, from its beginning and more than once, until it is disposed of', async () => {
      const { files } = await subject().engine.transcode(
        { source: sourceOf(twoTones), mediaType: 'audio/wav', outputs: [{ kind: 'm4a' }] },
        NEVER,
      )
      const [file] = files
      if (!file) throw new Error('nothing was made')
      const [once, twice] = await Promise.all([buffer(file.open()), buffer(file.open())])
      expect(file.mediaType).toBe('audio/mp4')
      expect(once.length).toBe(file.bytes)
      expect(twice).toEqual(once)
      await file[Symbol.asyncDispose]()
    })

    it('ends its sinks when all went well', async () => {
      const { to } = collector()
      await subject().engine.transcode(
        { source: sourceOf(twoTones), mediaType: 'audio/wav', outputs: [{ kind: 'pcm', to }] },
        NEVER,
      )
      expect(to.writableFinished).toBe(true)
    })
  })
}
