import type { Response } from 'express'
import { z } from 'zod'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { Problem, type ProblemCode } from '../kernel/problem.ts'
import { ROLES } from './actor.ts'
import { actorOf, sessionOf } from './authenticate.ts'
import { clearCookie, cookiesFor, readCookie, setCookie } from './cookies.ts'
import { confirmationTrouble } from './finish-login.ts'
import { CALLBACK_PATH } from './identity-provider.ts'
import { listeningPurposes } from './listeners.ts'
import type { Login } from './login.ts'
import { continuePage, type LoginTrouble, PAGE_POLICY, troublePage } from './login-pages.ts'
import { returnAddress } from './return-to.ts'
import type { WebSession } from './sessions.ts'
import { isFresh, STEP_UP_MS } from './step-up.ts'

const TEXT = z.string().max(4096)
const Instant = z.iso.datetime({ offset: true })

export const MeSchema = z
  .strictObject({
    sub: z.string().meta({ description: 'Identifier at the identity provider' }),
    displayName: z.string().nullable().meta({ description: 'Name to show' }),
    roles: z.array(z.enum(ROLES)).meta({ description: 'Roles this service knows' }),
    memberRef: z.string().nullable().meta({ description: 'Member number; null without the role member' }),
    entities: z.array(z.string()).meta({ description: 'Entities the person works or is insured with' }),
    team: z.string().nullable().meta({ description: 'Team the person works in; null for members' }),
    listensFor: z
      .array(z.string())
      .meta({ description: 'Purposes for which the person may ask to listen, with a case' }),
    csrfToken: z
      .string()
      .nullable()
      .meta({ description: 'To send as X-CSRF-Token with every change; null with an access token' }),
    session: z
      .strictObject({
        now: Instant.meta({ description: 'The time here, to count from' }),
        idleEndsAt: Instant.meta({ description: 'When it ends unless the person asks for something before' }),
        endsAt: Instant.meta({ description: 'When it ends at the latest' }),
        authenticatedAt: Instant.nullable().meta({ description: 'When the person last proved who they are' }),
        confirmBy: Instant.nullable().meta({
          description: 'Until when acts that cannot be taken back need no new login; null: they need one now',
        }),
      })
      .nullable()
      .meta({ description: 'Of the web session; null with an access token' }),
    demo: z.boolean().meta({ description: 'Whether this is the demo with invented people' }),
    contact: z
      .string()
      .nullable()
      .meta({ description: 'Mail address of whoever answers questions and requests' }),
  })
  .meta({ id: 'Me', description: 'Who is asking' })

const LogoutSchema = z
  .strictObject({
    logoutUrl: z
      .string()
      .nullable()
      .meta({ description: 'Where to end the session at the identity provider; null when there is none' }),
  })
  .meta({ id: 'Logout' })

const HTML = { 'text/html': z.string() }

/** The web login: GET /login, GET /login/callback (both public), POST /logout and GET /v1/me. */
export function loginEndpoints(login: Login): Endpoint[] {
  const cookies = cookiesFor(login.publicUrl)
  return [
    loginEndpoint(login, cookies),
    callbackEndpoint(login, cookies),
    logoutEndpoint(login, cookies),
    me(login),
  ]
}

type Cookies = ReturnType<typeof cookiesFor>

const loginEndpoint = (login: Login, cookies: Cookies): Endpoint =>
  endpoint({
    method: 'get',
    path: '/login',
    operationId: 'beginLogin',
    summary: 'Begin a login in the browser',
    tag: 'Login',
    public: true,
    query: z.looseObject({
      returnTo: z
        .string()
        .optional()
        .meta({ description: 'Path to show afterwards; anything else becomes /' }),
      moved: z
        .string()
        .optional()
        .meta({ description: 'Set when sent on from another name of this service' }),
      stepUp: z
        .literal('1')
        .optional()
        .meta({ description: 'Ask who is logged in to log in once more; their session goes on' }),
    }),
    responses: {
      303: { description: 'To the identity provider, or to returnTo when already logged in' },
      429: { description: 'Too many logins from this address', content: HTML },
      503: { description: 'The identity provider is unavailable', content: HTML },
    },
    handle: ({ req, res, query }) =>
      orTroublePage(login, res, async () => {
        login.countRequest(req.ip)
        // Cookies belong to a host: a login begun on another name of this machine could not be finished.
        // Once: behind a proxy that writes its own Host here, every host looks like another one.
        const elsewhere = req.headers.host !== new URL(login.publicUrl).host
        if (elsewhere && query.moved === undefined) return go(res, onPublicUrl(login.publicUrl, query))
        const session = await login.sessions.find(readCookie(req.headers.cookie, cookies.session))
        if (session && !query.stepUp) return go(res, returnAddress(query.returnTo, login.publicUrl))
        const browser = readCookie(req.headers.cookie, cookies.login)
        const begun = await login.beginLogin({ returnTo: query.returnTo, browser, stepUpOf: session })
        res.append('Set-Cookie', setCookie(cookies.login, begun.browser))
        go(res, begun.location)
      }),
  })

const callbackEndpoint = (login: Login, cookies: Cookies): Endpoint =>
  endpoint({
    method: 'get',
    path: CALLBACK_PATH,
    operationId: 'finishLogin',
    summary: 'Finish a login; the identity provider sends the browser here',
    tag: 'Login',
    public: true,
    query: z.looseObject({ state: TEXT.optional(), code: TEXT.optional(), error: TEXT.optional() }),
    responses: {
      200: { description: 'Logged in; the page leads on to returnTo', content: HTML },
      400: { description: 'The login failed; the page offers another try', content: HTML },
      429: { description: 'Too many logins from this address', content: HTML },
      503: { description: 'The identity provider is unavailable', content: HTML },
    },
    handle: ({ req, res, query }) =>
      orTroublePage(login, res, async () => {
        login.countRequest(req.ip)
        const { session, returnTo } = await login.finishLogin({
          query: new URL(req.originalUrl, login.publicUrl).search.slice(1),
          state: query.state,
          browser: readCookie(req.headers.cookie, cookies.login),
          session: readCookie(req.headers.cookie, cookies.session),
        })
        res.append('Set-Cookie', setCookie(cookies.session, session))
        sendPage(res, 200, continuePage(returnTo))
      }),
  })

const logoutEndpoint = (login: Login, cookies: Cookies): Endpoint =>
  endpoint({
    method: 'post',
    path: '/logout',
    operationId: 'logOut',
    summary: 'End the web session',
    tag: 'Login',
    responses: { 200: { description: 'The session is over', content: { 'application/json': LogoutSchema } } },
    problems: ['unauthenticated', 'csrf', 'invalid_request'],
    handle: async ({ req, res }) => {
      const session = sessionOf(req)
      if (!session) throw new Problem('invalid_request', { detail: 'An access token has no session to end.' })
      const logoutUrl = await login.logOut(session)
      res.append('Set-Cookie', clearCookie(cookies.session))
      // What the browser kept of the calls goes with the session, so that "back" shows nothing.
      res.setHeader('Clear-Site-Data', '"cache"')
      noStore(res).json({ logoutUrl })
    },
  })

const me = (login: Login): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/me',
    operationId: 'me',
    summary: 'Who is asking',
    tag: 'Login',
    responses: { 200: { description: 'The caller', content: { 'application/json': MeSchema } } },
    problems: ['unauthenticated', 'csrf'],
    handle: ({ req, res }) => {
      const actor = actorOf(req)
      const { sub, displayName, roles, memberRef, entities, team } = actor
      const session = sessionOf(req)
      const csrfToken = session?.csrfToken ?? null
      const { demo, contact } = login
      const who = { sub, displayName, roles, memberRef, entities, team, listensFor: listeningPurposes(actor) }
      const times = session ? timesOf(session, login.now()) : null
      noStore(res).json({ ...who, csrfToken, session: times, demo, contact })
    },
  })

/** When a session ends, and until when it counts as confirmed; what a page has to warn of. */
function timesOf({ idleEndsAt, endsAt, actor }: WebSession, now: Date) {
  const { authenticatedAt } = actor
  const confirmBy =
    authenticatedAt && isFresh(actor, now) ? new Date(authenticatedAt.getTime() + STEP_UP_MS) : null
  return {
    now: now.toISOString(),
    idleEndsAt: idleEndsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    authenticatedAt: authenticatedAt?.toISOString() ?? null,
    confirmBy: confirmBy?.toISOString() ?? null,
  }
}

function onPublicUrl(publicUrl: string, query: { returnTo?: string | undefined; stepUp?: '1' | undefined }) {
  const url = new URL('/login?moved=1', publicUrl)
  if (query.returnTo !== undefined) url.searchParams.set('returnTo', query.returnTo)
  if (query.stepUp) url.searchParams.set('stepUp', query.stepUp)
  return url.href
}

const noStore = (res: Response): Response => res.set('Cache-Control', 'private, no-store')

const go = (res: Response, location: string): void => {
  noStore(res).redirect(303, location)
}

function sendPage(res: Response, status: number, html: string): void {
  noStore(res).set({ 'Content-Security-Policy': PAGE_POLICY, 'Referrer-Policy': 'no-referrer' })
  res.status(status).type('html').send(html)
}

const TROUBLES: Partial<Record<ProblemCode, LoginTrouble>> = {
  login_failed: 'failed',
  unavailable: 'unavailable',
  too_many_requests: 'too_many',
}

/** A person is looking at these two addresses: expected failures become a page instead of problem JSON. */
async function orTroublePage({ logger }: Login, res: Response, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    const trouble =
      error instanceof Problem ? (confirmationTrouble(error) ?? TROUBLES[error.code]) : undefined
    if (!(error instanceof Problem && trouble)) throw error
    if (error.status >= 500) logger.error('login unavailable', { code: error.code, error: error.cause })
    if (error.retryAfterSeconds !== undefined) res.set('Retry-After', String(error.retryAfterSeconds))
    sendPage(res, error.status, troublePage(trouble))
  }
}
