import { Problem } from '../kernel/problem.ts'
import type { IdentityProvider } from './identity-provider.ts'
import type { Sessions, WebSession } from './sessions.ts'

/**
 * Ends our session at once. Resolves to the address at which the browser can end the provider's own
 * session too; null when there is none or the provider is down, which does not keep anybody logged in.
 */
export function makeLogOut({ sessions, provider }: { sessions: Sessions; provider: IdentityProvider }) {
  return async function logOut(session: WebSession): Promise<string | null> {
    await sessions.end(session)
    try {
      return await provider.logoutUrl()
    } catch (error) {
      if (error instanceof Problem && error.code === 'unavailable') return null
      throw error
    }
  }
}
