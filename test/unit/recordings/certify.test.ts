import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { makeSigner, verifySigned } from '../../../src/audit/sign.ts'
import {
  bucketCode,
  CertificateSchema,
  certify,
  certifyInOrder,
  type Destruction,
  sha256Of,
} from '../../../src/recordings/certify.ts'

const ORIGIN = {
  store: { kind: 's3', region: 'eu-central-1', bucket: bucketCode('calls-of-hmbs') },
  executor: 'listenback/1.2.3',
  backupDays: 35,
} as const

const ID = '5b1f0d0e-3c52-4f0e-9a55-0d6a1b1c2d3e'

const destruction = (changes: Partial<Destruction> = {}): Destruction => ({
  recordingId: ID,
  entity: 'hmbs',
  purposes: [
    {
      purpose: 'training_coaching',
      legalBasis: 'legitimate_interests',
      rule: 'training@2',
      trigger: 'call.ended',
      retainUntil: '2026-07-15',
    },
    {
      purpose: 'contract_performance',
      legalBasis: 'contract',
      rule: 'contract@1',
      trigger: 'policy.ended',
      retainUntil: null,
    },
  ],
  ruleBook: 3,
  renditions: [
    { name: 'original', cipherSha256: 'a'.repeat(64) },
    { name: 'masked', cipherSha256: null },
  ],
  versions: 3,
  uploads: 1,
  removedBy: 'service',
  approvers: [],
  startedAt: new Date('2026-07-23T22:30:00Z'),
  finishedAt: new Date('2026-07-23T22:30:04Z'),
  ...changes,
})

describe('a certificate', () => {
  it('tells what was destroyed, by which rules, and when no backup is left', () => {
    const certificate = certify(destruction(), ORIGIN, { no: 7, previousSha256: '0'.repeat(64) })
    expect(CertificateSchema.parse(certificate)).toEqual(certificate)
    expect(certificate).toMatchObject({
      no: 7,
      recordingId: ID,
      authority: { kind: 'retention-rules', rules: ['training@2', 'contract@1'], ruleBook: 3 },
      versionsRemoved: 3,
      renditions: ['original', 'masked'],
      ciphertextSha256: ['a'.repeat(64)],
      // 35 days after 24 July, the day in Amsterdam.
      backupsGoneBy: '2026-08-28',
    })
  })

  it('tells of the call nothing finer than a month', () => {
    const certificate = certify(destruction(), ORIGIN, { no: 1, previousSha256: '0'.repeat(64) })
    expect(certificate.purposes.map(({ endedIn }) => endedIn)).toEqual(['2026-07', null])
    expect(JSON.stringify(certificate)).not.toContain('2026-07-15')
  })

  it('names the bucket by a code', () => {
    expect(JSON.stringify(ORIGIN)).not.toContain('calls-of-hmbs')
    expect(bucketCode('calls-of-hmbs')).toMatch(/^[0-9a-f]{16}$/)
  })
})

describe('a row of certificates', () => {
  it('has numbers without gaps, each with the hash of the one before', () => {
    const three = [destruction(), destruction(), destruction()]
    const { certificates, head } = certifyInOrder(three, ORIGIN, { no: 4, sha256: 'f'.repeat(64) })
    expect(certificates.map(({ no }) => no)).toEqual([5, 6, 7])
    expect(certificates[0]?.previousSha256).toBe('f'.repeat(64))
    for (const index of [1, 2])
      expect(certificates[index]?.previousSha256).toBe(sha256Of(JSON.stringify(certificates[index - 1])))
    expect(head).toEqual({ no: 7, sha256: sha256Of(JSON.stringify(certificates[2])) })
  })

  it('ends where it began when there is nothing to certify', () => {
    const head = { no: 4, sha256: 'f'.repeat(64) }
    expect(certifyInOrder([], ORIGIN, head)).toEqual({ certificates: [], head })
  })
})

describe('a signature', () => {
  const signer = makeSigner(generateKeyPairSync('ed25519').privateKey)
  const other = makeSigner(generateKeyPairSync('ed25519').privateKey)
  const jws = signer.sign('{"no":1}')

  it('is checked with the public key alone', () => {
    expect(verifySigned(jws, [other.publicJwk, signer.publicJwk])).toBe('{"no":1}')
  })

  it.each([
    ['another key', jws, [other.publicJwk]],
    ['another key under the same name', jws, [{ ...other.publicJwk, kid: signer.publicJwk.kid }]],
    ['no key', jws, []],
    ['another payload', jws.replace(/\.[^.]+\./, `.${btoa('{"no":2}')}.`), [signer.publicJwk]],
    ['no signature', `${jws.split('.').slice(0, 2).join('.')}.`, [signer.publicJwk]],
    ['four parts', `${jws}.x`, [signer.publicJwk]],
    ['nothing', '', [signer.publicJwk]],
    [
      'an algorithm of its own choice',
      [btoa('{"alg":"none","kid":"x","typ":"JWS"}'), ...jws.split('.').slice(1)].join('.'),
      [signer.publicJwk],
    ],
  ])('does not fit %s', (_name, text, keys) => {
    expect(verifySigned(text, keys)).toBeUndefined()
  })

  it('names people by pseudonyms that are the same each time and differ between keys', () => {
    expect(signer.pseudonym('anna')).toMatch(/^[0-9a-f]{32}$/)
    expect(signer.pseudonym('anna')).toBe(signer.pseudonym('anna'))
    expect(signer.pseudonym('anna')).not.toBe(signer.pseudonym('bart'))
    expect(signer.pseudonym('anna')).not.toBe(other.pseudonym('anna'))
  })

  it('is refused a key of another kind', () => {
    expect(() => makeSigner(generateKeyPairSync('x25519').privateKey)).toThrow(TypeError)
  })
})
