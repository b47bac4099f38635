import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSessions, removeExpiredSessions } from '../../../src/access/sessions.ts'
import { openDatabase } from '../../../src/db/database.ts'
import { asProblem } from '../../../src/http/problem-handler.ts'
import { HOUR, MINUTE, SECOND } from '../../../src/kernel/units.ts'
import { persons } from '../../support/tokens.ts'
import { type Site, startSite } from './site.ts'
import { csrfToken, newVisitor } from './visitor.ts'

let site: Site

beforeAll(async () => {
  site = await startSite()
})

afterAll(() => site.close())

type Headers = Record<string, string>

const send = (path: string, headers: Headers, method = 'GET', body?: string) =>
  fetch(`${site.origin}${path}`, { method, headers, ...(body === undefined ? {} : { body }) })

/** A logged-in browser: its cookie, and what our own page would send along. */
async function loggedIn(person = 'jansen') {
  const visitor = newVisitor()
  await site.login(visitor, person)
  const cookie = visitor.cookieHeader(site.origin)
  const token = await csrfToken(site.origin, visitor)
  const id = visitor.cookies.get(new URL(site.origin).host)?.get('listenback') ?? ''
  return { visitor, id, cookie, token, own: { cookie, origin: site.origin, 'x-csrf-token': token } }
}

async function expectProblem(response: Response, status: number, code: string): Promise<void> {
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ code })
}

describe('the session cookie', () => {
  test('is out of reach of script and of other sites, and ends with the browser', async () => {
    const callback = await site.login(newVisitor(), 'jansen')
    const line = callback.headers.getSetCookie().find((one) => one.startsWith('listenback='))
    expect(line).toMatch(/^listenback=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
    expect(callback.headers.get('cache-control')).toBe('private, no-store')
  })

  test('is not what the database holds', async () => {
    const { id } = await loggedIn()
    const rows = await site.db.selectFrom('web_session').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(id)
    expect(rows.some((row) => row.id_hash.toString('base64url') === id)).toBe(false)
  })

  test('that is tampered with, cut, doubled, too long or odd is 401', async () => {
    const { id } = await loggedIn()
    const other = (id.startsWith('A') ? 'B' : 'A') + id.slice(1)
    const planted = `listenback=${id}; listenback=${other}`
    const values = [other, id.slice(1), `${id}A`, `${id}.x`, id.repeat(100), "' or 1=1--", '', '%00']
    for (const cookie of [...values.map((value) => `listenback=${value}`), planted, `x-listenback=${id}`]) {
      await expectProblem(await send('/v1/me', { cookie }), 401, 'unauthenticated')
    }
    expect((await send('/v1/me', { cookie: `a=b; listenback=${id}; c=d` })).status).toBe(200)
  })
})

describe('a session ends', () => {
  test('at the logout, at once', async () => {
    const { own, cookie } = await loggedIn()
    const answer = await send('/logout', own, 'POST')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ logoutUrl: expect.stringContaining('/session/end?') })
    expect(answer.headers.getSetCookie()).toEqual([
      'listenback=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0',
    ])
    expect(answer.headers.get('clear-site-data')).toBe('"cache"')
    await expectProblem(await send('/v1/me', { cookie }), 401, 'unauthenticated')
    const ended = await site.db
      .selectFrom('audit_event')
      .selectAll()
      .where('type', '=', 'session.ended')
      .execute()
    expect(ended.at(-1)).toMatchObject({ actor_sub: 'jansen', action: 'D', outcome: 'ok' })
  })

  test('at the logout also for a long answer that is still running', async () => {
    const { own, cookie } = await loggedIn()
    const running = await send('/v1/while-valid', { cookie })
    await send('/logout', own, 'POST')
    expect(await running.text()).toBe('begun ended')
  })

  test('at the logout without telling the provider, in an address, who the person is', async () => {
    const { own } = await loggedIn()
    const { logoutUrl } = (await (await send('/logout', own, 'POST')).json()) as { logoutUrl: string }
    const query = new Set(new URL(logoutUrl).searchParams.keys())
    expect(query).toEqual(new Set(['client_id', 'post_logout_redirect_uri']))
  })

  test('for this browser only', async () => {
    const [one, other] = [await loggedIn(), await loggedIn()]
    await send('/logout', one.own, 'POST')
    expect((await send('/v1/me', { cookie: other.cookie })).status).toBe(200)
  })

  test('after half an hour without a request', async () => {
    const { cookie } = await loggedIn()
    site.clock.advance(30 * MINUTE - SECOND)
    expect((await send('/v1/me', { cookie })).status).toBe(200)
    site.clock.advance(30 * MINUTE)
    await expectProblem(await send('/v1/me', { cookie }), 401, 'unauthenticated')
  })

  test('after eight hours however busy it was', async () => {
    const { cookie } = await loggedIn()
    for (let elapsed = 20 * MINUTE; elapsed < 8 * HOUR; elapsed += 20 * MINUTE) {
      site.clock.advance(20 * MINUTE)
      expect((await send('/v1/me', { cookie })).status).toBe(200)
    }
    site.clock.advance(20 * MINUTE)
    await expectProblem(await send('/v1/me', { cookie }), 401, 'unauthenticated')
  })

  test('and its row goes, with the logins that were never finished', async () => {
    const { visitor } = await loggedIn()
    await newVisitor().get(`${site.origin}/login`)
    site.clock.advance(20 * MINUTE)
    await visitor.get(`${site.origin}/v1/me`)
    expect(await removeExpiredSessions(site.db, site.clock.now())).toBeGreaterThan(0)
    expect(await site.db.selectFrom('login_attempt').select('state_hash').execute()).toEqual([])
    expect(await site.db.selectFrom('web_session').select('id_hash').execute()).toHaveLength(1)
    site.clock.advance(30 * MINUTE)
    expect(await removeExpiredSessions(site.db, site.clock.now())).toBe(1)
  })
})

test('a busy session is written to once a minute, not with every request', async () => {
  const { cookie } = await loggedIn()
  const seen = async () =>
    (await site.db.selectFrom('web_session').select('seen_at').execute()).at(-1)?.seen_at
  const start = await seen()
  site.clock.advance(59 * SECOND)
  await send('/v1/me', { cookie })
  expect(await seen()).toEqual(start)
  site.clock.advance(SECOND)
  await send('/v1/me', { cookie })
  expect(await seen()).toEqual(site.clock.now())
})

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

test('while the database is down a session cannot be judged: 503, not 401', async () => {
  const dead = openDatabase('postgresql://nobody:nothing@127.0.0.1:1/none', 1)
  const sessions = makeSessions({ db: dead.db, clock: site.clock })
  const error = await sessions.find('A'.repeat(43)).catch((caught: unknown) => caught)
  expect(asProblem(error)).toMatchObject({ code: 'unavailable', status: 503 })
  await dead.close()
})
