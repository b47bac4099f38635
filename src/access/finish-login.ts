import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { SECOND } from '../kernel/units.ts'
import type { Logger } from '../telemetry/logger.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import type { Actor } from './actor.ts'
import { ATTEMPT_MS } from './begin-login.ts'
import { actorFromClaims } from './claims.ts'
import type { IdentityProvider } from './identity-provider.ts'
import { type LoginAttemptRow, takeAttempt } from './login-queries.ts'
import { hashSecret, isSecret } from './secrets.ts'
import type { Sessions } from './sessions.ts'

export type Welcome = (actor: Actor, claims: Readonly<Record<string, unknown>>) => Promise<void>

export interface FinishLoginPorts {
  readonly db: Database
  readonly provider: IdentityProvider
  readonly sessions: Sessions
  readonly clock: Clock
  readonly logger: Logger
  /** Hears of everybody who logs in, with all that the provider says of them. */
  readonly welcome?: Welcome | undefined
}

export interface Callback {
  /** The callback's query as it came, to be checked by the OpenID Connect library. */
  readonly query: string
  readonly state: string | undefined
  /** The secret of the browser that began the login. */
  readonly browser: string | undefined
  /** The session cookie so far, which the new session replaces. */
  readonly session: string | undefined
}

export interface FinishedLogin {
  readonly session: string
  readonly returnTo: string
}

/**
 * Finishes a login and starts the session. Every attempt counts once, whether it succeeds or not.
 * Rejects with Problem('login_failed') and leaves an audit row, or with Problem('unavailable').
 */
export function makeFinishLogin(ports: FinishLoginPorts) {
  const { db, provider, sessions, clock, logger } = ports

  async function finish({ query, state, browser, session }: Callback): Promise<FinishedLogin> {
    if (!isSecret(state) || !isSecret(browser)) throw failed('no_attempt')
    const attempt = await takeAttempt(db, hashSecret(state, browser))
    if (!attempt) throw failed('no_attempt')
    if (attempt.expires_at <= clock.now()) throw failed('expired')
    const secrets = { state, nonce: attempt.nonce, codeVerifier: attempt.code_verifier }
    const claims = await provider.exchange(query, secrets)
    const actor = actorFromClaims(claims, 'session')
    if (!actor) throw failed('claims')
    await ports.welcome?.(actor, claims)
    const renewed = await confirm(attempt, actor)
    return { session: renewed ?? (await sessions.start(actor, session)), returnTo: attempt.return_to }
  }

  /** The session that goes on after a login that was to confirm it; undefined when there is none by now. */
  async function confirm(attempt: LoginAttemptRow, actor: Actor): Promise<string | undefined> {
    if (attempt.session_id_hash === null) return undefined
    if (!answersTo(attempt, actor)) throw failed('not_fresh')
    const renewal = await sessions.renew(attempt.session_id_hash, actor)
    if (renewal === 'other_person') throw failed('other_person')
    return renewal === 'over' ? undefined : renewal.id
  }

  return async function finishLogin(callback: Callback): Promise<FinishedLogin> {
    try {
      return await finish(callback)
    } catch (error) {
      if (error instanceof Problem && error.code === 'login_failed') await recordFailure(error)
      throw error
    }
  }

  async function recordFailure(problem: Problem): Promise<void> {
    const reason = problem.cause instanceof LoginFailure ? problem.cause.reason : 'refused_by_provider'
    logger.warn('login failed', { reason, codes: codesOf(problem.cause) })
    await appendAudit(db, {
      type: 'login.failed',
      action: 'E',
      outcome: 'denied',
      code: problem.code,
      at: clock.now(),
      actor: null,
      requestId: currentRequestId() ?? null,
      detail: { reason },
    })
  }
}

/** What the clocks of a provider and of this service may differ by. */
const CLOCK_TOLERANCE_MS = 30 * SECOND

/**
 * Pure: whether the person was asked because of this attempt. A provider that takes no notice of `max_age`
 * answers for whoever logged in there this morning.
 */
const answersTo = ({ expires_at }: LoginAttemptRow, { authenticatedAt }: Actor): boolean =>
  authenticatedAt !== null &&
  authenticatedAt.getTime() >= expires_at.getTime() - ATTEMPT_MS - CLOCK_TOLERANCE_MS

class LoginFailure extends Error {
  override readonly name = 'LoginFailure'
  readonly reason: string

  constructor(reason: string) {
    super(`login failed: ${reason}`)
    this.reason = reason
  }
}

/** Why a login could not confirm a session, where it could not; undefined for every other failure. */
export function confirmationTrouble({ cause }: Problem): 'other_person' | 'not_fresh' | undefined {
  const reason = cause instanceof LoginFailure ? cause.reason : undefined
  return reason === 'other_person' || reason === 'not_fresh' ? reason : undefined
}

/**
 * The codes down a chain of causes, such as `OAUTH_RESPONSE_BODY_ERROR: invalid_client`. Only codes: the
 * library's errors carry the claims of the person along.
 */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const { code, error: oauthError } = error as { code?: unknown; error?: unknown }
  const codes = [code, oauthError].filter((part) => typeof part === 'string')
  return [...(codes.length > 0 ? [codes.join(': ')] : []), ...codesOf(error.cause)]
}

const failed = (reason: string): Problem => new Problem('login_failed', { cause: new LoginFailure(reason) })
