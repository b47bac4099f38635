import type { LegalBasis } from '../recordings/model.ts'
import { TRAINING } from '../recordings/training-use.ts'
import { lockItemsIn, updateItem } from './answer-queries.ts'
import { carryOut, type Execution, holdBack, unlessForbidden } from './carry-out.ts'
import { OWN_WORD_ANSWERS } from './own-word-answers.ts'
import type { ItemRow } from './request-queries.ts'
import { hasRight } from './request-rights.ts'

/**
 * What counts from the receipt on: a withdrawal of consent, and an objection to training, which is a choice that we
 * offer, are carried out at once; other objections suspend the purpose, and what is contested is restricted.
 */
export async function begin(execution: Execution, requestId: string): Promise<void> {
  const types = ['objection', 'consent_withdrawal', 'rectification'] as const
  for (const item of await lockItemsIn(execution.tx, requestId, ['open'], types)) {
    if (item.type === 'consent_withdrawal') await grantAtOnce(execution, item)
    else if (item.type === 'rectification') await holdBack(execution, item)
    else if (item.purpose === TRAINING && isAgainstInterest(item)) await grantAtOnce(execution, item)
    else if (isAgainstInterest(item)) await holdBack(execution, item)
  }
}

const isAgainstInterest = ({ legal_basis }: ItemRow): boolean =>
  legal_basis !== null && hasRight('objection', legal_basis as LegalBasis)

/** Where the law stands in the way of one, a person answers it. */
async function grantAtOnce(execution: Execution, item: ItemRow): Promise<void> {
  if (item.recording_id === null || item.purpose === null) return
  const result = await unlessForbidden(() => carryOut(execution, item))
  if (result === undefined) return
  const answer = OWN_WORD_ANSWERS[item.type as keyof typeof OWN_WORD_ANSWERS].nl
  const decided = { decided_at: execution.at, executed_at: execution.at }
  await updateItem(execution.tx, item, { state: 'granted', answer, result, ...decided })
}
