import type { RefusalReason } from '../kernel/problem.ts'

/** `not_found`: the caller may not even know that the recording exists. */
export type Decision =
  | 'allowed'
  | 'not_found'
  | 'forbidden'
  | 'purpose_required'
  | 'purpose_expired'
  | 'listening_suspended'

/** A decision with the condition that was not met; `not_found` has none, because it must say nothing. */
export type Verdict =
  | { readonly decision: 'allowed' | 'not_found' }
  | { readonly decision: Exclude<Decision, 'allowed' | 'not_found'>; readonly reason: RefusalReason }

export type Refusal = Verdict & { readonly decision: Exclude<Decision, 'allowed'> }

export const ALLOWED: Verdict = { decision: 'allowed' }
export const NOT_FOUND: Refusal = { decision: 'not_found' }
export const SUSPENDED: Refusal = { decision: 'listening_suspended', reason: 'listening_suspended' }

export const forbidden = (reason: RefusalReason): Refusal => ({ decision: 'forbidden', reason })
export const undeclared = (reason: RefusalReason): Refusal => ({ decision: 'purpose_required', reason })
export const expired = (reason: RefusalReason): Refusal => ({ decision: 'purpose_expired', reason })

export const isRefusal = (verdict: Verdict): verdict is Refusal => verdict.decision !== 'allowed'

export const reasonOf = (refusal: Refusal): RefusalReason | undefined =>
  'reason' in refusal ? refusal.reason : undefined
