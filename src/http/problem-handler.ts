import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { PROBLEMS, Problem, type ProblemCode } from '../kernel/problem.ts'
import type { Logger } from '../telemetry/logger.ts'
import { sendAndLinger } from './linger.ts'

/**
 * Renders every failure as RFC 9457 problem JSON. The body depends on the problem alone (no request
 * id, no path), so that an unknown, a foreign and a destroyed id answer with equal bytes.
 */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, req: Request, res: Response, _next) => {
    const problem = asProblem(error)
    if (problem.status >= 500)
      logger.error('request failed', { code: problem.code, error: problem.cause ?? problem })
    // After the head is out there is no other way to say that the body is not complete.
    if (res.headersSent) return void res.destroy()
    sendProblem(req, res, problem)
  }
}

export const notFoundHandler: RequestHandler = () => {
  throw new Problem('not_found')
}

export function sendProblem(req: Request, res: Response, problem: Problem): void {
  const { status, title } = PROBLEMS[problem.code]
  if (problem.retryAfterSeconds !== undefined) res.setHeader('Retry-After', problem.retryAfterSeconds)
  if (status === 401) res.setHeader('WWW-Authenticate', 'Bearer realm="listenback"')
  res.removeHeader('ETag')
  res.setHeader('Cache-Control', 'private, no-store')
  res.status(status).type('application/problem+json')
  const body = JSON.stringify({
    type: `urn:listenback:problem:${problem.code}`,
    title,
    status,
    code: problem.code,
    ...(problem.reason ? { reason: problem.reason } : {}),
    ...(problem.detail ? { detail: problem.detail } : {}),
    ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
  })
  // A refused body is not read to its end; the connection cannot be used for another request.
  if (!req.complete && hasBody(req)) sendAndLinger(req, res, body)
  else res.send(body)
}

const hasBody = (req: Request): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0

/** Errors of Express and its parsers carry a status; whatever else arrives here is ours to mend. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const foreign = error as { status?: unknown; type?: unknown; code?: unknown }
  const code = foreignCode(foreign)
  return new Problem(code, { cause: error })
}

function foreignCode(error: { status?: unknown; type?: unknown; code?: unknown }): ProblemCode {
  if (error.status === 413) return 'too_large'
  if (error.status === 415) return 'unsupported_media_type'
  if (typeof error.status === 'number' && error.status >= 400 && error.status < 500) return 'invalid_request'
  if (isConnectionFailure(error)) return 'unavailable'
  return 'internal'
}

/** PostgreSQL out of reach: pool time-out, refused socket, or SQLSTATE class 08 / 57P / 53. */
function isConnectionFailure(error: { code?: unknown; message?: unknown }): boolean {
  const code = typeof error.code === 'string' ? error.code : ''
  if (/^(08|57P|53)/.test(code) || /^E(CONNREFUSED|CONNRESET|PIPE|NOENT)$/.test(code)) return true
  return (
    typeof error.message === 'string' &&
    /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error/.test(
      error.message,
    )
  )
}
