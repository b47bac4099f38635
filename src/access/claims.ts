import { z } from 'zod'
import { SECOND } from '../kernel/units.ts'
import { type Actor, ROLES, type Role } from './actor.ts'

const MAX_ITEMS = 100
/** The last second that a JavaScript date can be. */
const MAX_TIME = 8_640_000_000_000

/** Text that may reach the database and its log: bounded, no control characters (PostgreSQL refuses NUL). */
const Word = z
  .string()
  .min(1)
  .max(255)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text))

const Claims = z.object({
  sub: Word,
  roles: z.array(z.string()).max(MAX_ITEMS).optional(),
  member_ref: Word.nullish(),
  entity: z.union([Word.transform((one) => [one]), z.array(Word).max(MAX_ITEMS)]).nullish(),
  team: Word.nullish(),
  confidentiality_signed: z.boolean().nullish(),
  engaged_until: z.iso.date().nullish(),
  // Seconds since 1970 (OpenID Connect Core section 2); without it the person is asked again when it matters.
  auth_time: z.int().nonnegative().max(MAX_TIME).nullish().catch(null),
  // The client that asked for the token; it is the subject itself when no person was involved.
  client_id: z.string().nullish().catch(null),
  azp: z.string().nullish().catch(null),
  // Shown to its bearer only, so a strange name costs the name and not the access.
  name: Word.nullish().catch(null),
})

const isRole = (role: string): role is Role => (ROLES as readonly string[]).includes(role)

/**
 * Who the claims of a verified token speak of, or undefined when they are malformed. Roles this
 * service does not know are ignored; without the role `member` a member_ref gives nothing.
 */
export function actorFromClaims(claims: unknown, via: Actor['via']): Actor | undefined {
  const { data } = Claims.safeParse(claims)
  if (!data) return undefined
  const roles = [...new Set((data.roles ?? []).filter(isRole))]
  return {
    sub: data.sub,
    roles,
    memberRef: roles.includes('member') ? (data.member_ref ?? null) : null,
    entities: data.entity ?? [],
    team: data.team ?? null,
    confidentialitySigned: data.confidentiality_signed ?? false,
    engagedUntil: data.engaged_until ?? null,
    via,
    authenticatedAt: via === 'session' ? instantOf(data.auth_time) : null,
    displayName: data.name ?? null,
    ...(data.sub === data.client_id || data.sub === data.azp ? { isProgram: true as const } : {}),
  }
}

const instantOf = (seconds: number | null | undefined): Date | null =>
  typeof seconds === 'number' ? new Date(seconds * SECOND) : null
