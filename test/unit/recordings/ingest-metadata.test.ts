import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/access/actor.ts'
import { Problem } from '../../../src/kernel/problem.ts'
import { fingerprintOf, parseMetadata } from '../../../src/recordings/ingest-metadata.ts'

const NOW = new Date('2026-07-01T12:00:00Z')
const MINUTE = 60_000
const DAY = 1440 * MINUTE

const actor = (role: 'recorder' | 'importer'): Actor => ({
  sub: 's',
  roles: [role],
  memberRef: null,
  entities: ['hmbs'],
  team: null,
  confidentialitySigned: false,
  engagedUntil: null,
  authenticatedAt: null,
  via: 'token',
  displayName: null,
})

const call = {
  callId: 'c-1',
  startedAt: '2026-07-01T13:00:00+02:00',
  endedAt: '2026-07-01T13:10:00+02:00',
  memberRef: 'M-1',
  agentRef: 'A-1',
  entity: 'hmbs',
  product: 'none',
  direction: 'inbound',
  language: 'nl-NL',
  noticeVersion: '2026-01',
  purposes: ['training_coaching'],
  sensitivity: [],
}

const parse = (changes: object = {}, role: 'recorder' | 'importer' = 'recorder') =>
  parseMetadata(JSON.stringify({ ...call, ...changes }), actor(role), NOW)

/** Names of the fields that are refused, or an empty list when the metadata are good. */
function refused(changes: object, role: 'recorder' | 'importer' = 'recorder'): string[] {
  try {
    parse(changes, role)
    return []
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid_metadata') throw error
    return error.errors.map(({ field }) => field)
  }
}

const at = (ms: number): string => new Date(NOW.getTime() + ms).toISOString()

describe('the metadata of a call', () => {
  it('are typed, with everything optional filled in', () => {
    expect(parse({ sensitivity: ['none'], sha256: 'AB'.repeat(32) })).toEqual({
      ...call,
      startedAt: new Date('2026-07-01T11:00:00Z'),
      endedAt: new Date('2026-07-01T11:10:00Z'),
      team: null,
      sensitivity: [],
      channels: null,
      silence: [],
      links: {},
      sha256: 'ab'.repeat(32),
    })
  })

  it('are closed: whatever field is not known is named', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        fc.pre(
          !(name in call) && !['team', 'channels', 'silence', 'links', 'sha256', '__proto__'].includes(name),
        )
        expect(refused({ [name]: 1 })).toEqual([name])
      }),
    )
    expect(refused({ links: { bsn: '1' } })).toEqual(['links.bsn'])
    expect(refused({ silence: [{ fromSeconds: 1, toSeconds: 2, reason: 'hold', x: 1 }] })).toEqual([
      'silence[0].x',
    ])
  })

  it('cannot pollute a prototype', () => {
    const document = `{"__proto__":{"polluted":1},${JSON.stringify(call).slice(1)}`
    expect(() => parseMetadata(document, actor('recorder'), NOW)).toThrow(Problem)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it.each(Object.keys(call).filter((name) => name !== 'endedAt'))('need %s', (name) => {
    expect(refused({ [name]: undefined })).toContain(name)
  })

  it.each(['callId', 'agentRef', 'team', 'memberRef'])('hold no disguised text in %s', (field) => {
    for (const value of [
      'a\u0000',
      'a\nb',
      '\u001b[31m',
      'a\u202eb',
      '\ufeffa',
      ' a',
      'a ',
      '',
      'x'.repeat(201),
    ]) {
      expect(refused({ [field]: value })).toContain(field)
    }
    expect(refused({ [field]: 'Élise-1 ☎' })).toEqual([])
  })

  it('survive any JSON at all, with a problem or a call', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom(...Object.keys(call), 'silence', 'links'),
        (value, field) => {
          try {
            parse({ [field]: value })
            parseMetadata(JSON.stringify(value), actor('recorder'), NOW)
          } catch (error) {
            expect(error).toBeInstanceOf(Problem)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('the dates of a call', () => {
  it('may lie 30 days back for a recorder and any time for an importer', () => {
    const old = { startedAt: at(-30 * DAY), endedAt: null }
    const older = { startedAt: at(-30 * DAY - 1), endedAt: null }
    expect(refused(old)).toEqual([])
    expect(refused(older)).toEqual(['startedAt'])
    expect(refused(older, 'importer')).toEqual([])
    expect(refused({ startedAt: '1999-12-31T23:59:59Z', endedAt: null }, 'importer')).toEqual([])
  })

  it.each(['recorder', 'importer'] as const)('may lie 5 minutes ahead and no further, for a %s', (role) => {
    expect(refused({ startedAt: at(5 * MINUTE), endedAt: null }, role)).toEqual([])
    expect(refused({ startedAt: at(5 * MINUTE + 1), endedAt: null }, role)).toEqual(['startedAt'])
    expect(refused({ endedAt: at(5 * MINUTE + 1) }, role)).toEqual(['endedAt'])
  })

  it('end after they start, within a day', () => {
    expect(refused({ endedAt: call.startedAt })).toEqual([])
    expect(refused({ endedAt: at(-61 * MINUTE) })).toEqual(['endedAt'])
    expect(refused({ startedAt: at(-2 * DAY), endedAt: at(-DAY + 1) })).toEqual(['endedAt'])
  })

  it.each(['2026-07-01', '2026-07-01T11:00:00', '2026-02-30T11:00:00Z', '1751367600', 'yesterday'])(
    'say their offset and exist: not %s',
    (startedAt) => {
      expect(refused({ startedAt, endedAt: null })).toContain('startedAt')
    },
  )

  it('are reported together with every other mistake', () => {
    const fields = refused({
      startedAt: at(DAY),
      direction: 'up',
      bsn: 1,
      silence: [{ fromSeconds: 2, toSeconds: 1 }],
    })
    expect(fields).toEqual(
      expect.arrayContaining(['startedAt', 'direction', 'bsn', 'silence[0]', 'silence[0].reason']),
    )
  })
})

describe('silenced ranges', () => {
  const range = (fromSeconds: number, toSeconds: number) => ({ fromSeconds, toSeconds, reason: 'payment' })
  it.each([
    ['in order', [range(0, 1.5), range(1.5, 600)], []],
    ['out of order', [range(10, 20), range(1, 2)], ['silence[1]']],
    ['overlapping', [range(10, 20), range(19, 30)], ['silence[1]']],
    ['backwards', [range(5, 5)], ['silence[0]']],
    ['beyond the call', [range(5, 602)], ['silence[0]']],
    ['before the call', [range(-1, 5)], ['silence[0].fromSeconds']],
  ])('%s', (_name, silence, fields) => {
    expect(refused({ silence })).toEqual(fields)
  })
})

describe('the fingerprint of a delivery', () => {
  const audio = Buffer.alloc(32, 1)
  it('depends on every fact and on the audio, not on how they are written', () => {
    const base = fingerprintOf(parse(), audio)
    const same = {
      startedAt: '2026-07-01T11:00:00.000Z',
      sha256: '00'.repeat(32),
      team: null,
      sensitivity: ['none'],
    }
    expect(fingerprintOf(parse(same), audio)).toEqual(base)
    const others = [
      { callId: 'c-2' },
      { memberRef: null },
      { team: 'x' },
      { endedAt: null },
      { channels: ['a', 'b'] },
      { links: { claim: '1' } },
      { sensitivity: ['health'] },
      { silence: [{ fromSeconds: 1, toSeconds: 2, reason: 'hold' }] },
    ]
    const all = [
      base,
      fingerprintOf(parse(), Buffer.alloc(32, 2)),
      ...others.map((o) => fingerprintOf(parse(o), audio)),
    ]
    expect(new Set(all.map((bytes) => bytes.toString('hex'))).size).toBe(all.length)
  })
})
