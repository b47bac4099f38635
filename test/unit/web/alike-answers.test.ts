import { expect, test } from 'vitest'
import { alike } from '../../../src/web/rights/alike.ts'
import type { Item } from '../../../src/web/rights/contract.ts'

const item = (n: number, part: Partial<Item> = {}): Item => ({
  type: 'erasure',
  n,
  recordingId: null,
  callStartedAt: null,
  purpose: null,
  legalBasis: null,
  rightExists: true,
  state: 'granted',
  answer: 'Ja.',
  answerEn: null,
  decidedAt: null,
  executedAt: null,
  result: null,
  goneAt: null,
  refusal: null,
  ...part,
})

const refusedUntil = (day: string): Partial<Item> => ({
  state: 'refused',
  refusal: {
    code: 'LegallyExempted',
    refusedUntil: day,
    routes: { authority: { name: '', url: '' }, court: { law: '', until: '' } },
  },
})

test('the same answer stands once, however many calls got it, and different days stay apart', () => {
  const groups = alike([
    item(1),
    item(2, refusedUntil('2027-01-01')),
    item(3),
    item(4, refusedUntil('2028-01-01')),
    item(5, { state: 'open', answer: null }),
  ])
  expect(groups.map((group) => group.map(({ n }) => n))).toEqual([[1, 3], [2], [4], [5]])
})
