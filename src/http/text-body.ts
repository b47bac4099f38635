import type { Request } from 'express'
import { Problem } from '../kernel/problem.ts'
import { MINUTE } from '../kernel/units.ts'

const LONGEST = 2 * MINUTE

/**
 * A whole body as UTF-8 text, for documents that are larger than `jsonBody` takes. Throws Problem: `too_large`,
 * `upload_too_slow`, `incomplete_upload`, `unsupported_media_type` for an encoded one, `invalid_request`.
 */
export async function textBody(req: Request, maxBytes: number): Promise<string> {
  if ((req.headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    throw new Problem('unsupported_media_type', { detail: 'Send the body without Content-Encoding.' })
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw new Problem('too_large')
  const timer = setTimeout(() => req.destroy(new Problem('upload_too_slow')), LONGEST)
  try {
    return decode(await collect(req, maxBytes))
  } finally {
    clearTimeout(timer)
  }
}

async function collect(req: Request, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  try {
    for await (const piece of req as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes > maxBytes) throw new Problem('too_large')
      pieces.push(piece)
    }
  } catch (error) {
    throw error instanceof Problem ? error : new Problem('incomplete_upload', { cause: error })
  }
  return Buffer.concat(pieces)
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Problem('invalid_request', { detail: 'The body is not UTF-8.', cause })
  }
}
