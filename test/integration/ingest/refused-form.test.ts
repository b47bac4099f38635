import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { KIB } from '../../../src/kernel/units.ts'
import { audioPart, BOUNDARY, type FormPart, formBody, metadataPart, wav } from './form.ts'
import {
  type Answer,
  auditTrail,
  contents,
  deliver,
  type IngestApp,
  metadata,
  NOTHING,
  post,
  startIngestApp,
  storedFiles,
} from './ingest-app.ts'

let app: IngestApp
beforeAll(async () => {
  app = await startIngestApp({ maxBytes: 200 * KIB })
})
afterAll(() => app.close())
afterEach(async () => {
  expect(await contents(app)).toEqual(NOTHING)
  expect(await storedFiles(app)).toEqual([])
  expect(app.inFlight.size).toBe(0)
})

const good = (): FormPart => metadataPart(metadata(app))
const outcome = ({ status, body }: Answer): [number, string] => [status, body.code]

describe('a form that is not one metadata part and then one audio part', () => {
  const cases: [string, () => FormPart[], [number, string]][] = [
    ['audio first', () => [audioPart(wav(1)), good()], [400, 'metadata_first']],
    ['no metadata', () => [audioPart(wav(1))], [400, 'metadata_first']],
    ['no audio', () => [good()], [400, 'invalid_request']],
    ['no part at all', () => [], [400, 'invalid_request']],
    ['two audio parts', () => [good(), audioPart(wav(1)), audioPart(wav(2))], [400, 'invalid_request']],
    ['metadata twice', () => [good(), good(), audioPart(wav(1))], [400, 'invalid_request']],
    [
      'metadata as field and as file',
      () => [good(), { ...good(), fileName: 'm.json', type: 'application/json' }, audioPart(wav(1))],
      [400, 'invalid_request'],
    ],
    [
      'an extra field before',
      () => [{ name: 'x', content: '1' }, good(), audioPart(wav(1))],
      [400, 'invalid_request'],
    ],
    [
      'an extra field behind',
      () => [good(), audioPart(wav(1)), { name: 'x', content: '1' }],
      [400, 'invalid_request'],
    ],
    ['an extra file', () => [good(), { ...audioPart(wav(1)), name: 'other' }], [400, 'invalid_request']],
    [
      'audio without a file name',
      () => [good(), { name: 'audio', type: 'audio/wav', content: wav(1) }],
      [400, 'invalid_request'],
    ],
    ['a part without a name', () => [{ content: 'x' }, good(), audioPart(wav(1))], [400, 'invalid_request']],
    [
      'an empty name',
      () => [{ name: '', content: 'x' }, good(), audioPart(wav(1))],
      [400, 'invalid_request'],
    ],
    [
      'a nested name',
      () => [{ name: `metadata${'[b]'.repeat(20)}`, content: '{}' }, audioPart(wav(1))],
      [400, 'invalid_request'],
    ],
    [
      '5000 nestings',
      () => [{ name: `a${'[b]'.repeat(5000)}`, content: '1' }, audioPart(wav(1))],
      [400, 'invalid_request'],
    ],
    [
      '__proto__',
      () => [{ name: '__proto__[x]', content: '1' }, audioPart(wav(1))],
      [400, 'invalid_request'],
    ],
    [
      'a huge index',
      () => [{ name: 'metadata[999999999]', content: '1' }, audioPart(wav(1))],
      [400, 'invalid_request'],
    ],
    [
      '50 fields',
      () => [...Array.from({ length: 50 }, () => ({ name: 'metadata', content: '{}' })), audioPart(wav(1))],
      [400, 'invalid_request'],
    ],
    [
      'metadata that is too large',
      () => [{ name: 'metadata', content: ' '.repeat(70_000) }, audioPart(wav(1))],
      [413, 'too_large'],
    ],
    [
      'a metadata file that is too large',
      () => [{ name: 'metadata', fileName: 'm.json', content: ' '.repeat(70_000) }, audioPart(wav(1))],
      [413, 'too_large'],
    ],
    [
      'metadata that is no JSON',
      () => [{ name: 'metadata', content: '{"callId":' }, audioPart(wav(1))],
      [400, 'invalid_request'],
    ],
    ['metadata that is a list', () => [metadataPart([]), audioPart(wav(1))], [400, 'invalid_request']],
    ['metadata that is null', () => [metadataPart(null), audioPart(wav(1))], [400, 'invalid_request']],
    [
      'empty metadata',
      () => [{ name: 'metadata', content: '' }, audioPart(wav(1))],
      [400, 'invalid_request'],
    ],
    [
      'a metadata file that is not UTF-8',
      () => [
        { name: 'metadata', fileName: 'm.json', content: Buffer.from([0x7b, 0xff, 0xfe]) },
        audioPart(wav(1)),
      ],
      [400, 'invalid_request'],
    ],
  ]
  it.each(cases)('%s is refused and nothing stays', async (_name, parts, expected) => {
    expect(outcome(await post(app, formBody(parts())))).toEqual(expected)
  })

  it('a form that ends before its closing boundary is incomplete', async () => {
    const body = formBody([good(), audioPart(wav(2))], '')
    expect(outcome(await post(app, body))).toEqual([400, 'incomplete_upload'])
    expect(outcome(await post(app, body.subarray(0, 300)))).toEqual([400, 'incomplete_upload'])
  })

  it('a malformed part header is refused', async () => {
    const broken = Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition form-data\r\n\r\nx\r\n--${BOUNDARY}--\r\n`,
    )
    expect(outcome(await post(app, broken))).toEqual([400, 'invalid_request'])
    const endless = Buffer.from(`--${BOUNDARY}\r\nX: ${'y'.repeat(40_000)}\r\n\r\nx\r\n--${BOUNDARY}--\r\n`)
    expect(outcome(await post(app, endless))).toEqual([400, 'invalid_request'])
  })
})

describe('metadata that does not fit', () => {
  it('names every field that is wrong at once, unknown ones included', async () => {
    const wrong = metadata(app, {
      direction: 'sideways',
      purposes: [],
      bsn: '123456782',
      startedAt: '2026-13-01',
    })
    const { status, body } = await deliver(app, wrong, wav(1))
    expect([status, body.code]).toEqual([422, 'invalid_metadata'])
    const fields = body.errors.map(({ field }: { field: string }) => field)
    expect(fields).toEqual(expect.arrayContaining(['direction', 'purposes', 'bsn', 'startedAt']))
    expect(JSON.stringify(body)).not.toContain('123456782')
  })

  const day = 86_400_000
  const at = (ms: number) => new Date(app.clock.now().getTime() + ms).toISOString()
  const cases: [string, () => Record<string, unknown>, [number, string]][] = [
    ['an entity of somebody else', () => ({ entity: 'hmbs-advies' }), [403, 'forbidden']],
    ['an unknown entity', () => ({ entity: 'acme' }), [403, 'forbidden']],
    ['marketing', () => ({ purposes: ['marketing'] }), [422, 'invalid_metadata']],
    ['an unknown product', () => ({ product: 'boat' }), [422, 'invalid_metadata']],
    ['an unknown notice', () => ({ noticeVersion: '1999-01' }), [422, 'invalid_metadata']],
    [
      'a purpose the notice does not cover',
      () => ({ noticeVersion: '2024-01', purposes: ['fraud_prevention'] }),
      [409, 'purpose_not_announced'],
    ],
    [
      'a call from the future',
      () => ({ startedAt: at(6 * 60_000), endedAt: null }),
      [422, 'invalid_metadata'],
    ],
    [
      'a call of 31 days ago from a recorder',
      () => ({ startedAt: at(-31 * day), endedAt: at(-31 * day) }),
      [422, 'invalid_metadata'],
    ],
    ['a NUL in a text', () => ({ agentRef: 'a\u0000b' }), [422, 'invalid_metadata']],
  ]
  it.each(cases)('%s is refused and nothing stays', async (_name, changes, expected) => {
    expect(outcome(await deliver(app, metadata(app, changes()), wav(1)))).toEqual(expected)
  })

  it('tells the audit trail about every refusal, in codes', async () => {
    await deliver(app, metadata(app, { purposes: ['marketing'] }), wav(1))
    expect((await auditTrail(app)).at(-1)).toBe('recording.ingest_refused:invalid_metadata')
  })
})

describe('audio that is not what it should be', () => {
  const cases: [string, () => Buffer | string, [number, string]][] = [
    ['nothing', () => '', [422, 'empty_audio']],
    ['HTML', () => '<!DOCTYPE html><script>alert(1)</script>', [415, 'unsupported_audio']],
    [
      'an SVG',
      () => `<svg xmlns="http://www.w3.org/2000/svg">${' '.repeat(9000)}</svg>`,
      [415, 'unsupported_audio'],
    ],
    [
      'a ZIP',
      () => Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(9000)]),
      [415, 'unsupported_audio'],
    ],
    [
      'a program',
      () => Buffer.concat([Buffer.from('MZ\x90'), Buffer.alloc(9000)]),
      [415, 'unsupported_audio'],
    ],
    ['a playlist', () => '#EXTM3U\nfile:///etc/passwd\n', [415, 'unsupported_audio']],
  ]
  it.each(cases)('%s is refused and nothing stays', async (_name, audio, expected) => {
    const parts = [good(), audioPart(audio())]
    expect(outcome(await post(app, formBody(parts)))).toEqual(expected)
    expect((await auditTrail(app)).at(-1)).toBe(`recording.ingest_refused:${expected[1]}`)
  })

  it('audio that differs from its sha256 is refused, before anything is confirmed', async () => {
    const answer = await deliver(app, metadata(app, { sha256: '0'.repeat(64) }), wav(2))
    expect(outcome(answer)).toEqual([422, 'hash_mismatch'])
  })

  it('audio of one byte more than the limit is refused, although it was cut to fit', async () => {
    const large = Buffer.concat([wav(6), Buffer.alloc(200 * KIB)]).subarray(0, 200 * KIB + 1)
    expect(outcome(await deliver(app, metadata(app), large))).toEqual([413, 'too_large'])
  })
})
