import type { IncomingMessage } from 'node:http'
import { Problem } from '../kernel/problem.ts'
import { KIB } from '../kernel/units.ts'

/** Part headers, boundaries and the closing line around the two parts; real forms need about 1 KiB. */
const FORM_ALLOWANCE = 16 * KIB
/** RFC 2046, 5.1.1 ends a boundary at 70 characters. */
const BOUNDARY = /;\s*boundary=(?:"[^"]{1,70}"|[^\s";,]{1,70})\s*(?:;|$)/i

export interface UploadSizes {
  readonly maxDocumentBytes: number
  readonly maxFileBytes: number
}

/** The most bytes a body may have in which document and file keep to their limits. */
export const maxBodyBytes = (sizes: UploadSizes): number =>
  sizes.maxDocumentBytes + sizes.maxFileBytes + FORM_ALLOWANCE

/**
 * Refuses what the request head alone shows to be wrong, before a byte of the body is read.
 * Throws Problem: `length_required`, `too_large` or `unsupported_media_type`.
 */
export function checkUploadHead(req: IncomingMessage, sizes: UploadSizes): void {
  const { headers } = req
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
    throw new Problem('length_required')
  }
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes(sizes)) throw new Problem('too_large')
  const type = headers['content-type'] ?? ''
  if (!/^multipart\/form-data\s*;/i.test(type) || !BOUNDARY.test(type)) {
    throw new Problem('unsupported_media_type', { detail: 'Send multipart/form-data with a boundary.' })
  }
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
    throw new Problem('unsupported_media_type', { detail: 'Send the body without Content-Encoding.' })
  }
}
