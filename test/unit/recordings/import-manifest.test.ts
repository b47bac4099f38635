import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DigestTable, shortDigest } from '../../../src/kernel/digest-table.ts'
import { type Line, readLines } from '../../../src/kernel/lines.ts'
import { type ManifestFormat, readManifest } from '../../../src/recordings/import-manifest.ts'

const chunked = (bytes: Buffer, size: number): AsyncIterable<Buffer> =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    ),
  )

const lines = (bytes: Buffer, size = 7, max = 100): Promise<Line[]> =>
  Array.fromAsync(readLines(chunked(bytes, size), max))

const rows = (text: string, format: ManifestFormat) =>
  Array.fromAsync(readManifest(chunked(Buffer.from(text), 11), format))

describe('the lines of a text', () => {
  it('are the same however the text is cut into chunks', async () => {
    const line = fc
      .string({ unit: 'grapheme', maxLength: 30 })
      .map((text) => text.replace(/[\r\n\ufeff]/g, ''))
    const input = fc.tuple(fc.array(line, { minLength: 1 }), fc.integer({ min: 1, max: 50 }), fc.boolean())
    await fc.assert(
      fc.asyncProperty(input, async ([texts, size, crlf]) => {
        const whole = Buffer.from(texts.map((text) => `${text}${crlf ? '\r\n' : '\n'}`).join(''))
        const found = await lines(whole, size, 1000)
        expect(found.map(({ text }) => text)).toEqual(texts)
        expect(found.map(({ number }) => number)).toEqual(texts.map((_, i) => i + 1))
        expect(found.at(-1)?.endsAt).toBe(whole.length)
      }),
    )
  })

  it('begin after a byte order mark, and the last needs no end', async () => {
    expect((await lines(Buffer.from('\ufeffa\nb'))).map(({ text }) => text)).toEqual(['a', 'b'])
  })

  it('that are too long or no UTF-8 are named, and their neighbours kept', async () => {
    const whole = Buffer.concat([
      Buffer.from(`a\n${'x'.repeat(101)}\n`),
      Buffer.from([0xe9, 0x0a]),
      Buffer.from('b\n'),
    ])
    expect(await lines(whole)).toEqual([
      { number: 1, endsAt: 2, text: 'a' },
      { number: 2, endsAt: 104, text: undefined, flaw: 'too_long' },
      { number: 3, endsAt: 106, text: undefined, flaw: 'not_utf8' },
      { number: 4, endsAt: 108, text: 'b' },
    ])
  })
})

describe('a digest table', () => {
  it('remembers what a Map would', () => {
    const texts = Array.from({ length: 5000 }, (_, i) => `text ${i % 3000}`)
    const table = new DigestTable(4)
    const map = new Map<string, number>()
    texts.forEach((text, i) => {
      const value = Buffer.alloc(4)
      value.writeUInt32LE(i)
      expect(table.add(shortDigest(text), value)).toBe(!map.has(text))
      if (!map.has(text)) map.set(text, i)
    })
    expect(table.size).toBe(3000)
    for (const [text, i] of map) expect(table.get(shortDigest(text))?.readUInt32LE(0)).toBe(i)
    expect(table.get(shortDigest('another'))).toBeUndefined()
  })
})

const HEADER =
  'file,callId,startedAt,memberRef,agentRef,entity,product,direction,language,noticeVersion,purposes,sensitivity'

describe('a row of a CSV manifest', () => {
  it('has the metadata that the same row of JSON has', async () => {
    const csv = `${HEADER},channels,silence,links.policy,bytes,endedAt\na/b.wav,c,2026-01-01T00:00:00Z,,"A, ""x""",hmbs,none,inbound,nl,n,p ; q,,l;r,1-2.5:hold,P,7,\n`
    const json = {
      ...{
        file: 'a/b.wav',
        callId: 'c',
        startedAt: '2026-01-01T00:00:00Z',
        memberRef: null,
        agentRef: 'A, "x"',
      },
      ...{ entity: 'hmbs', product: 'none', direction: 'inbound', language: 'nl', noticeVersion: 'n' },
      ...{ purposes: ['p', 'q'], sensitivity: [], channels: ['l', 'r'] },
      ...{ silence: [{ fromSeconds: 1, toSeconds: 2.5, reason: 'hold' }], bytes: 7, links: { policy: 'P' } },
    }
    const [fromCsv] = await rows(csv, 'csv')
    const [fromJson] = await rows(`${JSON.stringify(json)}\n`, 'jsonl')
    const metadata = (document = '') => JSON.parse(document) as unknown
    expect(metadata(fromCsv?.entry?.document)).toEqual(metadata(fromJson?.entry?.document))
    expect(fromCsv?.entry).toMatchObject({ file: 'a/b.wav', bytes: 7, errors: [] })
    expect(fromJson?.entry).toMatchObject({ file: 'a/b.wav', bytes: 7, errors: [] })
  })

  it.each([
    ['an unknown column', `${HEADER},phone`, /column 13 has no known name/],
    ['a column twice', `${HEADER},file`, /column 13 \(file\) is there twice/],
    ['a missing column', HEADER.replace(',product', ''), /there is no column product/],
    ['no text at all', '"', /not closed/],
  ])('cannot be read under a header with %s', async (_name, header, message) => {
    await expect(rows(`${header}\n`, 'csv')).rejects.toThrow(message)
  })

  it.each([
    ['too few fields', 'a,b', /2 fields where the header has 12/],
    ['an open quote', '"a,b', /quote/],
    ['text after a quote', '"a"b,c', /quote/],
  ])('is flawed by %s, and the next one is read', async (_name, line, message) => {
    const next = 'a.wav,c,2026-01-01T00:00:00Z,,A,hmbs,none,inbound,nl,n,p,'
    const found = await rows(`${HEADER}\n${line}\n${next}\n`, 'csv')
    expect(found).toMatchObject([
      { line: 2, entry: undefined, errors: [{ message: expect.stringMatching(message) }] },
      { line: 3, errors: [] },
    ])
  })
})

describe('a row of a JSONL manifest', () => {
  it.each(['{', '[]', '1', 'null', '"x"'])('must be an object: %s', async (line) => {
    const found = await rows(`${line}\n`, 'jsonl')
    expect(found).toMatchObject([
      { line: 1, entry: undefined, errors: [{ message: expect.stringContaining('JSON') }] },
    ])
  })

  it.each(['../a', 'a/../b', '/a', './a', 'a//b', 'a/', 'C:/a', 'a\\b', '', 'a\u0000b', 7, null])(
    'never leads to the file %j',
    async (file) => {
      const [found] = await rows(`${JSON.stringify({ file })}\n`, 'jsonl')
      expect(found?.entry?.file).toBeUndefined()
      expect(found?.entry?.errors).toMatchObject([{ field: 'file' }])
    },
  )

  it('is told apart from another by anything in it', async () => {
    const variants = [{ file: 'a' }, { file: 'a', bytes: 1 }, { file: 'b' }, { file: 'a', callId: 'c' }]
    const found = await rows(variants.map((one) => `${JSON.stringify(one)}\n`).join(''), 'jsonl')
    expect(new Set(found.map(({ entry }) => entry?.digest.toString('hex'))).size).toBe(variants.length)
  })
})
