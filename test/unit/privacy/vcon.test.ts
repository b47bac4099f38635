import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fieldErrors } from '../../../src/kernel/field-errors.ts'
import { vconOf } from '../../../src/privacy/package-vcon.ts'
import { isLawfulBasis, type Vcon, VconSchema } from '../../../src/privacy/vcon.ts'
import { makeVconIds } from '../../../src/privacy/vcon-id.ts'
import { callWith, MADE_AT } from '../../support/package-sample.ts'

const ID = '3f1c2d4e-5a6b-4c7d-8e9f-0a1b2c3d4e5f'
const SOUND = Buffer.from('sound')
const made = (more: Parameters<typeof callWith>[2] = {}): Vcon =>
  vconOf(callWith(ID, SOUND, more), { uuid: makeVconIds('example.nl')(MADE_AT), createdAt: MADE_AT })

const faults = (change: (vcon: Vcon) => object) => {
  const result = VconSchema.safeParse(change(made()))
  return result.success ? [] : fieldErrors(result.error).map(({ field }) => field)
}

describe('a call as a vCon', () => {
  test('passes the rules of core -03, whatever the call was like', () => {
    fc.assert(
      fc.property(
        fc.record({
          direction: fc.constantFrom('inbound' as const, 'outbound' as const, null),
          durationSeconds: fc.option(fc.integer({ min: 0, max: 86_400 })),
          audioChannels: fc.option(fc.integer({ min: 1, max: 8 })),
          parties: fc.option(fc.array(fc.constantFrom('member', 'agent', 'Agent', 'tolk'), { maxLength: 4 })),
          tags: fc.constantFrom([], callWith(ID, SOUND).tags),
          silence: fc.constantFrom([], [{ fromSeconds: 1, toSeconds: 2, reason: 'hold' as const }]),
          cuts: fc.constantFrom([], [{ fromSeconds: 1, toSeconds: 2, reason: 'third_party' as const }]),
        }),
        (more) => {
          expect(() => VconSchema.parse(made(more))).not.toThrow()
        },
      ),
    )
  })

  test('says who speaks on which channel, and who called', () => {
    const dialogOf = (more: Parameters<typeof made>[0]) => made(more).dialog?.[0]
    expect(dialogOf({})).toMatchObject({ parties: [[0], [1]] })
    expect(dialogOf({})).not.toHaveProperty('originator')
    expect(dialogOf({ direction: 'outbound' })).toMatchObject({ parties: [[0], [1]], originator: 1 })
    expect(dialogOf({ parties: ['agent', 'customer'] })).toMatchObject({ parties: [[1], [0]], originator: 0 })
    expect(dialogOf({ parties: null, audioChannels: 1 })).toMatchObject({ parties: [0, 1] })
    expect(dialogOf({ parties: null })).toMatchObject({
      parties: [
        [0, 1],
        [0, 1],
      ],
    })
  })

  test('says for each purpose on which ground and until which instant', () => {
    const [tag] = callWith(ID, SOUND).tags
    if (!tag) throw new Error('no tag')
    const bases = made({ tags: [tag, { ...tag, purpose: 'other', state: 'objected', retainUntil: null }] })
      .attachments?.filter(isLawfulBasis)
      .map(({ body }) => body)
    expect(bases).toEqual([
      {
        lawful_basis: 'legitimate_interests',
        expiration: '2027-04-01T22:00:00.000Z',
        purpose_grants: [
          { purpose: 'training_coaching', granted: true, granted_at: '2026-10-01T09:00:00.000Z' },
        ],
      },
      {
        lawful_basis: 'legitimate_interests',
        expiration: null,
        purpose_grants: [{ purpose: 'other', granted: false, granted_at: MADE_AT.toISOString() }],
      },
    ])
  })

  test('says that it is a redacted one when parts are cut, and which parts', () => {
    const vcon = made({ cuts: [{ fromSeconds: 3, toSeconds: 4.5, channel: 1, reason: 'third_party' }] })
    expect(vcon.redacted).toEqual({ uuid: ID, type: 'third-party privacy' })
    expect(vcon.uuid).not.toBe(ID)
    expect(vcon.attachments?.find(({ purpose }) => purpose === 'silenced')?.body).toEqual([
      { fromSeconds: 3, toSeconds: 4.5, reason: 'third_party', channel: 1 },
    ])
  })

  test('names the member only by a pseudonym', () => {
    expect(JSON.stringify(made())).not.toContain('M-1001')
    expect(made().parties?.[0]).toMatchObject({ name: 'anonymous', uuid: 'f'.repeat(32), role: 'customer' })
  })
})

describe('the rules refuse', () => {
  const dialog = (change: object) => (vcon: Vcon) => ({
    ...vcon,
    dialog: [{ ...vcon.dialog?.[0], ...change }],
  })

  test.each<[string, (vcon: Vcon) => object, string]>([
    ['no id', ({ uuid, ...vcon }) => vcon, 'uuid'],
    ['no time', ({ created_at, ...vcon }) => vcon, 'created_at'],
    ['another version', (vcon) => ({ ...vcon, vcon: '0.3.0' }), 'vcon'],
    ['a party that is not there', dialog({ parties: [[0], [7]] }), 'dialog[0].parties'],
    ['an unknown type', dialog({ type: 'video' }), 'dialog[0].type'],
    ['a hash of another kind', dialog({ content_hash: 'sha256-AAAA' }), 'dialog[0].content_hash'],
    ['a body without encoding', dialog({ body: 'AAAA' }), 'dialog[0].encoding'],
    ['padding', dialog({ body: 'AA==', encoding: 'base64url' }), 'dialog[0].body'],
    ['an address without HTTPS', dialog({ url: 'http://example.nl/a.wav' }), 'dialog[0].url'],
    [
      'an address without a hash',
      dialog({ url: 'https://example.nl/a', content_hash: undefined }),
      'dialog[0].content_hash',
    ],
    ['a failed call without a reason', dialog({ type: 'incomplete' }), 'dialog[0].disposition'],
    [
      'redacted and amended at once',
      (vcon) => ({ ...vcon, redacted: { type: 'x' }, amended: {} }),
      'amended',
    ],
    ['critical without extension', (vcon) => ({ ...vcon, critical: ['unknown'] }), 'critical'],
    [
      'a ground that the law does not have',
      (vcon) => ({
        ...vcon,
        attachments: [
          {
            ...vcon.attachments?.[0],
            body: { lawful_basis: 'curiosity', expiration: null, purpose_grants: [] },
          },
        ],
      }),
      'attachments[0].body.lawful_basis',
    ],
  ])('%s', (_, change, field) => {
    expect(faults(change)).toContain(field)
  })
})

test('ids are of version 8, carry the time and the host, and never repeat', () => {
  const next = makeVconIds('calls.example.nl')
  const ids = Array.from({ length: 10_000 }, () => next(MADE_AT))
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every((id, i) => i === 0 || id > (ids[i - 1] ?? ''))).toBe(true)
  for (const id of ids.slice(0, 100)) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab]/)
  expect(Number.parseInt((ids[0] ?? '').replace('-', '').slice(0, 12), 16)).toBe(MADE_AT.getTime())
  const tail = (id = '') => id.slice(19)
  expect(tail(makeVconIds('calls.example.nl')(new Date(0)))).toBe(tail(ids[0]))
  expect(tail(makeVconIds('other.example.nl')(MADE_AT))).not.toBe(tail(ids[0]))
})
