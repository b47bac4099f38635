import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MINUTE, SECOND } from '../../../src/kernel/units.ts'
import { persons } from '../../support/tokens.ts'
import { expectProblem, type Headers, requestsTo } from './signed-in.ts'
import { type Site, startSite } from './site.ts'

let site: Site
let send: ReturnType<typeof requestsTo>['send']
let loggedIn: ReturnType<typeof requestsTo>['loggedIn']

beforeAll(async () => {
  site = await startSite()
  ;({ send, loggedIn } = requestsTo(site))
})

afterAll(() => site.close())

describe('a request that changes something in a session', () => {
  test.each<[string, Headers, boolean]>([
    ['from our page', { origin: 'own', 'x-csrf-token': 'own', 'sec-fetch-site': 'same-origin' }, true],
    ['from our page in a browser without Fetch Metadata', { origin: 'own', 'x-csrf-token': 'own' }, true],
    ['from our page without Origin', { 'x-csrf-token': 'own', 'sec-fetch-site': 'same-origin' }, true],
    ['with nothing but the cookie', {}, false],
    ['without the token', { origin: 'own', 'sec-fetch-site': 'same-origin' }, false],
    ['with an empty token', { origin: 'own', 'x-csrf-token': '' }, false],
    ['with a wrong token', { origin: 'own', 'x-csrf-token': 'A'.repeat(43) }, false],
    ['with the token and no sign of where it comes from', { 'x-csrf-token': 'own' }, false],
    ['from another origin', { origin: 'https://evil.test', 'x-csrf-token': 'own' }, false],
    ['from an origin that begins like ours', { origin: 'own.evil.test', 'x-csrf-token': 'own' }, false],
    ['from another port', { origin: 'http://127.0.0.1:1', 'x-csrf-token': 'own' }, false],
    ['from a sandboxed page', { origin: 'null', 'x-csrf-token': 'own' }, false],
    ['from another site', { origin: 'own', 'x-csrf-token': 'own', 'sec-fetch-site': 'cross-site' }, false],
    ['from a neighbour', { origin: 'own', 'x-csrf-token': 'own', 'sec-fetch-site': 'same-site' }, false],
    ['as a form', { origin: 'own', 'content-type': 'application/x-www-form-urlencoded' }, false],
    ['as plain text', { origin: 'own', 'content-type': 'text/plain' }, false],
  ])('%s (%j): allowed %s', async (_name, given, allowed) => {
    const { cookie, token } = await loggedIn()
    const headers: Headers = { cookie, ...given }
    if (given.origin?.startsWith('own')) headers.origin = given.origin.replace('own', site.origin)
    if (given['x-csrf-token'] === 'own') headers['x-csrf-token'] = token
    for (const method of ['POST', 'PATCH', 'PUT', 'DELETE']) {
      const before = site.changes()
      const response = await send('/v1/thing', headers, method)
      if (allowed) expect(response.status).toBe(200)
      else await expectProblem(response, 403, 'csrf')
      expect(site.changes() - before).toBe(allowed ? 1 : 0)
    }
  })

  test('with the token of another session is refused', async () => {
    const [one, other] = [await loggedIn(), await loggedIn()]
    const headers = { ...one.own, 'x-csrf-token': other.token }
    await expectProblem(await send('/v1/thing', headers, 'POST'), 403, 'csrf')
  })

  test('cannot hide behind GET and a method override', async () => {
    const { cookie } = await loggedIn()
    const before = site.changes()
    const override = { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' }
    await send('/v1/thing?_method=DELETE', { cookie, ...override })
    expect(site.changes()).toBe(before)
  })

  test('is a logout too', async () => {
    const { cookie } = await loggedIn()
    await expectProblem(await send('/logout', { cookie }, 'POST'), 403, 'csrf')
    expect((await send('/v1/me', { cookie })).status).toBe(200)
  })
})

describe('a request that only reads in a session', () => {
  test.each([
    ['cross-site', 403],
    ['same-site', 403],
    ['nonsense', 403],
    ['same-origin', 200],
    ['none', 200],
  ])('with Sec-Fetch-Site %s is answered %i', async (from, status) => {
    const { cookie } = await loggedIn()
    const embedded = {
      cookie,
      'sec-fetch-site': from,
      'sec-fetch-mode': 'no-cors',
      'sec-fetch-dest': 'audio',
    }
    expect((await send('/v1/thing', embedded)).status).toBe(status)
  })
})

describe('an access token', () => {
  const bearer = (claims = {}) => {
    const iat = Math.floor(site.clock.now().getTime() / SECOND)
    return `Bearer ${site.issuer.token({ ...persons.recorder(), iat, exp: iat + 600, ...claims })}`
  }

  test('needs no CSRF token and may come from anywhere', async () => {
    const headers = { authorization: bearer(), origin: 'https://other.test', 'sec-fetch-site': 'cross-site' }
    const answer = await send('/v1/thing', headers, 'POST')
    expect(await answer.json()).toEqual({ sub: 'recorder-1', via: 'token' })
  })

  test('gives no CSRF token and ends no session', async () => {
    const answer = await send('/v1/me', { authorization: bearer() })
    expect(await answer.json()).toMatchObject({ sub: 'recorder-1', csrfToken: null, displayName: null })
    await expectProblem(await send('/logout', { authorization: bearer() }, 'POST'), 400, 'invalid_request')
  })

  test('beside a session cookie is the one that counts, good or bad', async () => {
    const { cookie } = await loggedIn()
    const both = await send('/v1/thing', { authorization: bearer(), cookie })
    expect(await both.json()).toEqual({ sub: 'recorder-1', via: 'token' })
    for (const authorization of [bearer({ exp: 1 }), 'Bearer', 'Bearer  ', 'Basic dTpw', 'bearer a b', '']) {
      await expectProblem(await send('/v1/thing', { authorization, cookie }), 401, 'unauthenticated')
    }
  })

  test('beside a second one is refused: two parties on the way could disagree which counts', async () => {
    const headers = ['Host', 'x', 'Authorization', bearer(), 'Authorization', bearer()]
    const status = await new Promise((resolve) => {
      request(`${site.origin}/v1/thing`, { headers }, (res) => resolve(res.statusCode)).end()
    })
    expect(status).toBe(401)
  })

  test('in an address is not looked at', async () => {
    const token = bearer().slice('Bearer '.length)
    await expectProblem(await send(`/v1/thing?access_token=${token}`, {}), 401, 'unauthenticated')
  })

  test('is refused with one and the same answer, whatever is wrong with it', async () => {
    const wrong = [
      bearer({ exp: 1 }),
      bearer({ aud: 'x' }),
      bearer({ sub: undefined }),
      'Bearer x',
      'Basic x',
    ]
    const answers = await Promise.all(
      [...wrong.map((authorization) => ({ authorization })), {}].map(async (headers) => {
        const response = await send('/v1/thing', headers)
        return [response.status, response.headers.get('www-authenticate'), await response.text()]
      }),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]?.slice(0, 2)).toEqual([401, 'Bearer realm="listenback"'])
  })

  test('that expires ends a long answer that is still running', async () => {
    const running = await send('/v1/while-valid', { authorization: bearer() })
    site.clock.advance(11 * MINUTE)
    expect(await running.text()).toBe('begun ended')
  })
})

test('nobody is let in by another site: no answer allows a foreign origin', async () => {
  const { cookie } = await loggedIn()
  for (const origin of [
    'null',
    'https://evil.test',
    `${site.origin}.evil.test`,
    `https://evil${site.origin}`,
  ]) {
    for (const path of ['/v1/me', '/login', '/login/callback']) {
      const answer = await fetch(`${site.origin}${path}`, { headers: { cookie, origin }, redirect: 'manual' })
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
      expect(answer.headers.get('cache-control')).toBe('private, no-store')
    }
  }
})
