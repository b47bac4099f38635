import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import express, { Router } from 'express'
import { actorOf, isStillAuthenticated, makeAuthenticate } from '../../../src/access/authenticate.ts'
import { makeIdentityProvider } from '../../../src/access/identity-provider.ts'
import { jwksFromUrl, makeKeySource } from '../../../src/access/jwks.ts'
import { makeLogin } from '../../../src/access/login.ts'
import { loginEndpoints } from '../../../src/access/login-routes.ts'
import { makeSessions, type Sessions } from '../../../src/access/sessions.ts'
import { makeVerifyToken } from '../../../src/access/verify-token.ts'
import { type Database, openDatabase } from '../../../src/db/database.ts'
import { mountEndpoints } from '../../../src/http/endpoint.ts'
import { problemHandler } from '../../../src/http/problem-handler.ts'
import { requestContext } from '../../../src/http/request-context.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { type TestClock, testClock } from '../../support/clock.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { createIssuer, type Issuer } from '../../support/tokens.ts'
import {
  CLIENT,
  listen,
  type People,
  type ProviderOptions,
  startProvider,
  type TestProvider,
} from './provider.ts'
import { locationOf, type Visitor } from './visitor.ts'

export interface Site {
  readonly origin: string
  readonly port: number
  readonly db: Database
  readonly clock: TestClock
  readonly sessions: Sessions
  readonly issuer: Issuer
  readonly provider: TestProvider
  /** How often the one thing that can be changed was changed. */
  changes(): number
  /** Goes through the whole login; resolves to the callback's answer. */
  login(visitor: Visitor, person: string, returnTo?: string): Promise<Response>
  close(): Promise<void>
}

export interface SiteOptions extends Partial<Omit<ProviderOptions, 'siteOrigin'>> {
  readonly perMinute?: number
  /** The address people use, when it is not where the server listens. */
  readonly publicUrl?: string
}

export const PEOPLE: People = {
  jansen: { roles: ['member'], member_ref: 'M-1001', entity: ['hmbs'], name: 'Mw. Jansen' },
  coach: { roles: ['coach'], entity: 'hmbs', team: 'care', confidentiality_signed: true },
  broken: { roles: 'coach', entity: ['hmbs'] },
}

/** The routes and the middleware of this folder in an app of their own, with real neighbours. */
export async function startSite(options: SiteOptions = {}): Promise<Site> {
  const database = await createTestDatabase()
  const { db, close } = openDatabase(database.url, 5)
  const server = createServer()
  const port = await listen(server)
  const origin = options.publicUrl ?? `http://127.0.0.1:${port}`
  const provider = await startProvider({ people: PEOPLE, ...options, siteOrigin: origin })
  const issuer = await createIssuer()
  const jwks = await issuer.serve()
  const clock = testClock(new Date().toISOString())
  const sessions = makeSessions({ db, clock })
  const logger = createLogger('error')
  logger.silent = true
  const endpoints = loginEndpoints(
    makeLogin({
      db,
      sessions,
      clock,
      logger,
      publicUrl: origin,
      demo: false,
      perMinute: options.perMinute ?? 1000,
      provider: makeIdentityProvider({
        issuer: provider.issuer,
        clientId: CLIENT.id,
        clientSecret: options.authMethod === 'none' ? undefined : CLIENT.secret,
        publicUrl: origin,
      }),
    }),
  )
  const keys = makeKeySource({ load: jwksFromUrl(jwks.url), clock: systemClock })
  const verifyToken = makeVerifyToken({ issuer: issuer.issuer, audience: issuer.audience, keys, clock })
  let changes = 0

  const app = express()
  const [open, closed] = [Router(), Router()]
  mountEndpoints(
    open,
    endpoints.filter((spec) => spec.public),
  )
  mountEndpoints(
    closed,
    endpoints.filter((spec) => !spec.public),
  )
  app.use(requestContext)
  app.get('/', (_req, res) => void res.send('home'))
  app.use(open)
  app.use(['/v1', '/logout'], makeAuthenticate({ verifyToken, sessions, publicUrl: origin }))
  app.use(closed)
  app.get('/v1/while-valid', async (req, res) => {
    res.write('begun ')
    while (await isStillAuthenticated(req)) await setTimeout(20)
    res.end('ended')
  })
  app.all('/v1/thing', (req, res) => {
    if (req.method !== 'GET') changes += 1
    res.json({ sub: actorOf(req).sub, via: actorOf(req).via })
  })
  app.use(problemHandler(logger))
  server.on('request', app)

  return {
    origin,
    port,
    db,
    clock,
    sessions,
    issuer,
    provider,
    changes: () => changes,
    login: (visitor, person, returnTo = '/') => logIn({ origin, provider }, visitor, person, returnTo),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await Promise.all([provider.close(), jwks.close(), close()])
      await database.drop()
    },
  }
}

async function logIn(
  { origin, provider }: Pick<Site, 'origin' | 'provider'>,
  visitor: Visitor,
  person: string,
  returnTo: string,
): Promise<Response> {
  const begun = await visitor.get(`${origin}/login?returnTo=${encodeURIComponent(returnTo)}`)
  const callback = await throughProvider(visitor, provider, locationOf(begun) ?? '', person)
  return visitor.get(callback)
}

/** From the provider's front door, through its forms, to the callback address it sends the browser to. */
export async function throughProvider(
  visitor: Visitor,
  provider: TestProvider,
  authorization: string,
  person: string,
): Promise<string> {
  let at = await visitor.follow(await visitor.get(authorization), provider.issuer)
  for (const form of [{ prompt: 'login', login: person, password: 'any' }, { prompt: 'consent' }]) {
    if (at.status !== 200) break
    at = await visitor.follow(await visitor.post(at.url, form as Record<string, string>), provider.issuer)
  }
  const callback = locationOf(at)
  if (!callback) throw new Error(`the provider ended with ${at.status} at ${at.url}: ${await at.text()}`)
  return callback
}
