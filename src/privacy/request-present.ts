import type { Selectable } from 'kysely'
import type { PrivacyRequestStepTable } from '../db/privacy-schema.ts'
import { addPeriod, dayOf } from '../kernel/calendar.ts'
import type { LegalBasis } from '../recordings/model.ts'
import type { DeadlineOptions } from './deadline.ts'
import { englishOf } from './own-word-answers.ts'
import { type ClockFacts, clocksOf } from './request-clock.ts'
import { type ReasonCode, type RequestState, type RequestType, ROUTES } from './request-model.ts'
import type { ItemRow, RequestRow, ShownItem } from './request-queries.ts'
import { hasRight } from './request-rights.ts'
import type { ItemJson, RequestJson, RequestSummaryJson } from './request-schema.ts'
import { type ItemCounts, nextStepsOf, type StepFacts, type Viewer } from './request-state.ts'

/** How and when somebody looks. */
export interface Look {
  readonly viewer: Viewer
  readonly now: Date
  readonly options: DeadlineOptions
}

export const clockFactsOf = (row: RequestRow): ClockFacts => ({
  state: row.state as RequestState,
  receivedAt: row.received_at,
  targetDate: row.target_date,
  dueDate: row.due_date,
  extendedDueDate: row.extended_due_date,
  deadline: row.deadline,
  extendedAt: row.extended_at,
  identityAskedAt: row.identity_asked_at,
  identityAnsweredAt: row.identity_answered_at,
})

export const stepFactsOf = (row: RequestRow, items: ItemCounts, now: Date): StepFacts => ({
  state: row.state as RequestState,
  identity: row.identity,
  isTakenUp: row.taken_up_at !== null,
  isExtended: row.extended_at !== null,
  isWithdrawn: row.state === 'withdrawn',
  isClosed: row.closed_at !== null,
  items,
  canExtend: dayOf(now) <= row.due_date,
  feeAsked: row.fee_cents !== null && row.fee_accepted_at === null,
  addressToConfirm: row.transfer_to !== null && row.transfer_confirmed_at === null,
  isDelivered: row.delivered_at !== null,
  isDownloadConfirmed: row.download_confirmed_at !== null,
  isHumanReview: row.types.includes('human_review'),
})

export function presentSummary(row: RequestRow, items: ItemCounts, look: Look): RequestSummaryJson {
  const { viewer, now, options } = look
  return {
    id: row.id,
    types: row.types as RequestType[],
    state: row.state as RequestState,
    channel: row.channel as RequestSummaryJson['channel'],
    receivedAt: row.received_at.toISOString(),
    registeredAt: row.registered_at.toISOString(),
    filedAs: row.filed_as,
    clocks: clocksOf(clockFactsOf(row), now, options),
    counts: viewer === 'officer' ? items : { ...items, open: items.open + items.proposed, proposed: 0 },
    allowed: nextStepsOf(stepFactsOf(row, items, now), viewer),
    ...(viewer === 'member' ? {} : { memberRef: row.member_ref }),
    ...(viewer === 'officer' ? { takenUpBy: row.taken_up_by } : {}),
  }
}

type StepRow = Omit<Selectable<PrivacyRequestStepTable>, 'id' | 'request_id'>

export interface Dossier {
  readonly row: RequestRow
  readonly counts: ItemCounts
  readonly items: readonly ShownItem[]
  readonly itemsCursor: string | null
  readonly steps: readonly StepRow[]
}

export function presentRequest({ row, counts, items, itemsCursor, steps }: Dossier, look: Look): RequestJson {
  const { viewer } = look
  return {
    ...presentSummary(row, counts, look),
    message: row.message,
    proxy: proxyOf(row),
    identity: identityOf(row),
    extension:
      row.extended_at && row.extension_reason
        ? { reason: row.extension_reason, extendedAt: row.extended_at.toISOString() }
        : null,
    fee: {
      cents: row.fee_cents ?? 0,
      ground: row.fee_ground,
      note: row.fee_note,
      acceptedAt: text(row.fee_accepted_at),
    },
    decisionRef: row.decision_ref,
    transfer: row.transfer_to
      ? {
          name: row.transfer_to.name ?? '',
          address: row.transfer_to.address ?? '',
          confirmedAt: text(row.transfer_confirmed_at),
        }
      : null,
    delivery: {
      deliveredAt: text(row.delivered_at),
      downloadConfirmedAt: text(row.download_confirmed_at),
      eraseBy: row.erase_by,
    },
    routes: counts.refused > 0 ? routesFrom(latestRefusal(items) ?? look.now) : null,
    endedAt: text(row.ended_at),
    steps: steps
      .filter(({ type }) => viewer === 'officer' || !INTERNAL.includes(type))
      .map(presentStep(row, viewer)),
    items: viewer === 'filer' ? [] : items.map((item) => presentItem(item, viewer)),
    itemsCursor: viewer === 'filer' ? null : itemsCursor,
  }
}

/** Steps that say what a second person thinks about, before there is an answer. */
const INTERNAL: readonly string[] = ['proposed', 'proposal_approved', 'proposal_declined', 'proposal_expired']

export function presentItem(item: ShownItem, viewer: Viewer): ItemJson {
  const isHidden = viewer !== 'officer' && item.state === 'proposed'
  const state = isHidden ? 'open' : item.state
  const basis = item.legal_basis as LegalBasis | null
  return {
    type: item.type as RequestType,
    n: item.n,
    recordingId: item.recording_id,
    callStartedAt: text(item.call_started_at),
    purpose: item.purpose,
    legalBasis: item.legal_basis,
    rightExists: basis === null || hasRight(item.type as RequestType, basis),
    state,
    answer: isHidden ? null : item.answer,
    answerEn: isHidden ? null : englishOf(item.answer),
    decidedAt: isHidden ? null : text(item.decided_at),
    executedAt: text(item.executed_at),
    result: item.result,
    goneAt: text(item.gone_at),
    refusal: state === 'open' ? null : refusalOf(item),
    ...(viewer === 'officer' ? { decidedBy: item.decided_by, restriction: restrictionOf(item) } : {}),
  }
}

/** A refusal, in whole or in part, never comes without the ways to complain. */
function refusalOf(item: ItemRow): ItemJson['refusal'] {
  const { reason_code, decided_at, refused_until } = item
  if (reason_code === null || decided_at === null) return null
  return { code: reason_code as ReasonCode, refusedUntil: refused_until, routes: routesFrom(decided_at) }
}

/** The court can be asked within six weeks of the answer (Art. 35(2) UAVG). */
export const routesFrom = (decidedAt: Date): NonNullable<RequestJson['routes']> => ({
  authority: ROUTES.authority,
  court: { law: ROUTES.court.law, until: addPeriod(dayOf(decidedAt), ROUTES.court.within) },
})

const latestRefusal = (items: readonly ItemRow[]): Date | undefined =>
  items
    .flatMap(({ state, decided_at }) => (state === 'refused' && decided_at ? [decided_at] : []))
    .sort((a, b) => b.getTime() - a.getTime())[0]

const restrictionOf = ({ necessity, proportionality, review_on, approved_by }: ItemRow) =>
  necessity !== null && proportionality !== null && review_on !== null
    ? { necessity, proportionality, reviewOn: review_on, approvedBy: approved_by }
    : null

const proxyOf = ({ proxy_relation, proxy_mandate, proxy_until }: RequestRow): RequestJson['proxy'] =>
  proxy_relation && proxy_mandate && proxy_until
    ? {
        relation: proxy_relation as NonNullable<RequestJson['proxy']>['relation'],
        mandateRef: proxy_mandate,
        validUntil: proxy_until,
      }
    : null

const identityOf = (row: RequestRow): RequestJson['identity'] => ({
  state: row.identity,
  how: row.identity_how as RequestJson['identity']['how'],
  doubt: row.identity_doubt,
  question: row.identity_question,
  answer: row.identity_answer,
  askedAt: text(row.identity_asked_at),
  answeredAt: text(row.identity_answered_at),
})

const presentStep =
  (row: RequestRow, viewer: Viewer) =>
  ({ at, type, actor_sub, detail }: StepRow): RequestJson['steps'][number] => ({
    at: at.toISOString(),
    type,
    by: byWhom(row, actor_sub, type),
    ...(viewer === 'officer' && actor_sub !== null ? { actor: actor_sub } : {}),
    detail,
  })

/** No name of staff for the member; what the member did is theirs. */
function byWhom(row: RequestRow, actor: string | null, type: string): 'member' | 'staff' | 'service' {
  if (actor === null) return 'service'
  const isMembers = row.filed_as === 'member' ? actor === row.filed_by : MEMBERS_STEPS.includes(type)
  return isMembers ? 'member' : 'staff'
}

const MEMBERS_STEPS: readonly string[] = [
  'identity_answered',
  'fee_accepted',
  'address_confirmed',
  'download_confirmed',
]

const text = (at: Date | null): string | null => at?.toISOString() ?? null
