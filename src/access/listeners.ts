import type { RefusalReason } from '../kernel/problem.ts'
import { type Actor, hasRole, type Role } from './actor.ts'
import type { Intent, Subject } from './policy.ts'
import { ALLOWED, forbidden, undeclared, type Verdict } from './verdict.ts'

export interface Listener {
  readonly role: Role
  readonly purposes: readonly string[]
  /** Special categories (Art. 9 and 10 GDPR) this role may hear. */
  readonly mayHear: readonly string[]
  /** The role is there for these recordings only. */
  readonly onlyIf?: string
}

/**
 * Staff who may listen outside a coaching sample or a privacy request. Coaches hear samples only, and
 * a privacy officer listens for a request, so neither is in this table.
 */
const LISTENERS: readonly Listener[] = [
  { role: 'fraud_analyst', purposes: ['fraud_prevention'], mayHear: ['health', 'criminal'] },
  {
    role: 'medical_adviser',
    purposes: ['contract_performance', 'legal_obligation'],
    mayHear: ['health'],
    onlyIf: 'health',
  },
  { role: 'agent', purposes: ['contract_performance', 'legal_obligation'], mayHear: [] },
]

const SPECIAL_CATEGORIES: readonly string[] = ['health', 'criminal']

/** By which of their roles somebody may listen. */
export const listenersOf = (actor: Actor): readonly Listener[] =>
  LISTENERS.filter(({ role }) => hasRole(actor, role))

/** The purposes for which somebody may ask to listen at all, with a case; for a page that offers them. */
export const listeningPurposes = (actor: Actor): string[] => [
  ...new Set(listenersOf(actor).flatMap(({ purposes }) => purposes)),
]

/** Who listens for cases finds the recordings of one; without a case there is no list for them. */
export function mayListForCase(actor: Actor, { purpose, caseRef }: Intent): Verdict {
  const purposes = listeningPurposes(actor)
  if (purposes.length === 0) return forbidden('role')
  if (!actor.confidentialitySigned) return forbidden('confidentiality_not_signed')
  if (!purpose) return undeclared('purpose_missing')
  if (!caseRef) return undeclared('case_missing')
  return purposes.includes(purpose) ? ALLOWED : forbidden('other_purpose')
}

/** Why this role may not hear what is in the call; null when it may. */
export function notForEars({ mayHear, onlyIf }: Listener, { sensitivity }: Subject): RefusalReason | null {
  if (onlyIf && !sensitivity.includes(onlyIf)) return 'no_health_data'
  const isHeard = SPECIAL_CATEGORIES.every((flag) => !sensitivity.includes(flag) || mayHear.includes(flag))
  return isHeard ? null : 'special_category'
}

/** Roles that may listen for a purpose, with a case. */
export const listenersFor = (purpose: string): Role[] =>
  LISTENERS.filter(({ purposes }) => purposes.includes(purpose)).map(({ role }) => role)
