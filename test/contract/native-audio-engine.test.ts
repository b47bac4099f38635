import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AudioEngine } from '../../src/media/engine.ts'
import { DEFAULT_LIMITS } from '../../src/media/engine-limits.ts'
import { resolveFfmpeg } from '../../src/media/ffmpeg.ts'
import { silenceFilter } from '../../src/media/filters.ts'
import { createNativeEngine } from '../../src/media/native-engine.ts'
import { describeEngine, openEngine } from '../../src/media/open-engine.ts'
import { findSandbox, type Sandbox } from '../../src/media/sandbox.ts'
import { waitFor } from '../support/processes.ts'
import { correlation, decode, dominantHz, rms, tone, wavOf } from '../support/sound.ts'
import { describeAudioEngine } from './audio-engine.ts'
import { collector, failure, NEVER, sourceOf, stalledSource } from './engine-under-test.ts'

const PATH = '/usr/bin/ffmpeg'
const sandbox = await findSandbox(PATH)
const sound = wavOf([tone(440, 4), tone(1000, 4)], 8000)

async function openNative(): Promise<AudioEngine> {
  const engine = await openEngine(await resolveFfmpeg({ ffmpegPath: PATH }))
  if (!engine) throw new Error('there is no ffmpeg')
  return engine
}

/** Processes by a test of their command line. */
const processes = (test: RegExp): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => test.test(commandLine(pid)))

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    // It has ended meanwhile.
    return ''
  }
}

/** Of this process alone: other tests run at the same time. */
const children = (): number[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

const openSounds = (): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      return target.includes('listenback-audio-') ? [target] : []
    } catch {
      return []
    }
  })

const leftovers = (): string[] => [
  ...children()
    .map(commandLine)
    .filter((line) => line.includes('ffmpeg')),
  ...openSounds(),
]

describeAudioEngine('the native audio engine', async () => ({ engine: await openNative(), leftovers }))

/** A program in the place of ffmpeg; where its user cannot be this one, it must be readable by all. */
function stub(script: string): AudioEngine {
  const directory = mkdtempSync(join(tmpdir(), 'listenback-stub-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'ffmpeg')
  writeFileSync(path, `#!/bin/bash\n${script}\n`)
  chmodSync(directory, 0o755)
  chmodSync(path, 0o755)
  return createNativeEngine({ path, version: 'stub', sandbox })
}

/** What a stub writes to the place of its samples. */
async function saidBy(engine: AudioEngine): Promise<string> {
  const { to, bytes } = collector()
  const outputs = [{ kind: 'pcm', to } as const]
  const request = { source: sourceOf(sound), mediaType: 'audio/wav', outputs }
  expect(await failure(engine.transcode(request, NEVER))).toMatchObject({ kind: 'failed' })
  return bytes().toString().trim()
}

const work = (engine: AudioEngine, signal: AbortSignal, wallMs = 60_000) =>
  failure(
    engine.transcode(
      {
        source: stalledSource(sound.subarray(0, 20_000)),
        mediaType: 'audio/wav',
        outputs: [{ kind: 'pcm', to: collector().to }, { kind: 'm4a' }],
        limits: { wallMs },
      },
      signal,
    ),
  )

describe('the sandbox of the native audio engine', () => {
  it('says what keeps ffmpeg in', async () => {
    const ffmpeg = await resolveFfmpeg({ ffmpegPath: PATH })
    expect(describeEngine(ffmpeg, await openEngine(ffmpeg))).toMatch(
      /^ffmpeg \d+\.\d+\S* \(FFMPEG_PATH\): memory, processor and file size limits, no network, /,
    )
  })

  it('leaves out what does not work on this machine', async () => {
    const nothing = await findSandbox('/does/not/exist')
    expect(nothing.isolation).toEqual([
      'piped input only',
      'own process group',
      'empty environment',
      'time limit',
    ])
    expect(nothing.command(['ffmpeg', '-version'], DEFAULT_LIMITS)).toEqual(['ffmpeg', '-version'])
  })

  it('works without any of it', async () => {
    const bare: Sandbox = { isolation: [], owner: undefined, command: (line) => line }
    const engine = createNativeEngine({ path: PATH, version: 'x', sandbox: bare })
    const request = { source: sourceOf(sound), mediaType: 'audio/wav', outputs: [{ kind: 'flac' } as const] }
    const { files } = await engine.transcode(request, NEVER)
    await using file = files[0]
    expect((await decode(await buffer((file as NonNullable<typeof file>).open()))).seconds).toBe(4)
  })

  it('gives the program nothing of the environment', async () => {
    expect(await saidBy(stub('cat /proc/$$/environ >&3; echo end >&3'))).toBe('end')
  })

  it('runs it as nobody, with no way back, in a session of its own', async () => {
    const script =
      "grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs)' /proc/self/status >&3; ulimit -n -c >&3; nice >&3"
    const said = await saidBy(stub(script))
    expect(said).toMatch(/Uid:\t65534\t65534\t65534\t65534\nCapEff:\t0+\nCapBnd:\t0+\nNoNewPrivs:\t1/)
    expect(said).toMatch(/64\n[\s\S]*core file size.* 0\n5$/)
  })

  it('leaves it no network', async () => {
    const server = createServer((socket) => socket.end('hello'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const script = `(exec 5<>/dev/tcp/127.0.0.1/${port}; head -c 5 <&5) >&3 2>/dev/null || echo unreachable >&3`
    expect(await saidBy(stub(script))).toBe('unreachable')
    const open: Sandbox = {
      isolation: [],
      owner: undefined,
      command: (line) => ['/bin/bash', '-c', script, ...line],
    }
    expect(await saidBy(createNativeEngine({ path: PATH, version: 'x', sandbox: open }))).toBe('hello')
  })

  it('ends a program that hangs, with everything it started', async () => {
    const engine = stub('sleep 7301 & sleep 7302 & (sleep 7303 &) ; sleep 7304')
    const error = await work(engine, NEVER, 1500)
    expect(error).toMatchObject({ kind: 'limits', message: 'takes longer than it may' })
    expect(processes(/sleep 730\d/)).toEqual([])
  })

  it('ends what a program leaves behind that keeps its pipes open', async () => {
    expect(await work(stub('sleep 7311 & exit 3'), NEVER)).toMatchObject({ kind: 'failed' })
    expect(processes(/sleep 731\d/)).toEqual([])
  })

  it('ends everything when it is aborted', async () => {
    const aborting = new AbortController()
    const working = work(stub('sleep 7321 & sleep 7322'), aborting.signal)
    await waitFor('the program to run', async () => processes(/sleep 7322/)[0])
    aborting.abort()
    expect(await working).toMatchObject({ kind: 'aborted' })
    expect(processes(/sleep 732\d/)).toEqual([])
  })

  it('has failed, and proved nothing about the sound, when ffmpeg is killed from outside', async () => {
    const working = work(await openNative(), NEVER)
    const pid = await waitFor('ffmpeg to run', async () =>
      children().find((child) => commandLine(child).startsWith(PATH)),
    )
    await sleep(200)
    process.kill(pid, 'SIGKILL')
    expect(await working).toMatchObject({ kind: 'failed', message: expect.stringMatching('SIGKILL') })
    expect(leftovers()).toEqual([])
  })

  it('has failed when ffmpeg is gone or does not start', async () => {
    const gone = createNativeEngine({ path: '/does/not/exist', version: 'x', sandbox })
    expect(await work(gone, NEVER)).toMatchObject({ kind: 'failed' })
    const bare: Sandbox = { isolation: [], owner: undefined, command: (line) => line }
    const bareGone = createNativeEngine({ path: '/does/not/exist', version: 'x', sandbox: bare })
    expect(await work(bareGone, NEVER)).toMatchObject({ kind: 'failed' })
    expect(await work(stub('echo cannot start >&2; exit 1'), NEVER)).toMatchObject({ kind: 'failed' })
    expect(leftovers()).toEqual([])
  })

  it('calls the sound undecodable when the decoder breaks down on it', async () => {
    const crash = stub("echo '[info] Input #0' >&2; ulimit -c 0; kill -SEGV $$")
    expect(await work(crash, NEVER)).toMatchObject({ kind: 'undecodable' })
  })

  it('keeps a made file without a name, so that nobody else can find it', async () => {
    const request = { source: sourceOf(sound), mediaType: 'audio/wav', outputs: [{ kind: 'm4a' } as const] }
    const { files } = await (await openNative()).transcode(request, NEVER)
    await using _file = files[0]
    expect(openSounds()).toEqual([expect.stringMatching(/ \(deleted\)$/)])
  })
})

describe('converting a stream', () => {
  const silence = silenceFilter([{ fromSeconds: 1, toSeconds: 2 }])
  const converted = async (bytes: Buffer, mediaType: string, filter = silence) => {
    const engine = await openNative()
    if (!engine.convert) throw new Error('it cannot')
    return engine.convert({ source: sourceOf(bytes), mediaType, filter }, NEVER)
  }

  it('makes FLAC of the same sound, with the filter applied', async () => {
    const after = await decode(await buffer(await converted(sound, 'audio/wav')))
    const before = await decode(sound)
    expect([after.frames, after.sampleRate, after.channels.length]).toEqual([32_000, 8000, 2])
    for (const channel of [0, 1]) {
      expect(rms(after, channel, 1, 2)).toBe(0)
      expect(after.channels[channel]?.subarray(16_100)).toEqual(before.channels[channel]?.subarray(16_100))
    }
    expect(dominantHz(after, 1, 2.1, 4)).toBeCloseTo(1000, 0)
    expect(correlation(before, after)).toBeGreaterThan(0.8)
  })

  it('gives what there is while more is still coming in', async () => {
    const engine = await openNative()
    const minute = wavOf([tone(440, 60), tone(1000, 60)], 8000)
    const source = stalledSource(minute.subarray(0, minute.length / 2))
    const out = engine.convert?.({ source, mediaType: 'audio/wav', filter: 'anull' }, NEVER)
    const [first] = (await new Promise((resolve) =>
      out?.once('data', (piece: Buffer) => resolve([piece])),
    )) as Buffer[]
    expect(first?.toString('latin1', 0, 4)).toBe('fLaC')
    out?.destroy()
    await waitFor('ffmpeg to be gone', async () => (leftovers().length === 0 ? true : undefined))
    expect(source.destroyed).toBe(true)
  })

  it('errors instead of ending when the sound cannot be decoded or its source fails', async () => {
    expect(await failure(buffer(await converted(Buffer.alloc(5000, 'text '), 'audio/wav')))).toMatchObject({
      kind: 'undecodable',
    })
    expect(await failure(buffer(await converted(sound, 'text/plain')))).toMatchObject({ kind: 'undecodable' })
    const engine = await openNative()
    const cause = new Error('the sender went away')
    const source = stalledSource(sound.subarray(0, 20_000))
    const out = engine.convert?.({ source, mediaType: 'audio/wav', filter: 'anull' }, NEVER)
    setTimeout(() => source.destroy(cause), 300)
    expect(await failure(buffer(out as NonNullable<typeof out>))).toBe(cause)
    expect(leftovers()).toEqual([])
  })

  it('ends at once when it is aborted', async () => {
    const engine = await openNative()
    const aborting = new AbortController()
    const source = stalledSource(sound)
    const out = engine.convert?.({ source, mediaType: 'audio/wav', filter: 'anull' }, aborting.signal)
    setTimeout(() => aborting.abort(), 300)
    expect(await failure(buffer(out as NonNullable<typeof out>))).toMatchObject({ kind: 'aborted' })
    expect(leftovers()).toEqual([])
  })
})
