import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSessions, removeExpiredSessions } from '../../../src/access/sessions.ts'
import { openDatabase } from '../../../src/db/database.ts'
import { asProblem } from '../../../src/http/problem-handler.ts'
import { HOUR, MINUTE, SECOND } from '../../../src/kernel/units.ts'
import { expectProblem, requestsTo } from './signed-in.ts'
import { type Site, startSite } from './site.ts'
import { newVisitor } from './visitor.ts'

let site: Site
let send: ReturnType<typeof requestsTo>['send']
let loggedIn: ReturnType<typeof requestsTo>['loggedIn']

beforeAll(async () => {
  site = await startSite()
  ;({ send, loggedIn } = requestsTo(site))
})

afterAll(() => site.close())

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

test('while the database is down a session cannot be judged: 503, not 401', async () => {
  const dead = openDatabase('postgresql://nobody:nothing@127.0.0.1:1/none', 1)
  const sessions = makeSessions({ db: dead.db, clock: site.clock })
  const error = await sessions.find('A'.repeat(43)).catch((caught: unknown) => caught)
  expect(asProblem(error)).toMatchObject({ code: 'unavailable', status: 503 })
  await dead.close()
})
