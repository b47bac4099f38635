import express, { type Express, type RequestHandler, Router } from 'express'
import { docsPage } from './http/docs-page.ts'
import { type Endpoint, mountEndpoints } from './http/endpoint.ts'
import { livez, type Readiness, readyz } from './http/health.ts'
import { measureRequests } from './http/measure-requests.ts'
import { openApiDocument } from './http/openapi.ts'
import { notFoundHandler, problemHandler } from './http/problem-handler.ts'
import { refuseStrangeRequests } from './http/refuse-strange-requests.ts'
import { requestContext } from './http/request-context.ts'
import { securityHeaders } from './http/security-headers.ts'
import { webPage } from './http/web-page.ts'
import type { Logger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'

export interface AppParts {
  readonly version: string
  readonly https: boolean
  readonly trustedProxies: readonly string[]
  readonly webDir: string
  readonly logger: Logger
  readonly metrics: Metrics
  readonly readiness: Readiness
  readonly authenticate: RequestHandler
  /** Every endpoint of the API; those marked `public` are served without a credential. */
  readonly endpoints: readonly Endpoint[]
  /** The demo identity provider, in demo mode only. */
  readonly identityProvider: RequestHandler | undefined
}

/** The table of contents of the service: what a request passes, in order. */
export function createApp(parts: AppParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.set('query parser', 'simple')
  app.set('trust proxy', parts.trustedProxies.length > 0 ? [...parts.trustedProxies] : false)

  app.use(requestContext)
  app.use(measureRequests(parts.metrics, parts.logger))
  app.use(securityHeaders(parts.https))
  app.use(refuseStrangeRequests)
  app.get('/livez', livez)
  app.get('/readyz', readyz(parts.readiness))
  if (parts.identityProvider) app.use('/demo-idp', parts.identityProvider)
  app.use(routerOf(parts.endpoints.filter((spec) => spec.public)))
  app.use(['/v1', '/logout'], parts.authenticate)
  app.use(routerOf(parts.endpoints.filter((spec) => !spec.public)))
  // After the API: looking for a file costs a system call, and a range request has no file.
  app.use(docsPage(openApiDocument(parts.endpoints, parts.version)))
  app.use(webPage(parts.webDir))
  app.use(notFoundHandler)
  app.use(problemHandler(parts.logger))
  return app
}

function routerOf(endpoints: readonly Endpoint[]): Router {
  const router = Router({ caseSensitive: true, strict: true })
  mountEndpoints(router, endpoints)
  return router
}
