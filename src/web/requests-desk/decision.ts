import type { RequestType } from '../rights/contract.ts'

/** What an officer has filled in; fields that do not belong to the outcome are not sent. */
export interface Answer {
  readonly outcome: 'granted' | 'partial' | 'refused'
  readonly reason: string
  readonly refusedUntil: string
  readonly text: string
  readonly necessity: string
  readonly proportionality: string
  readonly reviewOn: string
  readonly earlierDecider: string
}

export const EMPTY_ANSWER: Answer = {
  outcome: 'granted',
  reason: 'LegallyExempted',
  refusedUntil: '',
  text: '',
  necessity: '',
  proportionality: '',
  reviewOn: '',
  earlierDecider: '',
}

/** Art. 41 UAVG: needs its grounds, a day to look again, and a second person. */
export const isRestriction = ({ outcome, reason }: Answer): boolean =>
  outcome === 'refused' && reason === 'CrimeInvestigationImpaired'

export function decisionOf(type: RequestType, items: readonly number[], answer: Answer) {
  const { outcome, reason, refusedUntil, text, necessity, proportionality, reviewOn, earlierDecider } = answer
  return {
    type,
    items,
    outcome,
    text: text.trim(),
    ...(outcome === 'granted' ? {} : { reason }),
    ...(outcome === 'refused' && refusedUntil ? { refusedUntil } : {}),
    ...(isRestriction(answer) ? { uavg41: { necessity, proportionality, reviewOn } } : {}),
    ...(type === 'human_review' && earlierDecider.trim() ? { earlierDecider: earlierDecider.trim() } : {}),
  }
}
