export interface RulesWish {
  readonly version: number
  readonly trainingDays: number
}

export const PURPOSES = ['training', 'consented', 'contract', 'law'] as const
export type Purpose = (typeof PURPOSES)[number]

/** Last day of each purpose, counted from its event; training's is the one that new rules change. */
export const DAYS: Readonly<Record<Exclude<Purpose, 'training'>, number>> = {
  consented: 20,
  contract: 15,
  law: 30,
}

/** Rules in whole days, so that the test's own arithmetic is that of integers. */
export const rulesWith = ({ version, trainingDays }: RulesWish): string => `
format: 1
catalogue:
  entities: [hmbs]
  products: [home]
  purposes:
    training: { basis: legitimate_interests, nl: t, en: t }
    consented: { basis: consent, nl: c, en: c }
    contract: { basis: contract, nl: o, en: o }
    law: { basis: legal_obligation, nl: w, en: w }
  notices:
    n1: [training, consented, contract, law]
rules:
  - { id: training, version: ${version}, purpose: training, trigger: call.ended, period: P${trainingDays}D, disposition: delete, ground: g, source: s }
  - { id: consented, version: 1, purpose: consented, trigger: call.ended, period: P${DAYS.consented}D, disposition: delete, ground: g, source: s }
  - { id: contract, version: 1, purpose: contract, trigger: policy.ended, period: P${DAYS.contract}D, disposition: anonymise, ground: g, source: s }
  - { id: law, version: 1, purpose: law, trigger: call.ended, period: P${DAYS.law}D, minimum: P${DAYS.law}D, disposition: delete, ground: g, source: s }
`
