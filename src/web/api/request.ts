/** A refusal or failure of the API; `status` 0 means that no answer came at all. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly status: number
  readonly code: string
  /** What the service says of it, in English; and which fields are wrong. */
  readonly detail: string | undefined
  readonly errors: readonly FieldProblem[]
  /** Which condition of listening was not met. */
  readonly reason: string | undefined

  constructor(status: number, code: string, { detail, errors = [], reason, cause }: ProblemFacts = {}) {
    super(`${status} ${code}`, { cause })
    this.status = status
    this.code = code
    this.detail = detail
    this.errors = errors
    this.reason = reason
  }
}

export interface FieldProblem {
  readonly field: string
  readonly message: string
}

interface ProblemFacts {
  readonly detail?: string | undefined
  readonly errors?: readonly FieldProblem[] | undefined
  readonly reason?: string | undefined
  readonly cause?: unknown
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'HEAD' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  readonly csrfToken?: string
  readonly signal?: AbortSignal
  /** The page asks by itself: it is no sign that somebody is still there, and keeps no session alive. */
  readonly unattended?: boolean
}

/**
 * One call of the API of this origin, with the session cookie. Answers the parsed JSON, plain
 * text as it is, or undefined where there is no body. Throws `ApiProblem`; an abort by the caller is passed on as it is.
 */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options)
  if (!response.ok) throw await problemOf(response)
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith('text/plain')) return (await response.text()) as T
  return (type.includes('json') ? await response.json() : undefined) as T
}

async function send(path: string, options: RequestOptions) {
  const { method = 'GET', body, csrfToken, signal, unattended } = options
  const headers = new Headers({ accept: 'application/json' })
  if (body !== undefined) headers.set('content-type', 'application/json')
  if (csrfToken) headers.set('x-csrf-token', csrfToken)
  if (unattended) headers.set('x-unattended', '1')
  try {
    return await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new ApiProblem(0, 'unreachable', { cause })
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  try {
    const { code, ...facts } = (await response.json()) as ProblemFacts & { code?: unknown }
    return new ApiProblem(response.status, typeof code === 'string' ? code : 'unknown', facts)
  } catch {
    // A proxy in between may answer with HTML; the status still tells enough.
    return new ApiProblem(response.status, 'unknown')
  }
}
