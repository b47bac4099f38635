import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { jwksFromFile, jwksFromUrl, type KeySource, makeKeySource } from '../../../src/access/jwks.ts'
import { makeVerifyToken, type VerifyToken } from '../../../src/access/verify-token.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { HOUR, MINUTE, SECOND } from '../../../src/kernel/units.ts'
import { type TestClock, testClock } from '../../support/clock.ts'
import { createIssuer, type Issuer, type JwksServer, persons } from '../../support/tokens.ts'

let issuer: Issuer
let server: JwksServer
let clock: TestClock
let keys: KeySource
let verify: VerifyToken

const verifierWith = (source: KeySource) =>
  makeVerifyToken({ issuer: issuer.issuer, audience: issuer.audience, keys: source, clock: systemClock })

beforeEach(async () => {
  issuer = await createIssuer()
  server = await issuer.serve()
  clock = testClock('2026-03-01T09:00:00Z')
  keys = makeKeySource({ load: jwksFromUrl(server.url), clock })
  verify = verifierWith(keys)
})

afterEach(() => server.close())

const token = (options = {}) => issuer.token(persons.recorder(), options)
const works = (text: string) => expect(verify(text)).resolves.toMatchObject({ sub: 'recorder-1' })
const isRefused = (text: string) => expect(verify(text)).rejects.toMatchObject({ code: 'unauthenticated' })
const unknownKid = (n: number) => token({ header: { kid: `unknown-${n}` } })

describe('the issuer is asked', () => {
  test('once for many tokens, also when they come at the same moment', async () => {
    await Promise.all(Array.from({ length: 50 }, () => works(token())))
    for (let n = 0; n < 50; n += 1) await works(token())
    expect(server.requests()).toBe(1)
  })

  test('again after ten minutes, and not before', async () => {
    await works(token())
    clock.advance(10 * MINUTE - 1)
    await works(token())
    expect(server.requests()).toBe(1)
    clock.advance(1)
    await works(token())
    expect(server.requests()).toBe(2)
  })

  test('not at all before the first token', () => {
    expect(server.requests()).toBe(0)
  })
})

describe('rotation', () => {
  test('lets a token with a really new key in at once', async () => {
    await works(token())
    await issuer.rotate()
    await works(token())
    expect(server.requests()).toBe(2)
  })

  test('keeps the old key working while it is published', async () => {
    const old = token()
    await issuer.rotate()
    await works(token())
    await works(old)
  })

  test('ends a key that is no longer published when the cached set gets old', async () => {
    const old = token()
    await works(old)
    await issuer.rotate({ forget: true })
    await works(old)
    clock.advance(10 * MINUTE)
    await isRefused(old)
    await works(token())
  })

  test('ends it at once when a token with the new key comes first', async () => {
    const old = token()
    await works(old)
    await issuer.rotate({ forget: true })
    await works(token())
    await isRefused(old)
  })

  test('during a flood of invented key ids is noticed within a minute', async () => {
    await works(token())
    await isRefused(unknownKid(0))
    await issuer.rotate()
    await isRefused(token())
    clock.advance(MINUTE)
    await works(token())
  })
})

describe('unknown key ids', () => {
  test('1,000 of them cause one request', async () => {
    await works(token())
    for (let n = 0; n < 1000; n += 1) await isRefused(unknownKid(n))
    expect(server.requests()).toBe(2)
  })

  test('many at the same moment cause one request a minute', async () => {
    await works(token())
    for (let minute = 0; minute < 3; minute += 1) {
      await Promise.all(Array.from({ length: 50 }, (_, n) => isRefused(unknownKid(minute * 50 + n))))
      expect(server.requests()).toBe(2 + minute)
      clock.advance(MINUTE)
    }
  })

  test('the same one again causes no request for two minutes', async () => {
    await works(token())
    await isRefused(unknownKid(1))
    clock.advance(2 * MINUTE - 1)
    await isRefused(unknownKid(1))
    expect(server.requests()).toBe(2)
    clock.advance(1)
    await isRefused(unknownKid(1))
    expect(server.requests()).toBe(3)
  })

  test('one that was unknown works two minutes after the issuer published it late', async () => {
    const early = await createIssuer()
    const published = [...issuer.jwks().keys]
    verify = verifierWith(makeKeySource({ load: async () => JSON.stringify({ keys: published }), clock }))
    const ahead = issuer.token(persons.recorder(), { key: early.key })
    await works(token())
    await isRefused(ahead)
    published.push(early.key.jwk)
    clock.advance(2 * MINUTE)
    await works(ahead)
  })
})

describe('while the issuer is down', () => {
  test.each([500, 404, 302, 'garbage'] as const)('(%s) the last known keys go on working', async (how) => {
    await works(token())
    server.fail(how)
    clock.advance(HOUR)
    await works(token())
    expect(server.requests()).toBe(2)
  })

  test('it is asked once a minute, not once a token', async () => {
    await works(token())
    server.fail(503)
    clock.advance(HOUR)
    for (let n = 0; n < 100; n += 1) await works(token())
    expect(server.requests()).toBe(2)
    clock.advance(MINUTE)
    await works(token())
    expect(server.requests()).toBe(3)
  })

  test('for more than a day, its keys are no longer believed', async () => {
    await works(token())
    server.fail(503)
    clock.advance(24 * HOUR)
    await expect(verify(token())).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('from the start, tokens cannot be judged: 503 with Retry-After, and five seconds between tries', async () => {
    server.fail(503)
    for (let n = 0; n < 20; n += 1) {
      await expect(verify(token())).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 })
    }
    expect(server.requests()).toBe(1)
    server.fail(undefined)
    clock.advance(5 * SECOND)
    await works(token())
  })

  test('and never answers, a request waits five seconds and the others with it', {
    timeout: 20_000,
  }, async () => {
    await works(token())
    server.fail('hang')
    clock.advance(HOUR)
    await Promise.all(Array.from({ length: 10 }, () => works(token())))
    expect(server.requests()).toBe(2)
  })
})

describe('an answer of the issuer that', () => {
  async function serving(listener: RequestListener, check: (url: string) => Promise<void>): Promise<void> {
    const strange = createServer(listener)
    await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve))
    try {
      await check(`http://127.0.0.1:${(strange.address() as AddressInfo).port}/`)
    } finally {
      strange.closeAllConnections()
      strange.close()
    }
  }
  const isUnavailable = (url: string) => {
    const source = makeKeySource({ load: jwksFromUrl(url), clock })
    return expect(verifierWith(source)(token())).rejects.toMatchObject({ code: 'unavailable' })
  }

  test('redirects is not followed', async () => {
    await serving((_req, res) => res.writeHead(302, { location: server.url }).end(), isUnavailable)
    expect(server.requests()).toBe(0)
  })

  test('never ends is cut after 256 KiB', async () => {
    let sent = 0
    const endless: RequestListener = (_req, res) => {
      const chunk = Buffer.alloc(64 * 1024, ' ')
      const write = () => {
        while (!res.destroyed) {
          sent += chunk.length
          if (!res.write(chunk)) return
        }
      }
      res.on('drain', write)
      write()
    }
    await serving(endless, isUnavailable)
    expect(sent).toBeLessThan(16 * 1024 * 1024)
  })
})

test('keys can come from a file, and a changed file counts like a rotation', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'listenback-jwks-'))
  const path = join(directory, 'jwks.json')
  issuer.writeJwks(path)
  verify = verifierWith(makeKeySource({ load: jwksFromFile(path), clock }))
  await works(token())
  await issuer.rotate()
  issuer.writeJwks(path)
  await works(token())
  await rm(directory, { recursive: true })
})
