import type { RequestHandler } from 'express'
import { Problem } from '../kernel/problem.ts'

/**
 * Node accepts any Transfer-Encoding that ends in `chunked` and some that do not; anything but plain
 * `chunked` is refused, because a proxy may read such a body differently (RFC 9112, 6.1).
 */
export const refuseStrangeRequests: RequestHandler = (req, _res, next) => {
  const coding = req.headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    throw new Problem('invalid_request', { detail: 'Only the chunked transfer coding is supported.' })
  }
  if (req.url.length > 8192) throw new Problem('invalid_request', { detail: 'The address is too long.' })
  next()
}
