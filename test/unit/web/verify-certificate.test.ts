import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeSigner, verifySigned } from '../../../src/audit/sign.ts'
import { certifyInOrder, type Destruction } from '../../../src/recordings/certify.ts'
import { checkCertificate, linkOf } from '../../../src/web/certificate/verify.ts'

const signer = makeSigner(generateKeyPairSync('ed25519').privateKey)
const stranger = makeSigner(generateKeyPairSync('ed25519').privateKey)
const keys = [signer.publicJwk]

const destruction = (recordingId: string): Destruction => ({
  recordingId,
  entity: 'hmbs',
  purposes: [
    {
      purpose: 'training_coaching',
      legalBasis: 'legitimate_interests',
      rule: 'training@1',
      trigger: 'call.ended',
      retainUntil: '2026-02-28',
    },
  ],
  ruleBook: 1,
  renditions: [{ name: 'original', cipherSha256: 'a'.repeat(64) }],
  versions: 1,
  uploads: 0,
  removedBy: 'service',
  approvers: [],
  startedAt: new Date('2026-03-08T00:00:00Z'),
  finishedAt: new Date('2026-03-08T00:00:01Z'),
})
const origin = {
  store: { kind: 'file' as const, region: null, bucket: null },
  executor: 'listenback test',
  backupDays: 30,
}
const head = { no: 0, sha256: '0'.repeat(64) }
const made = certifyInOrder(
  ['6f9c1f0e-0000-4000-8000-000000000001', '6f9c1f0e-0000-4000-8000-000000000002'].map(destruction),
  origin,
  head,
).certificates.map((certificate) => ({ certificate, jws: signer.sign(JSON.stringify(certificate)) }))
const [first, second] = made as [(typeof made)[number], (typeof made)[number]]
const verdictOf = async (text: string, known = keys) => (await checkCertificate(text, known)).verdict

describe('a certificate in the browser', () => {
  test('is genuine as the API answers it, as a bare JWS, and with its members in another order', async () => {
    const reordered = {
      ...first,
      certificate: Object.fromEntries(Object.entries(first.certificate).reverse()),
    }
    for (const text of [JSON.stringify(first), ` ${first.jws}\n`, JSON.stringify(reordered)])
      expect(await verdictOf(text)).toBe('genuine')
  })

  test('with one character of the signed text or the signature changed is never genuine', async () => {
    const position = fc.nat(first.jws.length - 1)
    const letter = fc.constantFrom(...'ABCxyz019-_.')
    await fc.assert(
      fc.asyncProperty(position, letter, async (at, by) => {
        const text = first.jws.slice(0, at) + by + first.jws.slice(at + 1)
        // The last letter of base64url has bits that mean nothing: the same bytes are the same signature.
        const isSame = verifySigned(text, keys) !== undefined
        expect((await verdictOf(text)) === 'genuine').toBe(isSame)
      }),
      { numRuns: 300 },
    )
  })

  test('that shows something else beside a genuine signature differs', async () => {
    const shown = { ...first.certificate, entity: 'hmbs-advies' }
    expect(await verdictOf(JSON.stringify({ certificate: shown, jws: first.jws }))).toBe('differs')
  })

  test('signed by somebody else, also under our key’s name, is not ours', async () => {
    const jws = stranger.sign(JSON.stringify(first.certificate))
    expect(await verdictOf(jws)).toBe('unknown_key')
    const posing = { ...stranger.publicJwk, kid: signer.publicJwk.kid }
    expect(await verdictOf(first.jws, [posing])).toBe('unknown_key')
    const [header] = first.jws.split('.')
    const [, payload, signature] = jws.split('.')
    expect(await verdictOf([header, payload, signature].join('.'))).toBe('forged')
  })

  test('of another kind of text is none, whatever is fed in', async () => {
    for (const text of [
      '',
      'x',
      '{}',
      'a.b.c',
      '{"jws":7}',
      signer.sign('{"no":1}'),
      '{"certificate":null,"jws":"x"}',
    ])
      expect(await verdictOf(text)).toBe('unreadable')
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await verdictOf(text)).toBe('unreadable')
      }),
    )
  })
})

describe('the chain of certificates', () => {
  test('holds from the first to the next, and breaks when one is left out or changed', async () => {
    const [one, two] = [await checkCertificate(first.jws, keys), await checkCertificate(second.jws, keys)]
    expect(await linkOf(first.certificate, undefined)).toBe('first')
    expect(await linkOf(second.certificate, one)).toBe('follows')
    expect(await linkOf(second.certificate, undefined)).toBe('broken')
    expect(await linkOf({ ...second.certificate, no: 3 }, one)).toBe('broken')
    expect(await linkOf({ ...second.certificate, no: 3 }, two)).toBe('broken')
    const other = signer.sign(JSON.stringify({ ...first.certificate, versionsRemoved: 9 }))
    expect(await linkOf(second.certificate, await checkCertificate(other, keys))).toBe('broken')
    expect(await linkOf({ ...first.certificate, previousSha256: 'a'.repeat(64) }, undefined)).toBe('broken')
  })
})
