import type { RequestHandler } from 'express'
import { makeAuthenticate } from '../access/authenticate.ts'
import { makeIdentityProvider } from '../access/identity-provider.ts'
import { jwksFromFile, jwksFromUrl, makeKeySource } from '../access/jwks.ts'
import { makeLogin } from '../access/login.ts'
import { loginEndpoints } from '../access/login-routes.ts'
import { makeSessions, removeExpiredSessions } from '../access/sessions.ts'
import { makeVerifyToken } from '../access/verify-token.ts'
import type { AuthConfig, Config } from '../config/config.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { makeRememberAddress } from '../notices/mail-wish.ts'
import { makeSupplierGate } from '../privacy/supplier-gate.ts'
import type { Demo } from './demo.ts'
import type { Foundation } from './foundation.ts'

export interface Access {
  readonly endpoints: readonly Endpoint[]
  readonly authenticate: RequestHandler
  readonly removeExpiredSessions: () => Promise<number>
  /** Present in demo mode only. */
  readonly demo: Demo | undefined
}

/** Tokens, sessions and the web login; in demo mode with the embedded provider, on the same code path. */
export async function composeAccess(
  foundation: Foundation,
  config: Config,
  publicUrl: string,
): Promise<Access> {
  const { db, clock, logger } = foundation
  const demo = config.auth.kind === 'demo' ? await demoOf(foundation, config, publicUrl) : undefined
  const auth: Exclude<AuthConfig, { kind: 'demo' }> = demo?.auth ?? (config.auth as never)
  const load = auth.jwks.kind === 'url' ? jwksFromUrl(auth.jwks.url) : jwksFromFile(auth.jwks.path)
  const verifyToken = makeVerifyToken({ ...auth, keys: makeKeySource({ load, clock }), clock })
  const sessions = makeSessions({ db, clock })
  const login = makeLogin({
    db,
    welcome: makeRememberAddress({ db }),
    provider: makeIdentityProvider({ issuer: auth.issuer, clientId: '', ...auth.login, publicUrl }),
    sessions,
    clock,
    logger,
    publicUrl,
    demo: demo !== undefined,
    contact: config.contact,
  })
  const endpoints = loginEndpoints(login)
  return {
    // Without a client at the provider nobody can log in here; what tells callers who they are stays.
    endpoints: auth.login ? endpoints : endpoints.filter((spec) => spec.path === '/v1/me'),
    authenticate: makeAuthenticate({
      verifyToken,
      sessions,
      publicUrl,
      admit: makeSupplierGate({ db, clock }),
    }),
    removeExpiredSessions: () => removeExpiredSessions(db, clock.now()),
    demo,
  }
}

/** Loaded only here: the demo's identity provider is large, and production has no use for it. */
async function demoOf(foundation: Foundation, config: Config, publicUrl: string): Promise<Demo> {
  const { composeDemo } = await import('./demo.ts')
  return composeDemo(foundation, config, publicUrl)
}
