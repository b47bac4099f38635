import { SECOND } from '../kernel/units.ts'

const TIMEOUT_MS = 5 * SECOND
const MAX_BYTES = 256 * 1024

/**
 * Fetches a small document from the identity provider: no redirects (one could lead inside our own
 * network), five seconds at most, 256 KiB at most. The answer is complete in memory when it returns.
 */
export async function boundedFetch(url: string, init: RequestInit = {}): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout
  const response = await fetch(url, { ...init, redirect: 'manual', signal })
  const body = await readBounded(response)
  const { status, statusText, headers } = response
  return new Response(isNullBody(status) ? null : body, { status, statusText, headers })
}

/** Statuses for which the Fetch standard refuses a body, even an empty one. */
const isNullBody = (status: number): boolean => [101, 204, 205, 304].includes(status)

async function readBounded(response: Response): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop early cancels the body, so that an endless answer costs neither memory nor a socket.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MAX_BYTES) throw new RangeError(`the answer is larger than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
