import type { Identity, RequestState } from './request-model.ts'

/** How many questions of a request stand where. */
export interface ItemCounts {
  readonly open: number
  /** Refusals that a second person has not approved yet. */
  readonly proposed: number
  /** Granted, in whole or in part, and not carried out yet. */
  readonly waiting: number
  readonly executed: number
  readonly refused: number
}

/** What the state of a request follows from. */
export interface StateFacts {
  readonly identity: Identity
  readonly isTakenUp: boolean
  readonly isExtended: boolean
  readonly isWithdrawn: boolean
  readonly isClosed: boolean
  readonly items: ItemCounts
}

/**
 * The one answer to where a request is. received -> identity_check? -> in_review -> extended? -> decided -> fulfilled
 * -> closed, or withdrawn. It is `decided` once every question has an answer that stands, and `fulfilled` once
 * everything that was granted is done; what was refused altogether stays `decided` until it is closed. No time
 * that passes turns anything into a refusal. Pure.
 */
export function stateOf({ items, ...facts }: StateFacts): RequestState {
  if (facts.isWithdrawn) return 'withdrawn'
  if (items.open + items.proposed > 0) return unanswered(facts)
  if (facts.isClosed) return 'closed'
  return items.waiting === 0 && items.executed > 0 ? 'fulfilled' : 'decided'
}

function unanswered({ identity, isExtended, isTakenUp }: Omit<StateFacts, 'items'>): RequestState {
  if (identity === 'asked') return 'identity_check'
  if (isExtended) return 'extended'
  return isTakenUp ? 'in_review' : 'received'
}

/** Whether anything is left to be done with it. */
export const isOver = ({ items, isWithdrawn }: Pick<StateFacts, 'items' | 'isWithdrawn'>): boolean =>
  isWithdrawn || items.open + items.proposed + items.waiting === 0

/** Who looks at a request. */
export type Viewer = 'member' | 'filer' | 'officer'

export const NEXT_STEPS = [
  'take_up',
  'ask_identity',
  'answer_identity',
  'confirm_identity',
  'extend',
  'decide',
  'approve',
  'add_view',
  'record_fee',
  'accept_fee',
  'confirm_address',
  'confirm_download',
  'withdraw',
] as const
export type NextStep = (typeof NEXT_STEPS)[number]

export interface StepFacts extends StateFacts {
  readonly state: RequestState
  /** The last day on which the period can still be extended has not passed. */
  readonly canExtend: boolean
  readonly feeAsked: boolean
  readonly addressToConfirm: boolean
  readonly isDelivered: boolean
  readonly isDownloadConfirmed: boolean
  readonly isHumanReview: boolean
}

/** What the viewer may do next; what a page offers, and what a use case allows. Pure. */
export const nextStepsOf = (facts: StepFacts, viewer: Viewer): NextStep[] =>
  NEXT_STEPS.filter((step) => RULES[step].who.includes(viewer) && RULES[step].when(facts, viewer))

/** Why somebody may not do this now; undefined when they may. Pure. */
export function refusalOf(
  step: NextStep,
  facts: StepFacts,
  viewer: Viewer,
): 'forbidden' | 'not_open' | 'period_over' | undefined {
  const { who, when } = RULES[step]
  if (!who.includes(viewer)) return 'forbidden'
  if (step === 'extend' && !facts.canExtend) return 'period_over'
  return when(facts, viewer) ? undefined : 'not_open'
}

const hasOpen = ({ items, isWithdrawn }: StepFacts): boolean => !isWithdrawn && items.open > 0
const isUnderway = (facts: StepFacts): boolean =>
  !facts.isWithdrawn && facts.items.open + facts.items.proposed > 0

const RULES: Readonly<
  Record<NextStep, { readonly who: readonly Viewer[]; when(facts: StepFacts, viewer: Viewer): boolean }>
> = {
  take_up: { who: ['officer'], when: (facts) => hasOpen(facts) && !facts.isTakenUp },
  ask_identity: { who: ['officer'], when: (facts) => hasOpen(facts) && facts.identity !== 'asked' },
  answer_identity: { who: ['member'], when: (facts) => hasOpen(facts) && facts.identity === 'asked' },
  confirm_identity: {
    who: ['member', 'filer', 'officer'],
    // A doubt is for an officer to end; a call back or the portal only confirms what was filed for somebody.
    when: (facts, viewer) =>
      isUnderway(facts) &&
      (viewer === 'officer' ? facts.identity !== 'confirmed' : facts.identity === 'unconfirmed'),
  },
  extend: { who: ['officer'], when: (facts) => isUnderway(facts) && !facts.isExtended && facts.canExtend },
  // Also what was refused before: a review may end differently, or the reason may last longer.
  decide: {
    who: ['officer'],
    when: (facts) => !facts.isWithdrawn && !facts.isClosed && facts.items.open + facts.items.refused > 0,
  },
  approve: { who: ['officer'], when: ({ items, isWithdrawn }) => !isWithdrawn && items.proposed > 0 },
  add_view: { who: ['member', 'filer'], when: (facts) => facts.isHumanReview && isUnderway(facts) },
  record_fee: { who: ['officer'], when: (facts) => hasOpen(facts) && !facts.feeAsked },
  accept_fee: { who: ['member'], when: (facts) => isUnderway(facts) && facts.feeAsked },
  confirm_address: { who: ['member'], when: (facts) => !facts.isWithdrawn && facts.addressToConfirm },
  confirm_download: {
    who: ['member'],
    when: ({ isDelivered, isDownloadConfirmed }) => isDelivered && !isDownloadConfirmed,
  },
  withdraw: { who: ['member', 'filer'], when: (facts) => isUnderway(facts) || facts.items.waiting > 0 },
}
