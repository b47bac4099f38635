import type { Request, RequestHandler } from 'express'
import { Problem, type ProblemCode } from '../kernel/problem.ts'
import type { Actor } from './actor.ts'
import { type CookieSpec, cookiesFor, readCookie } from './cookies.ts'
import { equalSecrets } from './secrets.ts'
import type { Sessions, WebSession } from './sessions.ts'
import type { VerifyToken } from './verify-token.ts'

export interface AuthenticatePorts {
  readonly verifyToken: VerifyToken
  readonly sessions: Sessions
  /** Origin under which browsers reach the service. */
  readonly publicUrl: string
  /** The actor as they may act today; rejects with the Problem that says why not at all. */
  readonly admit?: ((actor: Actor) => Promise<Actor>) | undefined
}

interface Identity {
  readonly actor: Actor
  readonly session: WebSession | undefined
  /** Whether the credential of this request would still be accepted now. */
  readonly stillValid: () => Promise<boolean>
}

const identities = new WeakMap<Request, Identity>()

/**
 * Finds out who sends a request: by access token or by session cookie, never one for lack of the
 * other. A request with an Authorization header stands or falls with it, even beside a good cookie.
 * Rejects with Problem('unauthenticated'), ('csrf') or, when it cannot be known, ('unavailable').
 */
export function makeAuthenticate(ports: AuthenticatePorts): RequestHandler {
  const { verifyToken, sessions, publicUrl, admit } = ports
  const cookie = cookiesFor(publicUrl).session
  const origin = new URL(publicUrl).origin
  return async (req, _res, next) => {
    const identity =
      req.headers.authorization === undefined
        ? await bySession(req, cookie, sessions)
        : await byToken(req, verifyToken)
    if (identity.session) refuseForgery(req, origin, identity.session.csrfToken)
    identities.set(req, admit ? await admitted(identity, admit) : identity)
    next()
  }
}

/** What ends the right to be here at all ends a long answer too. */
async function admitted(
  identity: Identity,
  admit: NonNullable<AuthenticatePorts['admit']>,
): Promise<Identity> {
  const actor = await admit(identity.actor)
  const isStillAdmitted = () => holds(admit(identity.actor), 'forbidden')
  return {
    ...identity,
    actor,
    stillValid: async () => (await identity.stillValid()) && (await isStillAdmitted()),
  }
}

/** Who sent this request; throws Problem('unauthenticated') when nobody proved anything. */
export const actorOf = (req: Request): Actor => identityOf(req).actor

/** The web session behind this request; undefined when it came with an access token. */
export const sessionOf = (req: Request): WebSession | undefined => identityOf(req).session

/** For long answers: whether the token is still in force and the session not ended meanwhile. */
export const isStillAuthenticated = (req: Request): Promise<boolean> => identityOf(req).stillValid()

function identityOf(req: Request): Identity {
  const identity = identities.get(req)
  if (!identity) throw new Problem('unauthenticated')
  return identity
}

async function byToken(req: Request, verifyToken: VerifyToken): Promise<Identity> {
  const headers = req.headersDistinct.authorization ?? []
  const [, token] = /^Bearer +(\S+)$/i.exec(headers[0] ?? '') ?? []
  if (!token || headers.length > 1) throw new Problem('unauthenticated')
  const actor = await verifyToken(token)
  return { actor, session: undefined, stillValid: () => holds(verifyToken(token)) }
}

/** A credential that is refused no longer holds; anything else that goes wrong is not an answer. */
async function holds(check: Promise<unknown>, refusal: ProblemCode = 'unauthenticated'): Promise<boolean> {
  try {
    return (await check) !== undefined
  } catch (error) {
    if (error instanceof Problem && error.code === refusal) return false
    throw error
  }
}

async function bySession(req: Request, spec: CookieSpec, sessions: Sessions): Promise<Identity> {
  const value = readCookie(req.headers.cookie, spec)
  const session = await sessions.find(value, { unattended: isUnattended(req) })
  if (!session) throw new Problem('unauthenticated')
  return {
    actor: session.actor,
    session,
    stillValid: () => holds(sessions.find(value, { unattended: isUnattended(req) })),
  }
}

/** What a page asks by itself, to look how something goes, is no sign that somebody is still there. */
const isUnattended = (req: Request): boolean => req.get('X-Unattended') === '1'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * A browser adds the cookie whoever wrote the page, so every session request must come from a page
 * of ours (Fetch Metadata: also other ports and subdomains are others), and one that changes
 * something must prove it twice: by its origin and by the token that only our pages can read.
 */
function refuseForgery(req: Request, origin: string, csrfToken: string): void {
  const site = req.get('Sec-Fetch-Site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new Problem('csrf')
  if (SAFE_METHODS.has(req.method)) return
  const from = req.get('Origin')
  const fromUs = from === undefined ? site !== undefined : from === origin
  if (!fromUs || !equalSecrets(req.get('X-CSRF-Token') ?? '', csrfToken)) throw new Problem('csrf')
}
