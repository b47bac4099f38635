import { expect } from 'vitest'
import type { Site } from './site.ts'
import { csrfToken, newVisitor } from './visitor.ts'

export type Headers = Record<string, string>

/** Requests to a site as programs and as our own page send them. */
export function requestsTo(site: Site) {
  const send = (path: string, headers: Headers, method = 'GET') =>
    fetch(`${site.origin}${path}`, { method, headers })

  /** A logged-in browser: its cookie, and what our own page would send along. */
  async function loggedIn(person = 'jansen') {
    const visitor = newVisitor()
    await site.login(visitor, person)
    const cookie = visitor.cookieHeader(site.origin)
    const token = await csrfToken(site.origin, visitor)
    const id = visitor.cookies.get(new URL(site.origin).host)?.get('listenback') ?? ''
    return { visitor, id, cookie, token, own: { cookie, origin: site.origin, 'x-csrf-token': token } }
  }

  return { send, loggedIn }
}

export async function expectProblem(response: Response, status: number, code: string): Promise<void> {
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ code })
}
