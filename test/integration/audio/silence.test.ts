import { createHash } from 'node:crypto'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { AudioEngine } from '../../../src/media/engine.ts'
import { resolveFfmpeg } from '../../../src/media/ffmpeg.ts'
import { openEngine } from '../../../src/media/open-engine.ts'
import { loadWasmCore } from '../../../src/media/wasm-core.ts'
import { createWasmEngine } from '../../../src/media/wasm-engine.ts'
import { decode, dominantHz, rms } from '../../support/sound.ts'
import { audioPart, formBody, metadataPart } from '../ingest/form.ts'
import {
  auditTrail,
  contents,
  eventually,
  type IngestApp,
  layered,
  metadata,
  NOTHING,
  post,
  rawRequest,
  startIngestApp,
  storedFiles,
} from '../ingest/ingest-app.ts'
import {
  CARD,
  CARD_FORMATS,
  type CardFormat,
  cardCall,
  expectSilenced,
  gappedCall,
  IN_PLACE,
  lateIndex,
  SECONDS,
  VOICE_HZ,
} from './card-call.ts'
import { type PutLog, watchPuts } from './watch-puts.ts'

let app: IngestApp
let puts: PutLog
let engine: AudioEngine
beforeAll(async () => {
  const opened = await openEngine(await resolveFfmpeg())
  if (!opened) throw new Error('these tests need ffmpeg')
  engine = opened
  puts = watchPuts()
  app = await startIngestApp({ engine, store: (files) => layered(files, { put: puts.layer(files) }) })
  puts.openWith(app)
})
afterAll(() => app.close())
afterEach(() => eventually(() => app.inFlight.size === 0, 'no upload runs'))

const PAYMENT = { ...CARD, reason: 'payment' } as const
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const send = (call: Record<string, unknown>, audio: Buffer, type: string) =>
  post(app, formBody([metadataPart(call), audioPart(audio, type)]))

describe('T45: what was never to be kept is silenced before the first durable write', () => {
  it.each(CARD_FORMATS)('%s', async (format) => {
    const { bytes, mediaType } = await cardCall(format)
    const call = metadata(app, { silence: [PAYMENT], sha256: sha256(bytes) })
    const { status, body } = await send(call, bytes, mediaType)
    expect(status).toBe(201)
    const written = puts.takeAll()
    expect(written).toHaveLength(1)
    const [stored] = await Promise.all(written.map((one) => one.opened()))
    if (!stored) throw new Error('nothing was stored')
    await expectSilenced(stored)
    const isInPlace = IN_PLACE.has(format)
    const kept = { mediaType: isInPlace ? 'audio/wav' : 'audio/flac', bytes: stored.length }
    expect(body.audio).toEqual({ ...kept, sha256: sha256(stored), silenced: true })
    if (isInPlace) expectSameElsewhere(stored, bytes)

    const again = await send(call, bytes, mediaType)
    expect([again.status, again.body.id]).toEqual([200, body.id])
    expect(puts.takeAll()).toEqual([])
  })

  it('on both channels of a call with two', async () => {
    for (const format of ['wav alaw', 'flac'] as const) {
      const { bytes, mediaType } = await cardCall(format, 2)
      const answer = await send(metadata(app, { silence: [PAYMENT] }), bytes, mediaType)
      expect(answer.status).toBe(201)
      for (const one of puts.takeAll()) await expectSilenced(await one.opened())
    }
  })
})

describe('ranges', () => {
  const levels = async (silence: unknown[], format: CardFormat) => {
    const { bytes, mediaType } = await cardCall(format)
    const ended = metadata(app)
    const answer = await send({ ...ended, silence }, bytes, mediaType)
    expect(answer.status).toBe(201)
    const [stored] = puts.takeAll()
    const heard = await decode((await stored?.opened()) ?? Buffer.alloc(0))
    return { heard, level: (from: number, to: number) => rms(heard, 0, from, to) }
  }

  it.each(['wav pcm', 'mp3'] as const)('may reach to the end of %s and beyond it', async (format) => {
    const { heard, level } = await levels([{ fromSeconds: 4.5, toSeconds: 200, reason: 'hold' }], format)
    expect(heard.seconds).toBeGreaterThan(SECONDS - 0.1)
    expect(level(4.5, heard.seconds)).toBe(0)
    expect(level(0.2, 4.4)).toBeGreaterThan(0.1)
  })

  it.each(['wav mulaw', 'ogg opus'] as const)('may be hundreds in %s', async (format) => {
    const ranges = Array.from({ length: 500 }, (_, i) => ({
      ...{ fromSeconds: i / 100, toSeconds: i / 100 + 0.005, reason: 'hold' },
    }))
    const { level } = await levels(ranges, format)
    for (const at of [0.5, 1.23, 4.99]) {
      expect(level(at, at + 0.005)).toBe(0)
      expect(level(at + 0.0055, at + 0.0095)).toBeGreaterThan(0)
    }
  })

  it('mean the time that a player shows and the time of the sound, where a file has a gap', async () => {
    // One second of voice, three that are missing, and the rest: the card is 5 to 7 seconds after the start.
    const bytes = await gappedCall()
    const silence = [{ fromSeconds: 5, toSeconds: 7, reason: 'payment' }]
    const answer = await send(metadata(app, { silence }), bytes, 'audio/webm')
    expect(answer.status).toBe(201)
    const [stored] = puts.takeAll()
    const heard = await decode((await stored?.opened()) ?? Buffer.alloc(0))
    // The gap is as long as whole packets of the codec make it.
    expect(rms(heard, 0, CARD.fromSeconds + 0.05, CARD.toSeconds - 0.05)).toBe(0)
    expect(dominantHz(heard, 0, 0.2, 1.8)).toBeCloseTo(VOICE_HZ, 0)
  })
})

describe('where nothing can be silenced', () => {
  it.each([
    ['an index far behind the sound', lateIndex],
    ['nothing that decodes', async () => ({ bytes: noise, mediaType: 'audio/flac' })],
  ] as const)('%s: 422, and nothing of it is stored', async (_name, make) => {
    const { bytes, mediaType } = await make()
    const before = await contents(app)
    const answer = await send(metadata(app, { silence: [PAYMENT] }), bytes, mediaType)
    expect([answer.status, answer.body.code]).toEqual([422, 'cannot_silence'])
    expect(await contents(app)).toEqual(before)
    expect(puts.takeAll()).toHaveLength(1)
  })

  it.each([
    ['no engine', 'mp3', noEngine],
    ['an engine that needs all of the file first', 'ogg opus', wasm],
  ] as const)('%s: 422, and nothing of it is stored', async (_name, format, open) => {
    const chosen = await open()
    await using other = await startOther(chosen)
    const { bytes, mediaType } = await cardCall(format)
    const call = metadata(other.app, { silence: [PAYMENT] })
    const answer = await post(other.app, formBody([metadataPart(call), audioPart(bytes, mediaType)]))
    expect([answer.status, answer.body.code]).toEqual([422, 'cannot_silence'])
    expect(await contents(other.app)).toEqual(NOTHING)
  })

  it.each(['wav pcm', 'wav mulaw'] as const)('%s needs no engine', async (format) => {
    await using other = await startOther(undefined)
    const { bytes, mediaType } = await cardCall(format)
    const call = metadata(other.app, { silence: [PAYMENT] })
    const answer = await post(other.app, formBody([metadataPart(call), audioPart(bytes, mediaType)]))
    expect(answer.status).toBe(201)
  })
})

async function startOther(engine: AudioEngine | undefined) {
  const started = await startIngestApp(engine ? { engine } : {})
  return { app: started, [Symbol.asyncDispose]: () => started.close() }
}

describe('a delivery that does not come to its end', () => {
  it.each(['wav mulaw', 'mp3'] as const)('leaves nothing, %s, and no process', async (format) => {
    const { bytes, mediaType } = await cardCall(format)
    const call = metadata(app, { silence: [PAYMENT] })
    const before = await contents(app)
    const body = formBody([metadataPart(call), audioPart(bytes, mediaType)])
    const request = await rawRequest(app, { 'Content-Length': String(body.length) })
    // The card has been sent, and the rest of the call has not.
    await new Promise((resolve) => request.socket.write(body.subarray(0, body.length * 0.8), resolve))
    if (format === 'mp3') {
      await eventually(async () => (await decoders()).length > 0, 'a decoder runs')
      for (const pid of await decoders()) expect(await writtenFiles(pid)).toEqual([])
    } else await eventually(() => app.inFlight.size === 1, 'the upload runs')
    request.socket.resetAndDestroy()
    await eventually(() => app.inFlight.size === 0, 'the upload has ended')
    expect((await auditTrail(app)).at(-1)).toBe('recording.ingest_refused:incomplete_upload')
    expect(await contents(app)).toEqual(before)
    expect(await storedFiles(app)).toEqual(expect.not.arrayContaining([expect.stringMatching(/part$/)]))
    await eventually(async () => (await decoders()).length === 0, 'no decoder runs')
    for (const one of puts.takeAll()) expect(await cardIn(await one.opened(), bytes)).toBe(false)
    expect((await send(call, bytes, mediaType)).status).toBe(201)
    puts.takeAll()
  })

  it('is refused for a hash of other bytes, and the right one is of what was sent', async () => {
    const { bytes, mediaType } = await cardCall('mp3')
    const before = await contents(app)
    const wrong = metadata(app, { silence: [PAYMENT], sha256: '0'.repeat(64) })
    const answer = await send(wrong, bytes, mediaType)
    expect([answer.status, answer.body.code]).toEqual([422, 'hash_mismatch'])
    expect(await contents(app)).toEqual(before)
    for (const one of puts.takeAll()) await expectSilenced(await one.opened())
  })
})

/** FLAC by its first bytes, and by nothing behind them. */
const noise = Buffer.concat([
  Buffer.from('fLaC'),
  ...Array.from({ length: 4000 }, (_, i) => createHash('sha256').update(String(i)).digest()),
])

const noEngine = async (): Promise<AudioEngine | undefined> => undefined

async function wasm(): Promise<AudioEngine> {
  const core = await loadWasmCore(import.meta.url)
  if (!core) throw new Error('these tests need the package @ffmpeg/core')
  return createWasmEngine(core, 'test')
}

/** Whether the card's tone is in the plain bytes of a WAV or FLAC file that was cut off. */
async function cardIn(plain: Buffer, sent: Buffer): Promise<boolean> {
  const start = sent.indexOf('data') + 8 + CARD.fromSeconds * 8000
  if (plain.length === 0) return false
  if (plain.subarray(0, 4).toString('latin1') === 'RIFF')
    return plain.indexOf(sent.subarray(start, start + 64)) >= 0
  const heard = await decode(plain).catch(() => undefined)
  const to = Math.min(CARD.toSeconds, heard?.seconds ?? 0)
  return heard !== undefined && to > CARD.fromSeconds && rms(heard, 0, CARD.fromSeconds, to) > 0
}

/** Programs that this process started and that decode, by their process ids. */
async function decoders(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
      const [, name, state, parent] = /\((.*)\) (\S) (\d+)/.exec(stat) ?? []
      return name === 'ffmpeg' && state !== 'Z' && parent === String(process.pid) ? [pid] : []
    }),
  )
  return found.flat()
}

/** Files that a program could write to. Those it may only read are libraries, which it opens as it starts. */
async function writtenFiles(pid: string): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`)
  const found = await Promise.all(
    names.map(async (name) => {
      const target = await readlink(`/proc/${pid}/fd/${name}`).catch(() => 'pipe:')
      const info = await readFile(`/proc/${pid}/fdinfo/${name}`, 'latin1').catch(() => 'flags: 0')
      const access = Number.parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? '0', 8) & 3
      const isFile = !/^(pipe|socket|anon_inode):|^\/dev\/null$/.test(target)
      return isFile && access !== 0 ? [target] : []
    }),
  )
  return found.flat()
}

/** Byte by byte, but for the samples of the range; rounding takes at most one frame more on each side. */
function expectSameElsewhere(stored: Buffer, sent: Buffer): void {
  const data = sent.indexOf('data') + 8
  const perSecond = sent.readUInt32LE(28)
  const [from, to] = [CARD.fromSeconds, CARD.toSeconds].map((at) => data + at * perSecond) as [number, number]
  expect(stored.subarray(0, from).equals(sent.subarray(0, from))).toBe(true)
  expect(stored.subarray(to).equals(sent.subarray(to, stored.length))).toBe(true)
  expect(stored.length).toBe(data + sent.readUInt32LE(data - 4))
}
