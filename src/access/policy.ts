import type { RecordingStatus, TagState } from '../db/schema.ts'
import { dayOf } from '../kernel/calendar.ts'
import { type Actor, hasRole, type Role } from './actor.ts'
import { listenersOf, mayListForCase, notForEars } from './listeners.ts'
import {
  ALLOWED,
  type Decision,
  expired,
  forbidden,
  NOT_FOUND,
  SUSPENDED,
  undeclared,
  type Verdict,
} from './verdict.ts'

export const ACTIONS = [
  'ingest',
  'list',
  'list_for_case',
  'read',
  'listen',
  'copy',
  'accesses',
  'break_glass',
] as const

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

type Rule = (actor: Actor, subject: Subject, now: Date, intent: Intent) => Verdict

const RULES: Record<Exclude<Action, 'list' | 'list_for_case'>, Rule> = {
  ingest: (actor, subject) =>
    hasRole(actor, 'recorder', 'importer') && knowsEntity(actor, subject) ? ALLOWED : forbidden('role'),
  read: (actor, subject) => {
    if (isOwn(actor, subject)) return ALLOWED
    const knows = readsEntities(actor) || isOwnContact(actor, subject) || subject.breakGlass === 'live'
    return staffVerdict(actor, subject, knows)
  },
  listen: (actor, subject, now, intent) => {
    if (isOwn(actor, subject)) return ALLOWED
    const known = staffVerdict(actor, subject, true)
    if (known !== ALLOWED) return known
    if (subject.suspended) return SUSPENDED
    if (intent.sampleId !== undefined) return mayCoach(actor, subject)
    return orInEmergency(mayListen(actor, subject, now, intent), actor, subject)
  },
  copy: (actor, subject) => (isOwn(actor, subject) ? ALLOWED : staffVerdict(actor, subject, false)),
  accesses: (actor, subject) => {
    if (isOwn(actor, subject)) return ALLOWED
    return staffVerdict(actor, subject, hasRole(actor, 'privacy_officer', 'auditor'))
  },
  break_glass: (actor, subject) => {
    const known = staffVerdict(actor, subject, true)
    return known === ALLOWED ? mayBreakGlass(actor, subject) : known
  },
}

/**
 * Whether the actor may do this to the recording at this instant, and which condition is not met: deny by
 * default, the most restrictive condition wins. Lists need no subject; their rows are scoped by the query.
 * Pure, so that a request, a running stream and the answer's `allowed` field cannot disagree.
 */
export function judge(
  actor: Actor,
  action: Action,
  subject: Subject | null,
  now: Date,
  intent: Intent = {},
): Verdict {
  const verdict = judgeAction(actor, action, subject, now, intent)
  // Somebody whose engagement ended has no business here; as a member, they keep their own recordings.
  if (verdict === ALLOWED && isEnded(actor, now) && !(subject && isOwn(actor, subject)))
    return forbidden('engagement_over')
  return verdict
}

/** What `judge` decides, for whoever need not say why. */
export const can = (...asked: Parameters<typeof judge>): Decision => judge(...asked).decision

function judgeAction(
  actor: Actor,
  action: Action,
  subject: Subject | null,
  now: Date,
  intent: Intent,
): Verdict {
  if (action === 'list') return mayList(actor)
  if (action === 'list_for_case') return mayListForCase(actor, intent)
  return judgeSubject(actor, action, subject, now, intent)
}

function judgeSubject(
  actor: Actor,
  action: Exclude<Action, 'list' | 'list_for_case'>,
  subject: Subject | null,
  now: Date,
  intent: Intent,
): Verdict {
  if (!subject || (action !== 'ingest' && HIDDEN.includes(subject.status))) return NOT_FOUND
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
const mayList = (actor: Actor): Verdict =>
  hasRole(actor, 'member', 'agent', ...ENTITY_READERS) ? ALLOWED : forbidden('role')

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

function staffVerdict(actor: Actor, subject: Subject, allowed: boolean): Verdict {
  if (!hasRole(actor, ...STAFF) || !knowsEntity(actor, subject)) return NOT_FOUND
  return allowed ? ALLOWED : forbidden('role')
}

/** What is wrong with the listener and what they declare comes before anything that tells of the call. */
function mayListen(actor: Actor, subject: Subject, now: Date, { purpose, caseRef }: Intent): Verdict {
  const listeners = listenersOf(actor)
  if (listeners.length === 0) return forbidden('role')
  if (!actor.confidentialitySigned) return forbidden('confidentiality_not_signed')
  if (!purpose) return undeclared('purpose_missing')
  if (!caseRef) return undeclared('case_missing')
  const fitting = listeners.filter(({ purposes }) => purposes.includes(purpose))
  if (fitting.length === 0) return forbidden('other_purpose')
  const unheard = fitting.map((listener) => notForEars(listener, subject))
  if (unheard.every((reason) => reason !== null)) return forbidden(unheard[0] ?? 'role')
  return mayUse(subject, purpose, now)
}

/** Access that was opened for an emergency counts where the usual rules do not let somebody listen. */
function orInEmergency(usual: Verdict, actor: Actor, subject: Subject): Verdict {
  return usual !== ALLOWED && subject.breakGlass === 'live' ? mayBreakGlass(actor, subject) : usual
}

/**
 * Whom an emergency may open a recording to: people of the entity who signed for confidentiality, whatever its
 * purposes, its sensitivity and the case. A restriction stays closed (Art. 18 GDPR: storage only).
 */
function mayBreakGlass(actor: Actor, { restricted, status, suspended }: Subject): Verdict {
  if (suspended) return SUSPENDED
  if (!hasRole(actor, ...EMERGENCY_ROLES)) return forbidden('role')
  if (!actor.confidentialitySigned) return forbidden('confidentiality_not_signed')
  if (restricted) return forbidden('restricted')
  return BYTES_TO_HEAR.includes(status) ? ALLOWED : forbidden('not_playable')
}

/** Whether the recording can be heard for the purpose now, whoever listens. */
function mayUse({ restricted, status, tags }: Subject, purpose: string, now: Date): Verdict {
  if (restricted) return forbidden('restricted')
  // Quarantine means that no purpose is left; the bytes wait for destruction.
  if (status === 'quarantined') return expired('quarantined')
  // While it is being processed its original can be heard.
  if (status !== 'available' && status !== 'processing') return forbidden('not_playable')
  const tag = tags.find((candidate) => candidate.purpose === purpose)
  if (!tag) return expired('purpose_absent')
  if (isInForce(tag, now)) return ALLOWED
  return expired(STOPPED.includes(tag.state) ? 'purpose_stopped' : 'purpose_ended')
}

const STOPPED: readonly TagState[] = ['suspended', 'objected', 'withdrawn']

/** Coaches hear what was drawn for them, as long as it may be used for training. */
function mayCoach(actor: Actor, { assignment, restricted, status }: Subject): Verdict {
  if (!hasRole(actor, 'coach')) return forbidden('role')
  if (!actor.confidentialitySigned) return forbidden('confidentiality_not_signed')
  if (assignment === undefined || assignment === 'none') return forbidden('not_assigned')
  if (restricted) return forbidden('restricted')
  if (assignment === 'over') return expired('assignment_over')
  if (status === 'quarantined') return expired('quarantined')
  return status === 'available' ? ALLOWED : forbidden('not_playable')
}
