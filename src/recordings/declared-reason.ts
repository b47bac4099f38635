import { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { hasRole } from '../access/actor.ts'
import { CaseRef } from './listen-schema.ts'

/** For what somebody looks up whose call a recording is; a closed set, so that no name gets into the audit. */
export const LOOKUP_REASONS = [
  'privacy_request',
  'complaint',
  'claim',
  'litigation',
  'regulator',
  'incident',
  'unlinked_call',
  'retention_check',
] as const

/** Reasons that are no matter of somebody's: there is no file with a number. */
const WITHOUT_FILE: readonly string[] = ['unlinked_call', 'retention_check']

export interface DeclaredReason {
  readonly reason?: (typeof LOOKUP_REASONS)[number] | undefined
  /** Number of the file. */
  readonly caseRef?: string | undefined
}

export const Reason = z.enum(LOOKUP_REASONS).meta({ description: 'For what the member is looked up' })

export const declaredReason = {
  reason: Reason.optional(),
  caseRef: CaseRef.optional().meta({
    description: 'Number of the file; with a reason required, except unlinked_call and retention_check',
  }),
}

/** Whether the reason has the file that it needs; without a reason there is nothing to check. */
export const hasItsFile = ({ reason, caseRef }: DeclaredReason): boolean =>
  reason === undefined || caseRef !== undefined || WITHOUT_FILE.includes(reason)

export const FILE_MISSING = { path: ['caseRef'], message: 'name the file for which the member is looked up' }

/**
 * Whether the actor gets to see whose call it is. People in a browser see that only after they said for what;
 * programs with a token answer for what they ask, as their owner arranged it. Pure.
 */
export const mayNamePeople = (actor: Actor, { reason }: DeclaredReason): boolean =>
  reason !== undefined ||
  actor.via === 'token' ||
  !hasRole(actor, 'privacy_officer', 'records_manager', 'auditor')
