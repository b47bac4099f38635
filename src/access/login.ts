import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../telemetry/logger.ts'
import { makeBeginLogin } from './begin-login.ts'
import { makeFinishLogin, type Welcome } from './finish-login.ts'
import type { IdentityProvider } from './identity-provider.ts'
import { makeLogOut } from './log-out.ts'
import { makeRateLimit } from './rate-limit.ts'
import type { Sessions } from './sessions.ts'

export interface LoginPorts {
  readonly db: Database
  readonly provider: IdentityProvider
  readonly sessions: Sessions
  readonly clock: Clock
  readonly logger: Logger
  readonly welcome?: Welcome
  /** Origin under which browsers reach the service. */
  readonly publicUrl: string
  /** Whether the people are invented ones; the page says so. */
  readonly demo: boolean
  /** Mail address at which members ask for their rights. */
  readonly contact?: string
  /** Logins and callbacks that one client address may send in a minute. */
  readonly perMinute?: number
}

const PER_MINUTE = 60

/** The use cases of the web login, ready for `loginEndpoints`. */
export const makeLogin = (ports: LoginPorts) => ({
  beginLogin: makeBeginLogin(ports),
  finishLogin: makeFinishLogin(ports),
  logOut: makeLogOut(ports),
  sessions: ports.sessions,
  countRequest: makeRateLimit({ clock: ports.clock, perMinute: ports.perMinute ?? PER_MINUTE }),
  publicUrl: ports.publicUrl,
  demo: ports.demo,
  contact: ports.contact ?? null,
  logger: ports.logger,
  now: () => ports.clock.now(),
})

export type Login = ReturnType<typeof makeLogin>
