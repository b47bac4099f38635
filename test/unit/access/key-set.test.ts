import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parseKeySet } from '../../../src/access/key-set.ts'
import { signingKey } from '../../support/tokens.ts'

const namesIn = (...keys: unknown[]) => [...parseKeySet(JSON.stringify({ keys })).keys()]
const jwkOf = (pair: { publicKey: { export(options: { format: 'jwk' }): object } }) =>
  pair.publicKey.export({ format: 'jwk' })

const good = await signingKey('ES256', 'good')
const rsa = await signingKey('RS256', 'rsa')

describe('the keys of an issuer', () => {
  test('are found under their algorithm, which RSA, P-256 and Ed25519 keys each have one of', async () => {
    const edwards = await signingKey('EdDSA', 'edwards')
    expect(namesIn(good.jwk, rsa.jwk, edwards.jwk)).toEqual(['ES256:good', 'RS256:rsa', 'EdDSA:edwards'])
  })

  test('may leave out their use and algorithm, and may share a name across algorithms', () => {
    const { alg, use, ...bare } = rsa.jwk
    expect(namesIn(good.jwk, { ...bare, kid: 'good' })).toEqual(['ES256:good', 'RS256:good'])
  })

  test('may be named Ed25519, the newer word for the same algorithm', async () => {
    const edwards = await signingKey('EdDSA', 'edwards')
    expect(namesIn({ ...edwards.jwk, alg: 'Ed25519' })).toEqual(['EdDSA:edwards'])
  })

  test('of a name that comes twice are represented by the first', async () => {
    const second = await signingKey('ES256', 'good')
    const set = parseKeySet(JSON.stringify({ keys: [good.jwk, second.jwk] }))
    expect(set.get('ES256:good')?.key.equals(good.publicKey)).toBe(true)
  })
})

describe('passed over is a key that', () => {
  const { kid, ...nameless } = good.jwk
  test.each<[string, unknown]>([
    ['is RSA of 1024 bits', { ...jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 })), kid: 'weak' }],
    ['is on P-384', { ...jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-384' })), kid: 'p384' }],
    ['is on secp256k1', { ...jwkOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })), kid: 'k1' }],
    ['is Ed448', { ...jwkOf(generateKeyPairSync('ed448')), kid: 'ed448' }],
    ['is symmetric', { kty: 'oct', k: 'c2VjcmV0', kid: 'symmetric', alg: 'HS256' }],
    ['is for encryption', { ...rsa.jwk, use: 'enc' }],
    ['may not verify', { ...rsa.jwk, key_ops: ['encrypt'] }],
    ['is private', { ...rsa.privateKey.export({ format: 'jwk' }), kid: 'leaked' }],
    ['claims the algorithm of another kind of key', { ...rsa.jwk, alg: 'ES256' }],
    ['claims an algorithm not trusted here', { ...rsa.jwk, alg: 'PS256' }],
    ['has no id', nameless],
    ['has an id without an end', { ...good.jwk, kid: 'k'.repeat(201) }],
    ['is a point that is not on the curve', { ...good.jwk, kid: 'bent', x: good.jwk.y, y: good.jwk.x }],
    ['is not an object', 'nonsense'],
    ['is null', null],
  ])('%s', (_name, candidate) => {
    expect(namesIn(candidate, good.jwk)).toEqual(['ES256:good'])
  })
})

describe('refused as a whole is a set that', () => {
  test.each([
    ['has no usable key', JSON.stringify({ keys: [{ ...rsa.jwk, use: 'enc' }] })],
    ['is empty', JSON.stringify({ keys: [] })],
    ['is a page of an error', '<!doctype html>'],
    ['is not a set', JSON.stringify(good.jwk)],
    ['has more keys than any issuer', JSON.stringify({ keys: Array(101).fill(good.jwk) })],
  ])('%s', (_name, text) => {
    expect(() => parseKeySet(text)).toThrow()
  })
})
