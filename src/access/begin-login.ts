import { randomNonce, randomPKCECodeVerifier } from 'openid-client'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { MINUTE } from '../kernel/units.ts'
import type { IdentityProvider } from './identity-provider.ts'
import { insertAttempt } from './login-queries.ts'
import { returnAddress } from './return-to.ts'
import { hashSecret, isSecret, newSecret } from './secrets.ts'
import type { WebSession } from './sessions.ts'

export const ATTEMPT_MS = 10 * MINUTE

export interface BeginLoginPorts {
  readonly db: Database
  readonly provider: IdentityProvider
  readonly clock: Clock
  readonly publicUrl: string
}

export interface BegunLogin {
  /** Where to send the browser. */
  readonly location: string
  /** What the browser must show on the way back, kept in a cookie. */
  readonly browser: string
}

/**
 * Begins a login: remembers its secrets for ten minutes, bound to this browser, so that nobody can
 * finish a login that another browser began (RFC 9700 section 4.7). One browser may have several
 * logins open, one for each tab: it keeps its secret, and each login has a state of its own.
 */
export function makeBeginLogin({ db, provider, clock, publicUrl }: BeginLoginPorts) {
  return async function beginLogin(input: {
    returnTo: string | undefined
    browser: string | undefined
    /** Whose person is to log in once more, whatever the provider remembers of them. */
    stepUpOf?: WebSession | undefined
  }): Promise<BegunLogin> {
    const browser = isSecret(input.browser) ? input.browser : newSecret()
    const secrets = { state: newSecret(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() }
    const location = await provider.authorizationUrl(secrets, { again: input.stepUpOf !== undefined })
    await insertAttempt(db, {
      state_hash: hashSecret(secrets.state, browser),
      code_verifier: secrets.codeVerifier,
      nonce: secrets.nonce,
      return_to: returnAddress(input.returnTo, publicUrl),
      expires_at: new Date(clock.now().getTime() + ATTEMPT_MS),
      session_id_hash: input.stepUpOf?.idHash ?? null,
    })
    return { location, browser }
  }
}
