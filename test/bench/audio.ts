import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { resolveFfmpeg } from '../../src/media/ffmpeg.ts'
import { openEngine } from '../../src/media/open-engine.ts'
import { waveformSink } from '../../src/media/waveform-sink.ts'
import { ownDirectory, run } from '../support/processes.ts'

const MINUTES = 60
const QUIET = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', '-threads', '1']
const NEVER = new AbortController().signal

/** An hour of a two-channel call; noise in bursts costs an encoder about what speech does. */
async function makeCall(directory: string): Promise<string> {
  const path = join(directory, 'call.wav')
  const sound = `aevalsrc='0.2*random(0)*gt(sin(t),0)|0.2*random(1)*lt(sin(t),0)':s=8000:d=${MINUTES * 60}`
  await run('ffmpeg', [...QUIET, '-f', 'lavfi', '-i', sound, '-c:a', 'pcm_mulaw', path])
  return path
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/**
 * What a recording's audio costs beside plain ffmpeg with the same flags and the same politeness, by turns in one
 * run: drawing an hour of it, and making it playable.
 */
export async function audioBench(rounds: number, print: (line: string) => void): Promise<void> {
  const ffmpeg = await resolveFfmpeg()
  const engine = await openEngine(ffmpeg)
  if (!engine || ffmpeg.engine !== 'native') throw new Error('this needs ffmpeg as a program')
  const directory = ownDirectory('bench-audio')
  const path = await makeCall(directory)
  const plain = (...options: string[]) =>
    run('nice', ['-n', '5', ffmpeg.path, ...QUIET, '-i', path, ...options])
  const open = () => ({ source: createReadStream(path), mediaType: 'audio/wav' })
  const contenders = [
    {
      name: `waveform of ${MINUTES} minutes`,
      goal: '<= 1.15, decoding to nothing',
      ours: () =>
        engine.transcode({ ...open(), outputs: [{ kind: 'pcm', to: waveformSink().stream }] }, NEVER),
      peer: () => plain('-c:a', 'pcm_s16le', '-f', 'null', '-'),
    },
    {
      name: `playback of ${MINUTES} minutes`,
      goal: '<= 1.15, plain ffmpeg',
      ours: () => engine.transcode({ ...open(), outputs: [{ kind: 'm4a', channels: 2 }] }, NEVER),
      peer: () =>
        plain('-c:a', 'aac', '-b:a', '64000', '-movflags', '+faststart', join(directory, 'plain.m4a')),
    },
  ]
  for (const { name, goal, ours, peer } of contenders) {
    const times: { ours: number; peer: number }[] = []
    for (let i = 0; i < rounds; i += 1)
      times.push({ ours: await secondsOf(ours), peer: await secondsOf(peer) })
    const ratio = median(times.map((time) => time.ours / time.peer))
    const [own, other] = [median(times.map((time) => time.ours)), median(times.map((time) => time.peer))]
    print(
      `${name.padEnd(28)} ratio ${ratio.toFixed(2)}  (ours ${own.toFixed(2)} s, peer ${other.toFixed(2)} s; goal ${goal})`,
    )
  }
}
