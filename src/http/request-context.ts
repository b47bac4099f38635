import type { RequestHandler } from 'express'
import { newId } from '../kernel/ids.ts'
import { runWithRequestId } from '../telemetry/request-id.ts'

/** Gives every request an id of our own making; one from outside could be forged to blur the trail. */
export const requestContext: RequestHandler = (_req, res, next) => {
  const requestId = newId()
  res.setHeader('X-Request-Id', requestId)
  runWithRequestId(requestId, next)
}
