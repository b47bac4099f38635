import type { Claims } from '../../support/tokens.ts'
import { bearer, type ListeningApp } from '../listening/listening-app.ts'

/** Calls the API as the person with these claims; gives the answer as bytes and, where it is JSON, parsed. */
export const caller =
  (app: ListeningApp) => async (claims: Claims, method: string, path: string, body?: unknown) => {
    const response = await fetch(app.url + path, {
      method,
      headers: {
        ...bearer(app, claims),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      // biome-ignore lint/suspicious/noExplicitAny: tests read answers by path
      body: (isJson ? JSON.parse(bytes.toString('utf8')) : null) as any,
    }
  }
