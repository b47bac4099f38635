import type { Server } from 'node:http'
import type { AuthenticatePorts } from '../../src/access/authenticate.ts'
import { makeSessions } from '../../src/access/sessions.ts'
import type { Database } from '../../src/db/database.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'
import { drain, listen, portOf } from '../../src/http/listen.ts'
import { type Clock, systemClock } from '../../src/kernel/clock.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { appWith } from './app-with.ts'
import { type Claims, createIssuer } from './tokens.ts'

export interface ApiAnswer<T = Record<string, unknown>> {
  readonly status: number
  readonly headers: Headers
  readonly body: T
}

export interface Api {
  readonly origin: string
  call<T = Record<string, unknown>>(
    method: string,
    path: string,
    claims: Claims,
    body?: unknown,
  ): Promise<ApiAnswer<T>>
  fetch(path: string, claims: Claims | undefined, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

/** Some endpoints in the real app on a port; tokens are issued in real time, whatever time the endpoints keep. */
export async function apiWith(
  endpoints: readonly Endpoint[],
  { db, clock, admit }: { db: Database; clock: Clock; admit?: AuthenticatePorts['admit'] },
): Promise<Api> {
  const issuer = await createIssuer()
  const logger = createLogger('error')
  logger.silent = true
  const app = appWith({
    issuer,
    sessions: makeSessions({ db, clock }),
    clock: systemClock,
    logger,
    endpoints,
    ...(admit ? { admit } : {}),
  })
  const server: Server = await listen(app, 0, '127.0.0.1')
  const origin = `http://127.0.0.1:${portOf(server)}`
  const send: Api['fetch'] = (path, claims, init = {}) => {
    const headers = new Headers(init.headers)
    if (claims) headers.set('authorization', `Bearer ${issuer.token(claims)}`)
    return fetch(origin + path, { redirect: 'manual', ...init, headers })
  }
  return {
    origin,
    fetch: send,
    async call<T>(method: string, path: string, claims: Claims, body?: unknown) {
      const json =
        body === undefined
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
      const answer = await send(path, claims, { method, ...json })
      const text = await answer.text()
      return { status: answer.status, headers: answer.headers, body: (text ? JSON.parse(text) : {}) as T }
    },
    async close() {
      await drain(server, 0)
    },
  }
}
