import { createHmac, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jwksFromUrl, makeKeySource } from '../../../src/access/jwks.ts'
import { makeVerifyToken } from '../../../src/access/verify-token.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { Problem } from '../../../src/kernel/problem.ts'
import { createIssuer, type Issuer, type JwksServer, persons, signingKey } from '../../support/tokens.ts'

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const nowSeconds = () => Math.floor(Date.now() / 1000)

let issuer: Issuer
let server: JwksServer
let verify: (token: string) => Promise<unknown>

const verifierOf = (of: Issuer, url: string) =>
  makeVerifyToken({
    issuer: of.issuer,
    audience: of.audience,
    keys: makeKeySource({ load: jwksFromUrl(url), clock: systemClock }),
    clock: systemClock,
  })

beforeAll(async () => {
  issuer = await createIssuer({ algorithm: 'RS256' })
  server = await issuer.serve()
  verify = verifierOf(issuer, server.url)
})

afterAll(() => server.close())

/** The refusal says nothing: its public part is the same for every reason. */
async function expectRefused(token: string): Promise<void> {
  const error = await verify(token).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(Problem)
  expect(error).toMatchObject({ code: 'unauthenticated', detail: undefined, errors: [] })
}

const member = persons.member('M1')
const good = (changes = {}, options = {}) => issuer.token({ ...member, ...changes }, options)

describe('a good token', () => {
  test.each(ALGORITHMS)('signed with %s gives the actor that its claims describe', async (algorithm) => {
    const own = await createIssuer({ algorithm })
    const keys = await own.serve()
    const claims = { ...persons.coach(), engaged_until: '2027-01-31', name: 'Anna de Vries' }
    await expect(verifierOf(own, keys.url)(own.token(claims))).resolves.toEqual({
      sub: 'coach-1',
      roles: ['coach'],
      memberRef: null,
      entities: ['hmbs'],
      team: 'care',
      confidentialitySigned: true,
      engagedUntil: '2027-01-31',
      via: 'token',
      authenticatedAt: null,
      displayName: 'Anna de Vries',
    })
    await keys.close()
  })

  test.each(['at+jwt', 'application/at+jwt', 'AT+JWT', undefined])('may have the type %s', async (typ) => {
    await expect(verify(good({}, { header: { typ } }))).resolves.toMatchObject({ memberRef: 'M1' })
  })

  test('may name other audiences beside ours', async () => {
    await expect(verify(good({ aud: ['other', issuer.audience] }))).resolves.toMatchObject({ sub: 'sub-M1' })
  })

  test('may come from a clock half a minute ahead or behind', async () => {
    await expect(verify(good({ iat: nowSeconds() + 25, nbf: nowSeconds() + 25 }))).resolves.toBeTruthy()
    await expect(verify(good({ exp: nowSeconds() - 25 }))).resolves.toBeTruthy()
  })
})

describe('a forged signature', () => {
  test.each(['none', 'None', 'nOnE', 'NONE', ''])(
    'with alg "%s" and no signature is refused',
    async (alg) => {
      const [, payload] = good().split('.')
      const header = encode({ alg, typ: 'JWT', kid: issuer.key.kid })
      await expectRefused(`${header}.${payload}.`)
      await expectRefused(`${header}.${payload}`)
      await expectRefused(`${header}.${payload}.AAAA`)
    },
  )

  test.each(ALGORITHMS)('by HS256 with the %s public key as the secret is refused', async (algorithm) => {
    const own = await createIssuer({ algorithm })
    const keys = await own.serve()
    const check = verifierOf(own, keys.url)
    const pem = own.key.publicKey.export({ type: 'spki', format: 'pem' })
    const der = own.key.publicKey.export({ type: 'spki', format: 'der' })
    const [, payload] = own.token(member).split('.')
    for (const secret of [pem, String(pem).trim(), der, JSON.stringify(own.key.jwk)]) {
      for (const alg of ['HS256', algorithm]) {
        const input = `${encode({ alg, typ: 'JWT', kid: own.key.kid })}.${payload}`
        const forged = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
        await expect(check(forged)).rejects.toMatchObject({ code: 'unauthenticated' })
      }
    }
    await keys.close()
  })

  test.each(['ES256', 'EdDSA', 'RS384', 'RS512', 'PS256', 'ES384', 'HS256'])(
    'under a header that calls an RS256 signature %s is refused',
    async (alg) => {
      await expectRefused(good({}, { header: { alg } }))
    },
  )

  test('by the key of another environment with our key id is refused', async () => {
    const foreign = await signingKey('RS256', issuer.key.kid)
    await expectRefused(issuer.token(member, { key: foreign }))
  })

  test('of a token in which any single character was changed is refused', async () => {
    const token = good()
    const positions = Array.from({ length: 60 }, (_, step) => Math.floor((step * token.length) / 60))
    for (const at of [...positions, token.length - 1]) {
      const other = token[at] === 'A' ? 'B' : 'A'
      await expectRefused(`${token.slice(0, at)}${other}${token.slice(at + 1)}`)
    }
  })

  test('spelt in a second way, with spare bits, padding or white space, is refused', async () => {
    const token = good()
    const last = token.at(-1) as string
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const sibling = alphabet[alphabet.indexOf(last) ^ 1] as string
    for (const spelling of [
      token.slice(0, -1) + sibling,
      `${token}=`,
      `${token}==`,
      `${token}\n`,
      ` ${token}`,
    ]) {
      await expectRefused(spelling)
    }
  })
})

describe('a header that wants to choose the key', () => {
  test('by jwk, jku, x5u or x5c is refused, and nobody is asked', async () => {
    let asked = 0
    const attacker = createServer((_req, res) => {
      asked += 1
      res.end('{}')
    })
    await new Promise<void>((resolve) => attacker.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(attacker.address() as AddressInfo).port}/keys`
    const own = await signingKey('RS256')
    const before = server.requests()
    for (const header of [{ jwk: own.jwk }, { jku: url }, { x5u: url }, { x5c: ['MIIB'] }, { jku: null }]) {
      await expectRefused(issuer.token(member, { key: own, header }))
      await expectRefused(good({}, { header }))
    }
    expect([asked, server.requests()]).toEqual([0, before])
    attacker.close()
  })

  test.each([[{ crit: ['exp'] }], [{ crit: ['b64'], b64: false }], [{ b64: false }]])(
    'or the rules, by %j, is refused',
    async (header) => {
      await expectRefused(good({}, { header }))
    },
  )

  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['a number', 7],
    ['a path', '../../dev/null'],
    ['SQL', "' OR 1=1--"],
    ['10 KB long', 'k'.repeat(10_000)],
    ['longer than any key id', 'k'.repeat(201)],
    ['a name of every object', '__proto__'],
  ])('by a key id that is %s is refused', async (_name, kid) => {
    await expectRefused(good({}, { header: { kid } }))
  })

  test('with 1,000 invented key ids costs the issuer one request at most', async () => {
    const own = await createIssuer({ algorithm: 'ES256' })
    const keys = await own.serve()
    const check = verifierOf(own, keys.url)
    await check(own.token(member))
    const before = keys.requests()
    for (let n = 0; n < 1000; n += 1) {
      await check(own.token(member, { header: { kid: `invented-${n}` } })).catch(() => undefined)
    }
    expect(keys.requests() - before).toBe(1)
    await expect(check(own.token(member))).resolves.toBeTruthy()
    await keys.close()
  })
})

describe('times', () => {
  test.each([
    ['expired a minute ago', () => ({ exp: nowSeconds() - 61 })],
    ['not valid for another minute', () => ({ nbf: nowSeconds() + 61 })],
    ['issued in the future', () => ({ iat: nowSeconds() + 61 })],
    ['without an expiry', () => ({ exp: undefined })],
    ['with an expiry in words', () => ({ exp: 'tomorrow' })],
    ['with an expiry as digits in a string', () => ({ exp: String(nowSeconds() + 600) })],
    ['with an expiry of null', () => ({ exp: null })],
    ['with a negative expiry', () => ({ exp: -1 })],
    ['with an expiry in milliseconds', () => ({ exp: (nowSeconds() + 600) * 1000 })],
    ['with a not-before in words', () => ({ nbf: 'now' })],
  ])('a token %s is refused', async (_name, claims) => {
    await expectRefused(good(claims()))
  })

  test('a token with an expiry too large for a number is refused', async () => {
    const header = encode({ alg: 'RS256', kid: issuer.key.kid })
    const claims = JSON.stringify({ ...member, iss: issuer.issuer, aud: issuer.audience, exp: 0 })
    const payload = Buffer.from(claims.replace('"exp":0', '"exp":1e309')).toString('base64url')
    const signature = sign('sha256', Buffer.from(`${header}.${payload}`), issuer.key.privateKey)
    await expectRefused(`${header}.${payload}.${signature.toString('base64url')}`)
  })
})

describe('a token for somebody else', () => {
  test.each([
    ['another issuer', { iss: 'https://evil.test' }],
    ['our issuer with a slash more', { iss: 'https://issuer.test/' }],
    ['no issuer', { iss: undefined }],
    ['a list of issuers', { iss: ['https://issuer.test'] }],
    ['another audience', { aud: 'other' }],
    ['our audience as a prefix', { aud: 'listenback-admin' }],
    ['no audience', { aud: undefined }],
    ['an empty list of audiences', { aud: [] }],
    ['an audience that contains ours in a word', { aud: ['x listenback x'] }],
  ])('%s is refused', async (_name, claims) => {
    await expectRefused(good(claims))
  })

  test.each([
    ['an ID token, by its audience', { aud: 'web-client', nonce: 'n-1' }],
    ['an ID token with our audience, by its nonce', { nonce: 'n-1' }],
    ['an ID token with our audience, by its hash', { at_hash: 'abc' }],
    ['an ID token of Keycloak', { typ: 'ID' }],
    ['an ID token of Cognito', { token_use: 'id' }],
    ['a refresh token', { typ: 'Refresh' }],
    ['a logout token', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }],
  ])('%s is refused', async (_name, claims) => {
    await expectRefused(good(claims))
  })

  test.each(['logout+jwt', 'JOSE', 'dpop+jwt', 7])('of the type %s is refused', async (typ) => {
    await expectRefused(good({}, { header: { typ } }))
  })
})

describe('form', () => {
  test.each([
    ['nothing', ''],
    ['one part', 'abc'],
    ['two parts', 'abc.def'],
    ['five parts (encrypted)', 'a.b.c.d.e'],
    ['parts that are not JSON', 'abc.def.ghi'],
    ['a header that is a list', `${encode([])}.${encode({})}.AAAA`],
    ['a header that is null', `${encode(null)}.${encode({})}.AAAA`],
    ['other alphabets', '../../etc.passwd.\u0000'],
  ])('%s is refused', async (_name, token) => {
    await expectRefused(token)
  })

  test('a good token above 8 KiB is refused, one just below is accepted', async () => {
    await expectRefused(good({ padding: 'x'.repeat(8000) }))
    await expect(verify(good({ padding: 'x'.repeat(4000) }))).resolves.toBeTruthy()
  })

  test.each([
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['a subject with NUL', { sub: 'a\u0000b' }],
    ['roles that are not a list', { roles: 'privacy_officer' }],
    ['a member number that is an object', { member_ref: { $ne: null } }],
    ['a signed confidentiality in words', { confidentiality_signed: 'true' }],
    ['an engagement without a date', { engaged_until: 'forever' }],
  ])('claims with %s are refused', async (_name, claims) => {
    await expectRefused(good(claims))
  })
})
