import type { Intent } from '../access/policy.ts'
import { Problem } from '../kernel/problem.ts'
import { TRAINING } from './training-use.ts'

/**
 * What staff declare, in whole: who names a sample listens for training and has no case. Throws Problem
 * `invalid_request` for a sample beside a purpose or a case, which would leave open which of them counts.
 */
export function declaredIntent(intent: Pick<Intent, 'purpose' | 'caseRef' | 'sampleId'>): Intent {
  if (intent.sampleId === undefined) return intent
  if (intent.purpose !== undefined || intent.caseRef !== undefined)
    throw new Problem('invalid_request', {
      errors: [{ field: 'sampleId', message: 'goes without purpose and caseRef' }],
    })
  return { purpose: TRAINING, sampleId: intent.sampleId }
}
