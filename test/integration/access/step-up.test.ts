import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requireStepUp } from '../../../src/access/step-up.ts'
import { Problem } from '../../../src/kernel/problem.ts'
import { HOUR, MINUTE } from '../../../src/kernel/units.ts'
import { requestsTo } from './signed-in.ts'
import { type Site, startSite, throughProvider } from './site.ts'
import { csrfToken, locationOf, newVisitor, type Visitor } from './visitor.ts'

let site: Site
let send: ReturnType<typeof requestsTo>['send']
let loggedIn: ReturnType<typeof requestsTo>['loggedIn']

beforeAll(async () => {
  site = await startSite()
  ;({ send, loggedIn } = requestsTo(site))
})

afterAll(() => site.close())

const sessionIdOf = (visitor: Visitor) =>
  visitor.cookies.get(new URL(site.origin).host)?.get('listenback') ?? ''
const sessionOf = async (visitor: Visitor) =>
  ((await (await visitor.get(`${site.origin}/v1/me`)).json()) as { session: Record<string, string | null> })
    .session
const audited = (type: string) =>
  site.db.selectFrom('audit_event').selectAll().where('type', '=', type).orderBy('occurred_at').execute()

/** Logs in once more, as the page has people do; resolves to the callback's answer. */
async function stepUp(visitor: Visitor, person = 'jansen'): Promise<Response> {
  const begun = await visitor.get(`${site.origin}/login?returnTo=%2Fcalls&stepUp=1`)
  expect(begun.status).toBe(303)
  // The provider has a session of its own: the question has to come in spite of it.
  const answer = await visitor.follow(await visitor.get(locationOf(begun) ?? ''), site.provider.issuer)
  const form = { prompt: 'login', login: person, password: 'any' }
  const asked = await visitor.follow(await visitor.post(answer.url, form), site.provider.issuer)
  const at = asked.status === 200 ? await consent(visitor, asked) : asked
  return visitor.get(locationOf(at) ?? '')
}

/** As in another browser: at the provider somebody else can log in without logging out first. */
const forgetProvider = (visitor: Visitor) => visitor.cookies.delete(new URL(site.provider.issuer).host)

const consent = async (visitor: Visitor, asked: Response) =>
  visitor.follow(await visitor.post(asked.url, { prompt: 'consent' }), site.provider.issuer)

describe('logging in once more', () => {
  test('asks the provider for a new login although the session is alive', async () => {
    const { visitor } = await loggedIn()
    const begun = await visitor.get(`${site.origin}/login?stepUp=1`)
    const query = new URL(locationOf(begun) ?? '').searchParams
    expect([query.get('prompt'), query.get('max_age')]).toEqual(['login', '0'])
    const ordinary = await newVisitor().get(`${site.origin}/login`)
    expect(new URL(locationOf(ordinary) ?? '').searchParams.has('prompt')).toBe(false)
  })

  test('lets the same session go on under a new id, and the other tabs with it', async () => {
    const { visitor, id, own } = await loggedIn()
    expect((await sessionOf(visitor)).confirmBy).toBe(null)
    const callback = await stepUp(visitor)
    expect(callback.status).toBe(200)
    expect(await callback.text()).toContain(`content="0;url=${site.origin}/calls"`)
    expect(sessionIdOf(visitor)).not.toBe(id)
    expect((await send('/v1/me', { cookie: `listenback=${id}` })).status).toBe(401)
    // A tab that was open before still has its token.
    expect(await csrfToken(site.origin, visitor)).toBe(own['x-csrf-token'])
    const times = await sessionOf(visitor)
    const left = Date.parse(times.confirmBy ?? '') - site.clock.now().getTime()
    expect(left).toBeGreaterThan(9 * MINUTE)
    expect((await audited('session.confirmed')).at(-1)).toMatchObject({ actor_sub: 'jansen', outcome: 'ok' })
  })

  test('counts both limits of the session anew', async () => {
    const { visitor } = await loggedIn()
    const before = await sessionOf(visitor)
    await site.db
      .updateTable('web_session')
      .set({ expires_at: new Date(site.clock.now().getTime() + MINUTE) })
      .execute()
    await stepUp(visitor)
    const after = await sessionOf(visitor)
    expect(Date.parse(after.endsAt ?? '')).toBeGreaterThanOrEqual(Date.parse(before.endsAt ?? ''))
    expect(Date.parse(after.endsAt ?? '') - site.clock.now().getTime()).toBe(8 * HOUR)
  })

  test('as somebody else changes nothing and says so', async () => {
    const { visitor, id } = await loggedIn()
    forgetProvider(visitor)
    const refused = await stepUp(visitor, 'coach')
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('als iemand anders')
    expect(sessionIdOf(visitor)).toBe(id)
    const me = (await (await visitor.get(`${site.origin}/v1/me`)).json()) as { sub: string }
    expect(me.sub).toBe('jansen')
    expect((await audited('login.failed')).at(-1)).toMatchObject({ detail: { reason: 'other_person' } })
  })

  test('does not count when the provider answers with a login of this morning', async () => {
    const { visitor, id } = await loggedIn()
    const begun = await visitor.get(`${site.origin}/login?stepUp=1`)
    // What a provider would do that takes no notice of either parameter.
    const heedless = new URL(locationOf(begun) ?? '')
    heedless.searchParams.delete('prompt')
    heedless.searchParams.set('max_age', '86400')
    await site.db
      .updateTable('login_attempt')
      .set({ expires_at: new Date(site.clock.now().getTime() + 4 * HOUR) })
      .execute()
    const callback = await throughProvider(visitor, site.provider, heedless.href, 'jansen')
    const refused = await visitor.get(callback)
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('niet opnieuw om uw gegevens gevraagd')
    expect(sessionIdOf(visitor)).toBe(id)
    expect((await audited('login.failed')).at(-1)).toMatchObject({ detail: { reason: 'not_fresh' } })
  })

  test('after the session ended meanwhile is an ordinary login', async () => {
    const { visitor } = await loggedIn()
    const begun = await visitor.get(`${site.origin}/login?stepUp=1`)
    await site.db.deleteFrom('web_session').execute()
    forgetProvider(visitor)
    const callback = await throughProvider(visitor, site.provider, locationOf(begun) ?? '', 'coach')
    expect((await visitor.get(callback)).status).toBe(200)
    const me = (await (await visitor.get(`${site.origin}/v1/me`)).json()) as { sub: string }
    expect(me.sub).toBe('coach')
  })

  test('without a session is an ordinary login', async () => {
    const begun = await newVisitor().get(`${site.origin}/login?stepUp=1`)
    expect(new URL(locationOf(begun) ?? '').searchParams.has('prompt')).toBe(false)
  })
})

describe('a page that asks by itself', () => {
  test('does not keep a session alive that nobody uses', async () => {
    const { cookie } = await loggedIn()
    for (let elapsed = 0; elapsed < 25 * MINUTE; elapsed += 5 * MINUTE) {
      site.clock.advance(5 * MINUTE)
      expect((await send('/v1/me', { cookie, 'x-unattended': '1' })).status).toBe(200)
    }
    site.clock.advance(5 * MINUTE)
    expect((await send('/v1/me', { cookie, 'x-unattended': '1' })).status).toBe(401)
  })

  test('is told when the session ends, and what a person asks moves that', async () => {
    const { cookie } = await loggedIn()
    site.clock.advance(20 * MINUTE)
    const look = async (headers: Record<string, string> = {}) => {
      const me = (await (await send('/v1/me', { cookie, ...headers })).json()) as {
        session: { now: string; idleEndsAt: string; endsAt: string }
      }
      const { now, idleEndsAt, endsAt } = me.session
      return [Date.parse(idleEndsAt) - Date.parse(now), Date.parse(endsAt) - Date.parse(now)]
    }
    expect(await look({ 'x-unattended': '1' })).toEqual([10 * MINUTE, 8 * HOUR - 20 * MINUTE])
    expect(await look()).toEqual([30 * MINUTE, 8 * HOUR - 20 * MINUTE])
  })
})

describe('an act that cannot be taken back', () => {
  const now = new Date('2026-03-01T12:00:00Z')
  const actor = (via: 'token' | 'session', authenticatedAt: Date | null) => ({
    ...{ sub: 'pim', roles: ['privacy_officer' as const], memberRef: null, entities: [], team: null },
    ...{ confidentialitySigned: true, engagedUntil: null, displayName: null },
    ...{ via, authenticatedAt },
  })
  const ago = (ms: number) => new Date(now.getTime() - ms)

  test.each([
    ['a session whose person logged in nearly ten minutes ago', 'session', ago(10 * MINUTE - 1)],
    ['an access token', 'token', null],
  ] as const)('is open to %s', (_who, via, at) => {
    expect(() => requireStepUp(actor(via, at), now)).not.toThrow()
  })

  test.each([
    ['ten minutes ago', ago(10 * MINUTE)],
    ['at a time that the provider does not tell', null],
  ] as const)('is closed to a session whose person logged in %s', (_when, at) => {
    const error = (() => {
      try {
        requireStepUp(actor('session', at), now)
        return undefined
      } catch (caught) {
        return caught
      }
    })()
    expect(error).toBeInstanceOf(Problem)
    expect(error).toMatchObject({ code: 'step_up_required', status: 403 })
  })
})
