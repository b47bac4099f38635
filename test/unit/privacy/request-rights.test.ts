import { describe, expect, it, test } from 'vitest'
import { REQUEST_TYPES, type RequestType } from '../../../src/privacy/request-model.ts'
import { questionsOf } from '../../../src/privacy/request-questions.ts'
import { hasRight } from '../../../src/privacy/request-rights.ts'
import type { LegalBasis } from '../../../src/recordings/model.ts'

/** As published: legal_basis_rights_mapping of DPV 2.0, with human review against (c) by Art. 40(3) UAVG. */
const PUBLISHED: Readonly<Record<string, readonly [a: string, b: string, c: string, f: string]>> = {
  access: ['y', 'y', 'y', 'y'],
  copy: ['y', 'y', 'y', 'y'],
  audit_view: ['y', 'y', 'y', 'y'],
  rectification: ['y', 'y', 'y', 'y'],
  erasure: ['y', 'y', 'n', 'y'],
  restriction: ['y', 'y', 'y', 'y'],
  portability: ['y', 'y', 'n', 'n'],
  objection: ['n', 'n', 'n', 'y'],
  human_review: ['y', 'y', 'y', 'y'],
  consent_withdrawal: ['y', 'n', 'n', 'n'],
}
const BASES: readonly LegalBasis[] = ['consent', 'contract', 'legal_obligation', 'legitimate_interests']

it.each(
  REQUEST_TYPES.flatMap((type) => BASES.map((basis, i) => [type, basis, PUBLISHED[type]?.[i]] as const)),
)('T27: %s against %s: %s', (type, basis, expected) => {
  expect(hasRight(type, basis) ? 'y' : 'n').toBe(expected)
})

describe('the questions of a request', () => {
  const tag = (purpose: string, legalBasis: LegalBasis, state = 'active' as const) => ({
    ...{ purpose, legalBasis, state },
    retainUntil: '2026-07-15',
  })
  const one = {
    id: 'r1',
    entity: 'hmbs',
    tags: [
      tag('training_coaching', 'legitimate_interests'),
      tag('fraud_prevention', 'legitimate_interests'),
      tag('contract_performance', 'contract'),
    ],
  }
  const ended = {
    id: 'r2',
    entity: 'hmbs',
    tags: [{ ...tag('training_coaching', 'consent'), state: 'withdrawn' as const }],
  }
  const asked = (types: readonly RequestType[], purposes?: readonly string[]) =>
    questionsOf(types, [one, ended], purposes).map(
      ({ type, recordingId, purpose }) => `${type} ${recordingId} ${purpose}`,
    )

  test('an objection without purposes is about those that it can be made against', () => {
    expect(asked(['objection'])).toEqual(['objection r1 training_coaching', 'objection r1 fraud_prevention'])
  })

  test('an objection that names a contract is a question all the same', () => {
    expect(asked(['objection'], ['contract_performance'])).toEqual(['objection r1 contract_performance'])
  })

  test('an erasure is about every purpose that still counts, and about a call that goes anyway', () => {
    expect(asked(['erasure'])).toEqual([
      ...['erasure r1 training_coaching', 'erasure r1 fraud_prevention', 'erasure r1 contract_performance'],
      'erasure r2 null',
    ])
  })

  test('consent is withdrawn where there is consent, or the choice that is offered for training', () => {
    expect(asked(['consent_withdrawal'])).toEqual(['consent_withdrawal r1 training_coaching'])
  })

  test('a right with nothing to be asked about is one question', () => {
    expect(questionsOf(['access', 'erasure'], [], undefined)).toMatchObject([
      { type: 'access', recordingId: null },
      { type: 'erasure', recordingId: null },
    ])
    expect(asked(['human_review'])).toEqual(['human_review null null'])
  })
})
