export const ROLES = [
  'recorder',
  'importer',
  'member',
  'agent',
  'coach',
  'fraud_analyst',
  'medical_adviser',
  'privacy_officer',
  'records_manager',
  'auditor',
  'operator',
] as const

export type Role = (typeof ROLES)[number]

/** Who is asking, as proven by an access token or a web session; nothing here is taken on trust. */
export interface Actor {
  readonly sub: string
  readonly roles: readonly Role[]
  readonly memberRef: string | null
  readonly entities: readonly string[]
  readonly team: string | null
  readonly confidentialitySigned: boolean
  /** Last day an external may work here, `YYYY-MM-DD`; null for employees and members. */
  readonly engagedUntil: string | null
  readonly via: 'token' | 'session'
  /** When the person last logged in, as the identity provider says; null when it does not, and for a token. */
  readonly authenticatedAt: Date | null
  /** The token was given to a program, not to a person (RFC 9068 section 2.2). */
  readonly isProgram?: true
  /** Name to show in the web page; from the identity provider, never logged. */
  readonly displayName: string | null
}

/** Whether a human being acts, and not a program under an account of its own. */
export const isPerson = (actor: Actor): boolean =>
  actor.isProgram !== true && !hasRole(actor, 'recorder', 'importer')

export const hasRole = (actor: Actor, ...roles: Role[]): boolean =>
  roles.some((role) => actor.roles.includes(role))
