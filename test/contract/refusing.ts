import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EngineError } from '../../src/media/engine.ts'
import { ownDirectory } from '../support/processes.ts'
import { tone, wavOf } from '../support/sound.ts'
import { type EngineUnderTest, failure, make } from './engine-under-test.ts'

/** All kinds whose files begin with a mark; raw samples may be any bytes. */
const MARKED = [
  ...['audio/wav', 'audio/mpeg', 'audio/ogg', 'audio/webm', 'audio/x-matroska', 'audio/flac', 'audio/mp4'],
  ...['audio/3gpp', 'audio/aac', 'audio/amr', 'audio/amr-wb', 'audio/basic', 'audio/x-caf', 'audio/aiff'],
]

const sound = wavOf([tone(440, 2)], 8000)

/** Texts that make a media program open something else: a file of the machine, or an address. */
const playlists = (target: string) => ({
  hls: `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n${target}\n#EXT-X-ENDLIST\n`,
  m3u: `#EXTM3U\n${target}\n`,
  concat: `ffconcat version 1.0\nfile '${target}'\n`,
  sdp: `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\na=control:${target}\n`,
  cue: `FILE "${target}" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n`,
  dash: `<MPD type="static"><Period><AdaptationSet><Representation id="a" bandwidth="1"><BaseURL>${target}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
})

/** A server that answers with sound and counts who asks. */
async function listening(): Promise<{ url: string; asked: () => number }> {
  let asked = 0
  const server = createServer((_req, res) => void res.end(sound))
  server.on('connection', () => asked++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.wav`, asked: () => asked }
}

/** A QuickTime file whose sound lies in another file, by an alias as old Macs had them. */
function withReferenceTo(path: string): Buffer {
  const box = (type: string, ...content: Buffer[]) => {
    const body = Buffer.concat(content)
    const head = Buffer.alloc(8)
    head.writeUInt32BE(body.length + 8)
    head.write(type, 4, 'latin1')
    return Buffer.concat([head, body])
  }
  const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')
  const u32 = (...values: number[]) =>
    Buffer.concat(values.map((v) => bytes(v.toString(16).padStart(8, '0'))))
  const url = box('url ', u32(0), Buffer.from(`file://${path}\0`))
  const alias = box(
    'alis',
    u32(0),
    Buffer.alloc(150),
    bytes('0002'),
    u16(path.length),
    Buffer.from(path),
    bytes('ffff 0000'),
  )
  const description = Buffer.concat([
    bytes('000000000000'),
    u16(1),
    Buffer.alloc(8),
    u16(1),
    u16(16),
    u32(0),
    u16(8000),
    u16(0),
  ])
  const table = box(
    'stbl',
    box('stsd', u32(0, 1), box('sowt', description)),
    box('stts', u32(0, 1, 8000, 1)),
    box('stsc', u32(0, 1, 1, 8000, 1)),
    box('stsz', u32(0, 2, 8000)),
    box('stco', u32(0, 1, 44)),
  )
  const info = box('minf', box('smhd', u32(0, 0)), box('dinf', box('dref', u32(0, 2), alias, url)), table)
  const media = box(
    'mdia',
    box('mdhd', u32(0, 0, 0, 8000, 8000, 0)),
    box('hdlr', u32(0), Buffer.from('mhlrsoun'), u32(0, 0, 0), Buffer.alloc(1)),
    info,
  )
  const track = box('trak', box('tkhd', u32(15, 0, 0, 1, 0, 1000), Buffer.alloc(60)), media)
  const movie = box('moov', box('mvhd', u32(0, 0, 0, 1000, 1000), Buffer.alloc(80)), track)
  return Buffer.concat([box('ftyp', Buffer.from('M4A '), u32(0)), movie, box('mdat', Buffer.alloc(64))])
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

export function describeRefusing(subject: () => EngineUnderTest): void {
  const kindOf = async (bytes: Buffer, mediaType: string) => {
    const error = await failure(
      make(subject().engine, { bytes, mediaType }, [{ kind: 'pcm' }, { kind: 'm4a' }]),
    )
    return error instanceof EngineError ? error.kind : error
  }

  describe('refusing', () => {
    it.each([
      ['nothing', Buffer.alloc(0)],
      ['a header without sound', sound.subarray(0, 44)],
      ['half a header', sound.subarray(0, 20)],
      ['zeros', Buffer.alloc(5000)],
      ['text', Buffer.from('The quick brown fox jumps over the lazy dog.\n'.repeat(200))],
    ])('cannot decode %s', async (_name, bytes) => {
      for (const mediaType of ['audio/wav', 'audio/flac', 'audio/mpeg', 'audio/mp4'])
        expect([mediaType, await kindOf(bytes, mediaType)]).toEqual([mediaType, 'undecodable'])
    })

    it('cannot decode one kind of file as another', async () => {
      for (const mediaType of MARKED.filter((type) => !/wav|mpeg|aac/.test(type)))
        expect([mediaType, await kindOf(sound, mediaType)]).toEqual([mediaType, 'undecodable'])
    })

    it('does not know other media types at all', async () => {
      for (const mediaType of [
        'video/mp4',
        'application/vnd.apple.mpegurl',
        'audio/x-unknown',
        '__proto__',
        '',
      ])
        expect([mediaType, await kindOf(sound, mediaType)]).toEqual([mediaType, 'undecodable'])
    })

    it('does not repeat in an error what was written into a file', async () => {
      const text = Buffer.from('#EXTM3U\nMARKER of a person\n'.repeat(100))
      const error = await failure(
        make(subject().engine, { bytes: text, mediaType: 'audio/wav' }, [{ kind: 'm4a' }]),
      )
      expect(JSON.stringify([error, String(error), error instanceof Error ? error.stack : ''])).not.toContain(
        'MARKER',
      )
    })

    it('opens no file of the machine and no address, whatever a playlist says and is called', async () => {
      const directory = ownDirectory('canary')
      const canary = join(directory, 'canary.wav')
      await writeFile(canary, sound)
      const { url, asked } = await listening()
      const tricks = [canary, `file://${canary}`, url, 'canary.wav'].flatMap((target) =>
        Object.entries(playlists(target)),
      )
      for (const [name, text] of tricks)
        expect([name, await kindOf(Buffer.from(text), 'audio/wav')]).toEqual([name, 'undecodable'])
      for (const mediaType of ['audio/mpeg', 'audio/ogg', 'audio/mp4'])
        expect(await kindOf(Buffer.from(playlists(canary).hls), mediaType)).toBe('undecodable')
      expect(asked()).toBe(0)
    }, 180_000)

    it('does not follow a reference from inside a file to another file', async () => {
      const canary = join(ownDirectory('canary'), 'canary.wav')
      await writeFile(canary, sound)
      expect(await kindOf(withReferenceTo(canary), 'audio/mp4')).toBe('undecodable')
    })
  })
}
