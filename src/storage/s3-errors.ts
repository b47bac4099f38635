import { ObjectStoreError } from './object-store.ts'

/** An answer of the store that is not a success, from the hot path. */
export class S3Failure extends Error {
  override readonly name = 'S3Failure'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string) {
    super(`the store answered ${status} ${code}`)
    this.status = status
    this.code = code
  }
}

interface Symptoms {
  readonly status: number | undefined
  readonly code: string
}

const MISSING = new Set(['NoSuchKey', 'NoSuchVersion', 'NotFound'])
const FULL = new Set(['QuotaExceeded', 'InsufficientStorage', 'XMinioStorageFull', 'InsufficientCapacity'])
const TRANSIENT_STATUS = new Set([429, 500, 502, 503, 504])
const TRANSIENT_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'RequestTimeout',
  'SlowDown',
  'TimeoutError',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
])

function symptomsOf(error: unknown): Symptoms {
  if (error instanceof S3Failure) return error
  const { name, code, $metadata } = error as {
    name?: string
    code?: unknown
    $metadata?: { httpStatusCode?: number }
  }
  return { status: $metadata?.httpStatusCode, code: typeof code === 'string' ? code : (name ?? '') }
}

export const codeOfS3 = (error: unknown): string => symptomsOf(error).code

/** Whether trying again may help: the store is busy or stumbled, or the connection broke. */
export function isTransient(error: unknown): boolean {
  const { status, code } = symptomsOf(error)
  return (status !== undefined && TRANSIENT_STATUS.has(status)) || TRANSIENT_CODES.has(code)
}

/** Our error for a foreign one; the caller's own abort stays what it is. `missing` is said only when the store named the object as absent. */
export function translateS3(error: unknown, signal?: AbortSignal): unknown {
  if (
    signal?.aborted ||
    !(error instanceof Error) ||
    error instanceof ObjectStoreError ||
    error instanceof TypeError
  )
    return error
  const { status, code } = symptomsOf(error)
  return new ObjectStoreError(
    kindOf(status, code),
    `the object store failed (${status ?? 'no answer'} ${code})`,
    error,
  )
}

function kindOf(status: number | undefined, code: string): ObjectStoreError['kind'] {
  if (FULL.has(code) || status === 507) return 'full'
  if (status === 404 && MISSING.has(code)) return 'missing'
  return status === 401 || status === 403 ? 'denied' : 'unavailable'
}

/** Runs store calls so that their errors come out as ObjectStoreError. */
export async function translatedS3<T>(act: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw translateS3(error, signal)
  }
}
