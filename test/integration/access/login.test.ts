import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { MINUTE } from '../../../src/kernel/units.ts'
import { type Site, startSite, throughProvider } from './site.ts'
import { csrfToken, locationOf, newVisitor } from './visitor.ts'

let site: Site

beforeAll(async () => {
  site = await startSite()
})

afterAll(() => site.close())

const me = async (visitor: ReturnType<typeof newVisitor>) =>
  (await visitor.get(`${site.origin}/v1/me`)).json()
const auditRows = () => site.db.selectFrom('audit_event').selectAll().orderBy('occurred_at').execute()
const sessionCount = async () => (await site.db.selectFrom('web_session').select('id_hash').execute()).length

describe('a login', () => {
  test('by code, PKCE, state and nonce ends in a session with what the provider says of the person', async () => {
    const visitor = newVisitor()
    const callback = await site.login(visitor, 'jansen', '/calls/7?view=list#top')
    expect(callback.status).toBe(200)
    expect(await callback.text()).toContain(`content="0;url=${site.origin}/calls/7?view=list#top"`)
    expect(await me(visitor)).toEqual({
      sub: 'jansen',
      displayName: 'Mw. Jansen',
      roles: ['member'],
      memberRef: 'M-1001',
      entities: ['hmbs'],
      team: null,
      listensFor: [],
      csrfToken: expect.stringMatching(/^[\w-]{43}$/),
      session: expect.objectContaining({ authenticatedAt: null, confirmBy: null }),
      demo: false,
      contact: null,
    })
  })

  test('sends the browser off with S256, a state and a nonce, to be used once and within ten minutes', async () => {
    const begun = await newVisitor().get(`${site.origin}/login`)
    expect(begun.status).toBe(303)
    const query = new URL(locationOf(begun) ?? '').searchParams
    expect(query.get('code_challenge_method')).toBe('S256')
    expect(query.get('code_challenge')).toMatch(/^[\w-]{43}$/)
    expect(query.get('state')).toMatch(/^[\w-]{43}$/)
    expect(query.get('nonce')).toBeTruthy()
    expect(query.get('redirect_uri')).toBe(`${site.origin}/login/callback`)
    expect(begun.headers.get('cache-control')).toBe('private, no-store')
    expect(begun.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^listenback-login=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/),
    ])
  })

  test('leaves neither the state nor the browser secret readable in the database', async () => {
    const visitor = newVisitor()
    const begun = await visitor.get(`${site.origin}/login`)
    const state = new URL(locationOf(begun) ?? '').searchParams.get('state') ?? ''
    const [secret] = [...(visitor.cookies.get(new URL(site.origin).host)?.values() ?? [])]
    const rows = JSON.stringify(await site.db.selectFrom('login_attempt').selectAll().execute())
    expect(rows).not.toContain(state)
    expect(rows).not.toContain(secret)
  })

  test('when already logged in goes straight on', async () => {
    const visitor = newVisitor()
    await site.login(visitor, 'jansen')
    const again = await visitor.get(`${site.origin}/login?returnTo=/calls`)
    expect([again.status, locationOf(again)]).toEqual([303, `${site.origin}/calls`])
  })

  test('begun under another name of the machine first moves to the public address', async () => {
    const begun = await newVisitor().get(`http://localhost:${site.port}/login?returnTo=%2Fcalls`)
    const address = `${site.origin}/login?moved=1&returnTo=%2Fcalls`
    expect([begun.status, locationOf(begun)]).toEqual([303, address])
    expect(begun.headers.getSetCookie()).toEqual([])
  })

  test('behind a proxy that hides the name people use does not go round in circles', async () => {
    const begun = await newVisitor().get(`http://localhost:${site.port}/login?moved=1`)
    expect(locationOf(begun)).toContain(site.provider.issuer)
  })

  test.each([
    'https://evil.test/',
    '//evil.test',
    '/\\evil.test',
    '/.//evil.test',
    '/%09/evil',
    '/login?a=b',
  ])('that should return to %s returns to this site', async (returnTo) => {
    const visitor = newVisitor()
    const callback = await site.login(visitor, 'jansen', returnTo)
    const target = /content="0;url=([^"]+)"/.exec(await callback.text())?.[1] ?? ''
    expect(new URL(target).origin).toBe(site.origin)
    expect(target).not.toContain('/login')
    expect(target.slice(site.origin.length)).not.toMatch(/^\/[/\\]/)
  })

  test('is written in the audit log, without names', async () => {
    const rows = (await auditRows()).filter((row) => row.type === 'session.started')
    expect(rows.at(-1)).toMatchObject({
      actor_sub: 'jansen',
      actor_roles: ['member'],
      request_id: expect.any(String),
      outcome: 'ok',
      detail: {},
    })
    expect(JSON.stringify(rows)).not.toMatch(/M-1001|Jansen/)
  })

  test('gives a new id each time, ends the session it replaces, and never adopts an id from outside', async () => {
    const visitor = newVisitor()
    const planted = 'A'.repeat(43)
    const jar = new Map([['listenback', planted]])
    visitor.cookies.set(new URL(site.origin).host, jar)
    await site.login(visitor, 'jansen')
    const first = jar.get('listenback')
    expect(first).not.toBe(planted)
    const before = await sessionCount()
    const begun = await visitor.get(`${site.origin}/login`, {})
    expect(begun.status).toBe(303)
    jar.delete('listenback')
    const again = await visitor.get(`${site.origin}/login`)
    const callback = await throughProvider(visitor, site.provider, locationOf(again) ?? '', 'jansen')
    jar.set('listenback', first ?? '')
    await visitor.get(callback)
    expect(jar.get('listenback')).not.toBe(first)
    expect(await sessionCount()).toBe(before)
    const old = await fetch(`${site.origin}/v1/me`, { headers: { cookie: `listenback=${first}` } })
    expect(old.status).toBe(401)
  })
})

describe('a callback is refused', () => {
  const failures = async () => (await auditRows()).filter((row) => row.type === 'login.failed')

  async function expectRefused(response: Response, reason: string): Promise<void> {
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(response.headers.getSetCookie().filter((line) => line.startsWith('listenback='))).toEqual([])
    const html = await response.text()
    expect(html).toContain('Opnieuw proberen')
    expect(html).toContain('Try again')
    expect(html).not.toMatch(/Error|at \/|OAUTH/)
    expect((await failures()).at(-1)).toMatchObject({ detail: { reason }, actor_sub: null })
  }

  async function callbackOf(visitor: ReturnType<typeof newVisitor>, person = 'jansen'): Promise<string> {
    const begun = await visitor.get(`${site.origin}/login`)
    return throughProvider(visitor, site.provider, locationOf(begun) ?? '', person)
  }

  test('in a browser that did not begin this login (login CSRF)', async () => {
    const callback = await callbackOf(newVisitor())
    const victim = newVisitor()
    await expectRefused(await victim.get(callback), 'no_attempt')
    await victim.get(`${site.origin}/login`)
    await expectRefused(await victim.get(callback), 'no_attempt')
  })

  test('the second time', async () => {
    const visitor = newVisitor()
    const callback = await callbackOf(visitor)
    expect((await visitor.get(callback)).status).toBe(200)
    await expectRefused(await visitor.get(callback), 'no_attempt')
  })

  test('after ten minutes', async () => {
    const visitor = newVisitor()
    const callback = await callbackOf(visitor)
    site.clock.advance(10 * MINUTE)
    await expectRefused(await visitor.get(callback), 'expired')
  })

  test('with another state, without one, or with two', async () => {
    const visitor = newVisitor()
    const callback = new URL(await callbackOf(visitor))
    callback.searchParams.set('state', 'B'.repeat(43))
    await expectRefused(await visitor.get(callback.href), 'no_attempt')
    callback.searchParams.delete('state')
    await expectRefused(await visitor.get(callback.href), 'no_attempt')
    expect((await visitor.get(`${callback.href}&state=a&state=b`)).status).toBe(400)
  })

  test('with another code', async () => {
    const visitor = newVisitor()
    const callback = new URL(await callbackOf(visitor))
    callback.searchParams.set('code', 'not-the-code')
    await expectRefused(await visitor.get(callback.href), 'refused_by_provider')
  })

  test('with a code that another login of the same browser got (its PKCE verifier and nonce differ)', async () => {
    const visitor = newVisitor()
    const [one, other] = [new URL(await callbackOf(visitor)), new URL(await callbackOf(visitor))]
    one.searchParams.set('code', other.searchParams.get('code') ?? '')
    await expectRefused(await visitor.get(one.href), 'refused_by_provider')
  })

  test('from another issuer', async () => {
    const visitor = newVisitor()
    const callback = new URL(await callbackOf(visitor))
    callback.searchParams.set('iss', 'https://evil.test')
    await expectRefused(await visitor.get(callback.href), 'refused_by_provider')
  })

  test('when the person said no', async () => {
    const visitor = newVisitor()
    const begun = await visitor.get(`${site.origin}/login`)
    const state = new URL(locationOf(begun) ?? '').searchParams.get('state')
    const no = `${site.origin}/login/callback?error=access_denied&state=${state}&iss=${site.provider.issuer}`
    await expectRefused(await visitor.get(no), 'refused_by_provider')
  })

  test('when the claims are not what they should be', async () => {
    const visitor = newVisitor()
    await expectRefused(await visitor.get(await callbackOf(visitor, 'broken')), 'claims')
  })

  test('while two tabs log in at the same time, neither of them is', async () => {
    const visitor = newVisitor()
    const [one, other] = [await callbackOf(visitor), await callbackOf(visitor)]
    expect((await visitor.get(one)).status).toBe(200)
    expect((await visitor.get(other)).status).toBe(200)
  })
})

describe('while the identity provider is down', () => {
  let own: Site
  afterEach(() => own.close())

  test('the login says so with 503, asks for nothing at start, and works when it is back', async () => {
    own = await startSite()
    expect(own.provider.requests()).toBe(0)
    own.provider.fail(true)
    const visitor = newVisitor()
    const down = await visitor.get(`${own.origin}/login`)
    expect([down.status, down.headers.get('retry-after')]).toEqual([503, '10'])
    expect(await down.text()).toContain('Opnieuw proberen')
    own.provider.fail(false)
    expect((await own.login(visitor, 'jansen')).status).toBe(200)
  })

  test('a callback says 503 and a logout still works', async () => {
    own = await startSite()
    const [waiting, inside] = [newVisitor(), newVisitor()]
    await own.login(inside, 'coach')
    const begun = await waiting.get(`${own.origin}/login`)
    const callback = await throughProvider(waiting, own.provider, locationOf(begun) ?? '', 'jansen')
    own.provider.fail(true)
    expect((await waiting.get(callback)).status).toBe(503)
    const token = await csrfToken(own.origin, inside)
    const headers = { cookie: inside.cookieHeader(own.origin), origin: own.origin, 'x-csrf-token': token }
    expect((await fetch(`${own.origin}/logout`, { method: 'POST', headers })).status).toBe(200)
  })
})

describe('client authentication', () => {
  test.each(['client_secret_post', 'none'] as const)('by %s works too', async (authMethod) => {
    const own = await startSite({ authMethod })
    expect((await own.login(newVisitor(), 'jansen')).status).toBe(200)
    await own.close()
  })
})

test('more logins a minute than one address needs are answered 429 with Retry-After, and a page', async () => {
  const own = await startSite({ perMinute: 3 })
  const statuses: number[] = []
  for (let n = 0; n < 4; n += 1) statuses.push((await newVisitor().get(`${own.origin}/login`)).status)
  expect(statuses).toEqual([303, 303, 303, 429])
  const refused = await newVisitor().get(`${own.origin}/login/callback?state=x`)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused.text()).toContain('Opnieuw proberen')
  own.clock.advance(MINUTE)
  expect((await newVisitor().get(`${own.origin}/login`)).status).toBe(303)
  await own.close()
})
