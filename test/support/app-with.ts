import type { Express } from 'express'
import { type AuthenticatePorts, makeAuthenticate } from '../../src/access/authenticate.ts'
import { makeKeySource } from '../../src/access/jwks.ts'
import type { Sessions } from '../../src/access/sessions.ts'
import { makeVerifyToken } from '../../src/access/verify-token.ts'
import { createApp } from '../../src/app.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'
import { makeReadiness } from '../../src/http/health.ts'
import type { Clock } from '../../src/kernel/clock.ts'
import type { Logger } from '../../src/telemetry/logger.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import type { Issuer } from './tokens.ts'

export interface AppWith {
  readonly endpoints: readonly Endpoint[]
  readonly issuer: Issuer
  readonly sessions: Sessions
  /** What tokens are judged by; `keys` may keep another time. */
  readonly clock: Clock
  readonly keysClock?: Clock
  readonly logger: Logger
  readonly admit?: AuthenticatePorts['admit']
}

/** The real app, in this process, with some endpoints and whoever the issuer vouches for. */
export function appWith({
  endpoints,
  issuer,
  sessions,
  clock,
  keysClock = clock,
  logger,
  admit,
}: AppWith): Express {
  const keys = makeKeySource({ load: async () => JSON.stringify(issuer.jwks()), clock: keysClock })
  const { issuer: name, audience } = issuer
  return createApp({
    version: '0.0.0-test',
    https: false,
    trustedProxies: [],
    webDir: '/nonexistent',
    logger,
    metrics: createMetrics(),
    readiness: makeReadiness([], () => false),
    authenticate: makeAuthenticate({
      verifyToken: makeVerifyToken({ issuer: name, audience, keys, clock }),
      sessions,
      publicUrl: 'http://127.0.0.1',
      admit,
    }),
    endpoints,
    identityProvider: undefined,
  })
}
