import type { Request, RequestHandler } from 'express'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'

/** One metric and one log line per request, under the route's pattern: addresses hold ids and queries and stay out. */
export function measureRequests(metrics: Metrics, logger: Logger): RequestHandler {
  return (req, res, next) => {
    const started = performance.now()
    res.once('close', () => {
      const seconds = (performance.now() - started) / 1000
      const labels = { method: req.method, route: routePattern(req), status: String(res.statusCode) }
      metrics.requests.observe(labels, seconds)
      // winston would format and redact the line first and drop it afterwards.
      if (!logger.isDebugEnabled()) return
      logger.debug('request', {
        ...labels,
        seconds: Number(seconds.toFixed(4)),
        complete: res.writableFinished,
      })
    })
    next()
  }
}

function routePattern(req: Request): string {
  const route = req.route as { path?: unknown } | undefined
  return typeof route?.path === 'string' ? route.path : 'other'
}
