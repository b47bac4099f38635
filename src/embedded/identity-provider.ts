import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Configuration, interactionPolicy, Provider } from 'oidc-provider'
import type { Clock } from '../kernel/clock.ts'
import { KIB } from '../kernel/units.ts'
import { demoAdapter } from './demo-adapter.ts'
import {
  DEMO_AUDIENCE,
  type DemoKeys,
  makeSignAccessToken,
  openDemoKeys,
  rememberIssuer,
  type SignAccessToken,
} from './demo-keys.ts'
import { choosePersonPage, DEMO_PAGE_POLICY, startAgainPage } from './demo-pages.ts'
import { DEMO_PEOPLE, type DemoPerson, demoClaims } from './demo-people.ts'

/** Where the provider is mounted on the service's own origin. */
export const DEMO_IDP_PATH = '/demo-idp'
const CLIENT_ID = 'listenback-web'
const SESSION_COOKIE = 'demo_session'
const INTERACTION = /^\/interaction\/([\w-]{1,64})$/
const MAX_FORM = 4 * KIB
const CODE_SECONDS = 60
const LOGIN_SECONDS = 15 * 60
const PERSONAL_CLAIMS = ['name', 'roles', 'member_ref', 'entity', 'team', 'confidentiality_signed']

export interface DemoIdentityProvider {
  /** To be mounted at DEMO_IDP_PATH; answers every request below it. */
  readonly handler: (req: IncomingMessage, res: ServerResponse) => void
  readonly issuer: string
  readonly jwks: DemoKeys['jwks']
  readonly jwksUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly audience: string
  readonly people: readonly DemoPerson[]
  readonly signAccessToken: SignAccessToken
}

export interface DemoIdentityProviderOptions {
  /** `<PUBLIC_URL>/demo-idp` */
  readonly issuer: string
  readonly dataDir: string
  readonly clock: Clock
}

/**
 * A real OpenID Connect provider (authorization code flow with PKCE) whose people are invented and have no
 * passwords. It keeps no session of its own: every login asks who you are, so nothing has to be logged out.
 */
export async function createDemoIdentityProvider(
  options: DemoIdentityProviderOptions,
): Promise<DemoIdentityProvider> {
  const { issuer, clock } = options
  const keys = await openDemoKeys(options.dataDir)
  await rememberIssuer(options.dataDir, issuer)
  const clientSecret = randomBytes(32).toString('base64url')
  const provider = new Provider(issuer, configuration(new URL(issuer).origin, keys, clientSecret))
  return {
    handler: route(provider, new URL(issuer)),
    issuer,
    jwks: keys.jwks,
    jwksUrl: `${issuer}/jwks`,
    clientId: CLIENT_ID,
    clientSecret,
    audience: DEMO_AUDIENCE,
    people: DEMO_PEOPLE,
    signAccessToken: makeSignAccessToken(keys, { issuer, clock }),
  }
}

function configuration(origin: string, keys: DemoKeys, clientSecret: string): Configuration {
  return {
    adapter: demoAdapter(),
    jwks: { keys: [keys.privateJwk as never] },
    clients: [
      {
        client_id: CLIENT_ID,
        client_secret: clientSecret,
        redirect_uris: [`${origin}/login/callback`],
        post_logout_redirect_uris: [`${origin}/`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        id_token_signed_response_alg: 'RS256',
        token_endpoint_auth_method: 'client_secret_basic',
        // Everybody is asked at every login, so that each of them counts as proof.
        require_auth_time: true,
      },
    ],
    pkce: { required: () => true },
    scopes: ['openid'],
    claims: { openid: ['sub'], profile: PERSONAL_CLAIMS, email: ['email', 'email_verified'] },
    // With the code flow the specification would leave these claims to the userinfo endpoint.
    conformIdTokenClaims: false,
    findAccount: (_ctx, id) => account(id),
    loadExistingGrant: grantEverything,
    interactions: {
      policy: askEveryTime(),
      url: (_ctx, { uid }) => `${DEMO_IDP_PATH}/interaction/${uid}`,
    },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      names: { session: SESSION_COOKIE, interaction: 'demo_interaction', resume: 'demo_resume' },
      short: { httpOnly: true, sameSite: 'lax', signed: true },
      long: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    ttl: {
      AuthorizationCode: CODE_SECONDS,
      AccessToken: LOGIN_SECONDS,
      IdToken: LOGIN_SECONDS,
      Interaction: LOGIN_SECONDS,
      Session: LOGIN_SECONDS,
      Grant: LOGIN_SECONDS,
    },
    renderError: (ctx) => {
      ctx.type = 'html'
      ctx.set('Content-Security-Policy', DEMO_PAGE_POLICY)
      ctx.body = startAgainPage()
    },
  }
}

function account(accountId: string) {
  const person = DEMO_PEOPLE.find(({ id, web }) => id === accountId && web)
  if (!person) return undefined
  return { accountId, claims: () => demoClaims(person) }
}

/** There is one client and it is ours: nobody is asked for consent. */
const grantEverything: NonNullable<Configuration['loadExistingGrant']> = async (ctx) => {
  const { client, session, provider } = ctx.oidc
  if (!client || !session?.accountId) return undefined
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope('openid profile email')
  await grant.save()
  return grant
}

function askEveryTime() {
  const policy = interactionPolicy.base()
  const { Check } = interactionPolicy
  policy
    .get('login')
    ?.checks.add(
      new Check('ask_every_time', 'say who you are', (ctx) =>
        ctx.oidc.result?.login ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
      ),
    )
  return policy
}

function route(provider: Provider, issuer: URL) {
  const fallback = provider.callback()
  return (req: IncomingMessage, res: ServerResponse): void => {
    forgetSession(req)
    const { pathname, searchParams } = new URL(req.url ?? '/', issuer)
    const uid = INTERACTION.exec(pathname)?.[1]
    const answer = req.method === 'POST' ? finishInteraction : showPeople
    if (pathname === '/session/end') endSession(res, issuer, searchParams)
    // An interaction that is unknown or over: the person can only begin again.
    else if (uid) answer(provider, req, res).catch(() => send(res, 400, startAgainPage()))
    else fallback(req, res)
  }
}

/** Without its cookie the library takes every login for the first one of this browser. */
function forgetSession(req: IncomingMessage): void {
  const kept = (req.headers.cookie ?? '').split(/;\s*/).filter((cookie) => !cookie.startsWith(SESSION_COOKIE))
  req.headers.cookie = kept.join('; ')
}

/** Nothing is logged in here, so there is nothing to confirm: straight back to where the service wants to be. */
function endSession(res: ServerResponse, issuer: URL, query: URLSearchParams): void {
  const home = `${issuer.origin}/`
  const state = query.get('state')
  const wanted = query.get('post_logout_redirect_uri') === home && state !== null
  res.writeHead(303, { Location: wanted ? `${home}?${new URLSearchParams({ state })}` : home }).end()
}

async function showPeople(provider: Provider, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { uid } = await provider.interactionDetails(req, res)
  const people = DEMO_PEOPLE.filter((person) => person.web)
  send(res, 200, choosePersonPage(`${DEMO_IDP_PATH}/interaction/${uid}`, people))
}

async function finishInteraction(
  provider: Provider,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const accountId = new URLSearchParams(await readForm(req)).get('person') ?? ''
  if (!account(accountId)) return send(res, 400, startAgainPage())
  await provider.interactionFinished(req, res, { login: { accountId } }, { mergeWithLastSubmission: false })
}

async function readForm(req: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of req) {
    text += String(chunk)
    if (text.length > MAX_FORM) throw new Error('form too large')
  }
  return text
}

function send(res: ServerResponse, status: number, html: string): void {
  res.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': DEMO_PAGE_POLICY,
    'Cache-Control': 'no-store',
  })
  res.end(html)
}
