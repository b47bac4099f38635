import type { RecordingStatus, TagState } from '../db/schema.ts'
import { dayOf } from '../kernel/calendar.ts'
import { type Actor, hasRole, type Role } from './actor.ts'

export const ACTIONS = ['ingest', 'list', 'read', 'listen', 'copy', 'accesses', 'break_glass'] as const

export type Action = (typeof ACTIONS)[number]

/** What the policy needs to know of one purpose of a recording. */
export interface TagFacts {
  readonly purpose: string
  readonly state: TagState
  /** Last day, inclusive, `YYYY-MM-DD` in Europe/Amsterdam; null while the trigger is awaited. */
  readonly retainUntil: string | null
}

/** A coach's item of a sample: there is none of theirs, it is over, or it holds now. */
export type Assignment = 'none' | 'over' | 'live'

/** The facts of a recording on which access depends; an act without one recording has only some. */
export interface Subject {
  readonly memberRef: string | null
  readonly agentRef: string | null
  readonly entity: string
  readonly status: RecordingStatus
  readonly restricted: boolean
  readonly sensitivity: readonly string[]
  readonly tags: readonly TagFacts[]
  /** Of the actor, for the sample they name. */
  readonly assignment?: Assignment
  /** Emergency access of the actor to this recording. */
  readonly breakGlass?: 'none' | 'live'
  /** The actor hears nothing as staff until somebody looked at what they did. */
  readonly suspended?: boolean
}

/** What staff declare when they ask for audio. */
export interface Intent {
  readonly purpose?: string | undefined
  readonly caseRef?: string | undefined
  /** In the place of a case: the sample for which a coach listens. */
  readonly sampleId?: string | undefined
}

/** `not_found`: the caller may not even know that the recording exists. */
export type Decision =
  | 'allowed'
  | 'not_found'
  | 'forbidden'
  | 'purpose_required'
  | 'purpose_expired'
  | 'listening_suspended'

/** Statuses in which there are no complete bytes; such a recording does not exist for anybody. */
const HIDDEN: readonly RecordingStatus[] = ['receiving', 'destroying', 'destroyed']

/** A member's own access (Art. 15 GDPR) lasts as long as the bytes, whatever happens to the purposes. */
const MEMBER_STATUSES: readonly RecordingStatus[] = ['processing', 'available', 'unplayable', 'quarantined']

/** Roles that know of every recording of their entities. */
const ENTITY_READERS: readonly Role[] = [
  'recorder',
  'importer',
  'privacy_officer',
  'records_manager',
  'auditor',
]

/** Roles that have business with recordings of their entities, and so get an honest 403 instead of 404. */
const STAFF: readonly Role[] = [...ENTITY_READERS, 'agent', 'coach', 'fraud_analyst', 'medical_adviser']

interface Listener {
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

/** People who serve members; not systems, operators or whoever checks others. */
const EMERGENCY_ROLES: readonly Role[] = [
  'agent',
  'coach',
  'fraud_analyst',
  'medical_adviser',
  'privacy_officer',
  'records_manager',
]

const BYTES_TO_HEAR: readonly RecordingStatus[] = ['processing', 'available', 'unlinked', 'quarantined']

const SPECIAL_CATEGORIES: readonly string[] = ['health', 'criminal']

type Rule = (actor: Actor, subject: Subject, now: Date, intent: Intent) => Decision

const RULES: Record<Exclude<Action, 'list'>, Rule> = {
  ingest: (actor, subject) =>
    hasRole(actor, 'recorder', 'importer') && knowsEntity(actor, subject) ? 'allowed' : 'forbidden',
  read: (actor, subject) => {
    if (isOwn(actor, subject)) return 'allowed'
    const knows = readsEntities(actor) || isOwnContact(actor, subject) || subject.breakGlass === 'live'
    return staffDecision(actor, subject, knows)
  },
  listen: (actor, subject, now, intent) => {
    if (isOwn(actor, subject)) return 'allowed'
    return earliest(staffDecision(actor, subject, true), () => {
      if (subject.suspended) return 'listening_suspended'
      if (intent.sampleId !== undefined) return mayCoach(actor, subject)
      return orInEmergency(mayListen(actor, subject, now, intent), actor, subject)
    })
  },
  copy: (actor, subject) => (isOwn(actor, subject) ? 'allowed' : staffDecision(actor, subject, false)),
  accesses: (actor, subject) => {
    if (isOwn(actor, subject)) return 'allowed'
    return staffDecision(actor, subject, hasRole(actor, 'privacy_officer', 'auditor'))
  },
  break_glass: (actor, subject) =>
    earliest(staffDecision(actor, subject, true), () => mayBreakGlass(actor, subject)),
}

/**
 * Whether the actor may do this to the recording at this instant: deny by default, the most restrictive
 * condition wins. `list` needs no subject; its rows are scoped by the query. Pure, so that a request, a
 * running stream and the answer's `allowed` field cannot disagree.
 */
export function can(
  actor: Actor,
  action: Action,
  subject: Subject | null,
  now: Date,
  intent: Intent = {},
): Decision {
  const decision = action === 'list' ? mayList(actor) : decide(actor, action, subject, now, intent)
  // Somebody whose engagement ended has no business here; as a member, they keep their own recordings.
  if (decision === 'allowed' && isEnded(actor, now) && !(subject && isOwn(actor, subject))) return 'forbidden'
  return decision
}

function decide(
  actor: Actor,
  action: Exclude<Action, 'list'>,
  subject: Subject | null,
  now: Date,
  intent: Intent,
): Decision {
  if (!subject || (action !== 'ingest' && HIDDEN.includes(subject.status))) return 'not_found'
  return RULES[action](actor, subject, now, intent)
}

/** What may be done to a recording, as the answer's `allowed` field says it. */
export function allowedActions(
  actor: Actor,
  subject: Subject,
  now: Date,
): ('listen' | 'copy' | 'accesses')[] {
  const mayWithSomePurpose = subject.tags.some(
    ({ purpose }) => can(actor, 'listen', subject, now, { purpose, caseRef: '-' }) === 'allowed',
  )
  const listen = mayWithSomePurpose || can(actor, 'listen', subject, now) === 'allowed'
  const others = (['copy', 'accesses'] as const).filter(
    (action) => can(actor, action, subject, now) === 'allowed',
  )
  return [...(listen ? (['listen'] as const) : []), ...others]
}

/** Who may ask for a list: whoever has rows of their own or sees those of an entity. */
const mayList = (actor: Actor): Decision =>
  hasRole(actor, 'member', 'agent', ...ENTITY_READERS) ? 'allowed' : 'forbidden'

/**
 * Whether the purpose is in force: its last day, in Amsterdam, is not over. A tag that awaits its
 * trigger (a policy that has not ended) is in force too; only its end is not known yet.
 */
export function isInForce(tag: TagFacts, now: Date): boolean {
  if (tag.state === 'pending_trigger') return tag.retainUntil === null || dayOf(now) <= tag.retainUntil
  return tag.state === 'active' && tag.retainUntil !== null && dayOf(now) <= tag.retainUntil
}

/** The rows an actor may know of at all, for queries: an own member reference, and entities for staff. */
export interface Scope {
  readonly memberRef: string | null
  readonly entities: readonly string[]
}

export const scopeOf = (actor: Actor): Scope => ({
  memberRef: hasRole(actor, 'member') ? actor.memberRef : null,
  entities: hasRole(actor, ...STAFF) ? actor.entities : [],
})

/** Whether the actor sees every recording of their entities, and not only calls of their own. */
export const readsEntities = (actor: Actor): boolean => hasRole(actor, ...ENTITY_READERS)

const isOwn = (actor: Actor, subject: Subject): boolean =>
  hasRole(actor, 'member') &&
  actor.memberRef !== null &&
  actor.memberRef === subject.memberRef &&
  MEMBER_STATUSES.includes(subject.status)

/** A call that the agent took part in. */
const isOwnContact = (actor: Actor, subject: Subject): boolean =>
  hasRole(actor, 'agent') && subject.agentRef !== null && subject.agentRef === actor.sub

const knowsEntity = (actor: Actor, subject: Subject): boolean => actor.entities.includes(subject.entity)

const isEnded = (actor: Actor, now: Date): boolean =>
  actor.engagedUntil !== null && dayOf(now) > actor.engagedUntil

function staffDecision(actor: Actor, subject: Subject, allowed: boolean): Decision {
  if (!hasRole(actor, ...STAFF) || !knowsEntity(actor, subject)) return 'not_found'
  return allowed ? 'allowed' : 'forbidden'
}

const earliest = (first: Decision, next: () => Decision): Decision => (first === 'allowed' ? next() : first)

function mayListen(actor: Actor, subject: Subject, now: Date, { purpose, caseRef }: Intent): Decision {
  const listeners = LISTENERS.filter(({ role }) => hasRole(actor, role))
  if (listeners.length === 0 || !actor.confidentialitySigned) return 'forbidden'
  if (!purpose || !caseRef) return 'purpose_required'
  const fits = listeners.some((listener) => listener.purposes.includes(purpose) && mayHear(listener, subject))
  if (!fits || subject.restricted) return 'forbidden'
  // Quarantine means that no purpose is left; the bytes wait for destruction.
  if (subject.status === 'quarantined') return 'purpose_expired'
  // While it is being processed its original can be heard.
  if (subject.status !== 'available' && subject.status !== 'processing') return 'forbidden'
  const tag = subject.tags.find((candidate) => candidate.purpose === purpose)
  return tag && isInForce(tag, now) ? 'allowed' : 'purpose_expired'
}

/** Access that was opened for an emergency counts where the usual rules do not let somebody listen. */
function orInEmergency(usual: Decision, actor: Actor, subject: Subject): Decision {
  return usual !== 'allowed' && subject.breakGlass === 'live' ? mayBreakGlass(actor, subject) : usual
}

/**
 * Whom an emergency may open a recording to: people of the entity who signed for confidentiality, whatever its
 * purposes, its sensitivity and the case. A restriction stays closed (Art. 18 GDPR: storage only).
 */
function mayBreakGlass(actor: Actor, { restricted, status, suspended }: Subject): Decision {
  if (suspended) return 'listening_suspended'
  const isNamed = hasRole(actor, ...EMERGENCY_ROLES) && actor.confidentialitySigned
  return isNamed && !restricted && BYTES_TO_HEAR.includes(status) ? 'allowed' : 'forbidden'
}

/** Coaches hear what was drawn for them, as long as it may be used for training. */
function mayCoach(actor: Actor, { assignment, restricted, status }: Subject): Decision {
  if (!hasRole(actor, 'coach') || !actor.confidentialitySigned) return 'forbidden'
  if (assignment === undefined || assignment === 'none' || restricted) return 'forbidden'
  if (assignment === 'over' || status === 'quarantined') return 'purpose_expired'
  return status === 'available' ? 'allowed' : 'forbidden'
}

function mayHear(listener: Listener, { sensitivity }: Subject): boolean {
  if (listener.onlyIf && !sensitivity.includes(listener.onlyIf)) return false
  return SPECIAL_CATEGORIES.every((flag) => !sensitivity.includes(flag) || listener.mayHear.includes(flag))
}
