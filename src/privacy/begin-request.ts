import type { LegalBasis } from '../recordings/model.ts'
import { TRAINING } from '../recordings/training-use.ts'
import { lockItemsIn, updateItems } from './answer-queries.ts'
import { carryOut, type Execution, holdBack, unlessForbidden } from './carry-out.ts'
import { OWN_WORD_ANSWERS } from './own-word-answers.ts'
import type { ItemRow } from './request-queries.ts'
import { hasRight } from './request-rights.ts'

/**
 * What counts from the receipt on: a withdrawal of consent, and an objection to training, which is a choice that we
 * offer, are carried out at once; other objections suspend the purpose, and what is contested is restricted.
 */
export async function begin(execution: Execution, requestId: string): Promise<void> {
  const items = await lockItemsIn(execution.tx, requestId, ['open'], TYPES)
  for (const type of TYPES) {
    const own = items.filter((item) => item.type === type)
    await grantAtOnce(execution, requestId, own.filter(isOwnWord))
    await holdBack(
      execution,
      own.filter((item) => item.type === 'rectification' || isToBeWeighed(item)),
    )
  }
}

const TYPES = ['consent_withdrawal', 'objection', 'rectification'] as const

const isAgainstInterest = ({ legal_basis }: ItemRow): boolean =>
  legal_basis !== null && hasRight('objection', legal_basis as LegalBasis)

/** What members read when their own word is enough. */
const isOwnWord = (item: ItemRow): boolean =>
  item.type === 'consent_withdrawal' ||
  (item.type === 'objection' && item.purpose === TRAINING && isAgainstInterest(item))

const isToBeWeighed = (item: ItemRow): boolean =>
  item.type === 'objection' && item.purpose !== TRAINING && isAgainstInterest(item)

/** Where the law stands in the way of one, a person answers it. */
async function grantAtOnce(
  execution: Execution,
  requestId: string,
  items: readonly ItemRow[],
): Promise<void> {
  const meant = items.filter(({ recording_id, purpose }) => recording_id !== null && purpose !== null)
  const outcomes = await carryOut(execution, meant)
  const done = meant.flatMap((item, i) => {
    const result = unlessForbidden(outcomes[i])
    return result === undefined ? [] : [{ item, result }]
  })
  for (const [result, alike] of Map.groupBy(done, (one) => one.result)) {
    const type = alike[0]?.item.type ?? ''
    const answer = OWN_WORD_ANSWERS[type as keyof typeof OWN_WORD_ANSWERS].nl
    const decided = { decided_at: execution.at, executed_at: execution.at }
    const numbers = alike.map(({ item }) => item.n)
    await updateItems(execution.tx, requestId, type, numbers, {
      state: 'granted',
      answer,
      result,
      ...decided,
    })
  }
}
