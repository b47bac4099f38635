import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { EngineError, type EngineLimits } from '../../src/media/engine.ts'
import { ownDirectory, run } from '../support/processes.ts'
import { tone, wavOf } from '../support/sound.ts'
import {
  collector,
  type EngineUnderTest,
  failure,
  make,
  NEVER,
  sourceOf,
  stalledSource,
} from './engine-under-test.ts'

const MIB = 1024 * 1024
const sound = wavOf([tone(440, 4)], 8000)

export function describeContaining(subject: () => EngineUnderTest): void {
  describe('containing', () => {
    /** A whole day of silence. */
    let bomb: { bytes: Buffer; mediaType: string }
    beforeAll(async () => {
      const path = join(ownDirectory('bomb'), 'day.flac')
      const silence = ['-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', String(24 * 3600)]
      const encoder = ['-c:a', 'flac', '-frame_size', '32768']
      await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...silence, ...encoder, path])
      bomb = { bytes: await readFile(path), mediaType: 'audio/flac' }
    }, 180_000)

    const refusal = async (limits: Partial<EngineLimits>, kind: 'pcm' | 'm4a' = 'pcm', filter = 'anull') => {
      const error = await failure(make(subject().engine, bomb, [{ kind, filter }], limits))
      return error instanceof EngineError ? `${error.kind}: ${error.message}` : error
    }

    it('ends what is longer than it may be, also when it is small', async () => {
      expect(bomb.bytes.length).toBeLessThan(MIB)
      expect(await refusal({ maxSeconds: 60 }, 'm4a')).toBe('limits: longer than 60 seconds')
      expect(await refusal({})).toBe('limits: longer than 14400 seconds')
    }, 120_000)

    it('takes what is exactly as long as it may be', async () => {
      const made = await make(subject().engine, { bytes: sound, mediaType: 'audio/wav' }, [{ kind: 'pcm' }], {
        maxSeconds: 4,
      })
      expect(made.outputs[0]?.length).toBe(44 + 4 * 8000 * 2)
    })

    it('ends what takes too much processor time, time, memory or space', async () => {
      expect(await refusal({ cpuSeconds: 1 }, 'm4a')).toMatch(/^limits: takes (more processor time|longer)/)
      expect(await refusal({ wallMs: 1000 }, 'm4a')).toBe('limits: takes longer than it may')
      expect(await refusal({ memoryBytes: 400 * MIB }, 'pcm', 'aformat=sample_fmts=dbl,areverse')).toBe(
        'limits: takes more memory than it may',
      )
      expect(await refusal({ outputBytes: 100_000 }, 'm4a')).toMatch(
        /^limits: makes a larger file than it may/,
      )
    }, 120_000)

    it('lets other work go on beside a bomb', async () => {
      const bombs = [refusal({ wallMs: 4000 }, 'm4a'), refusal({ wallMs: 4000 }, 'm4a')]
      const made = await make(subject().engine, { bytes: sound, mediaType: 'audio/wav' }, [{ kind: 'pcm' }])
      expect(made.outputs[0]?.length).toBe(sound.length)
      for (const end of await Promise.all(bombs)) expect(end).toMatch(/^limits/)
    }, 60_000)

    it('ends at once when it is aborted, whether the source has gone quiet or not', async () => {
      for (const source of [
        stalledSource(bomb.bytes.subarray(0, 10_000)),
        stalledSource(Buffer.alloc(10)),
        sourceOf(bomb.bytes),
      ]) {
        const aborting = new AbortController()
        const { to } = collector()
        const outputs = [{ kind: 'pcm', to } as const, { kind: 'm4a' } as const]
        const work = failure(
          subject().engine.transcode({ source, mediaType: 'audio/flac', outputs }, aborting.signal),
        )
        await sleep(500)
        aborting.abort()
        expect(await work).toMatchObject({ name: 'EngineError', kind: 'aborted' })
        expect([source.destroyed, to.destroyed, to.writableFinished]).toEqual([true, true, false])
        expect(subject().leftovers()).toEqual([])
      }
    })

    it('does not begin when it was aborted before', async () => {
      const source = sourceOf(sound)
      const request = { source, mediaType: 'audio/wav', outputs: [{ kind: 'm4a' }] } as const
      expect(await failure(subject().engine.transcode(request, AbortSignal.abort()))).toMatchObject({
        kind: 'aborted',
      })
      expect(source.destroyed).toBe(true)
    })

    it('says what failed the source', async () => {
      const cause = new Error('the store went away')
      const begins = Readable.from(
        (async function* () {
          yield sound.subarray(0, 20_000)
          throw cause
        })(),
        { objectMode: false },
      )
      for (const source of [
        begins,
        new Readable({
          read() {
            this.destroy(cause)
          },
        }),
      ]) {
        const request = { source, mediaType: 'audio/wav', outputs: [{ kind: 'm4a' }] } as const
        expect(await failure(subject().engine.transcode(request, NEVER))).toBe(cause)
      }
    })

    it('fails when whoever wants the samples does not take them', async () => {
      const cause = new Error('the disk is full')
      const atOnce = new Writable({ write: (_piece, _encoding, done) => done(cause) })
      const atEnd = new Writable({ write: (_piece, _encoding, done) => done(), final: (done) => done(cause) })
      for (const to of [atOnce, atEnd]) {
        const request = {
          source: sourceOf(sound),
          mediaType: 'audio/wav',
          outputs: [{ kind: 'pcm', to }],
        } as const
        const error = await failure(subject().engine.transcode(request, NEVER))
        expect(error).toMatchObject({ kind: 'failed', cause })
      }
    })

    it('waits for a reader of samples who does not take them, instead of piling them up', async () => {
      const before = process.memoryUsage().arrayBuffers
      let most = 0
      const watching = setInterval(() => {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before)
      }, 20)
      const to = new Writable({ write() {} })
      // Two hours are 115 MB, which are decoded in much less time than this.
      const limits = { maxSeconds: 7200, wallMs: 8000 }
      const outputs = [{ kind: 'pcm', to } as const]
      const request = { source: sourceOf(bomb.bytes), mediaType: 'audio/flac', outputs, limits }
      const error = await failure(subject().engine.transcode(request, NEVER))
      clearInterval(watching)
      expect(error).toMatchObject({ kind: 'limits', message: 'takes longer than it may' })
      expect(most).toBeLessThan(40 * MIB)
    }, 60_000)
  })
}
