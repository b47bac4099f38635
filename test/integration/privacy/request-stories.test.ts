import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Problem } from '../../../src/kernel/problem.ts'
import {
  FRAUD,
  grant,
  LEGAL,
  petra,
  pim,
  type RequestsApp,
  refuse,
  startRequestsApp,
  TRAINING,
} from './requests-app.ts'

let app: RequestsApp

beforeAll(async () => {
  app = await startRequestsApp()
})
afterAll(async () => {
  await app.close()
})

type Story = Awaited<ReturnType<RequestsApp['asked']>>
const uavg41 = { necessity: 'n', proportionality: 'p', reviewOn: '2026-12-01' }
const TYPES = ['access', 'copy', 'erasure', 'objection', 'rectification', 'restriction'] as const

/** What people and time do to a request; each may be refused, and then has changed nothing. */
const ACTS: Readonly<Record<string, (story: Story, type: string) => Promise<unknown>>> = {
  grant: ({ id }, type) => app.decide(id, pim, grant(type)),
  refuse: ({ id }, type) => app.decide(id, pim, refuse(type, 'ProcessUnfounded')),
  refuseUntil: ({ id }, type) =>
    app.decide(id, pim, refuse(type, 'FulfilmentImpossible', { refusedUntil: '2026-04-01' })),
  propose: ({ id }, type) => app.decide(id, pim, refuse(type, 'CrimeInvestigationImpaired', { uavg41 })),
  approve: ({ id }) => app.act(id, 'approval', petra, { approve: true, note: 'n' }),
  decline: ({ id }) => app.act(id, 'approval', petra, { approve: false, note: 'n' }),
  ask: ({ id }) => app.act(id, 'identity', pim, { action: 'ask', doubt: 'd', question: 'q' }),
  confirm: ({ id }) => app.act(id, 'identity', pim, { action: 'confirm', how: 'callback' }),
  // Nothing was granted of it, or nothing is any more.
  deliver: ({ id }) => app.deliver(id).catch(unlessNotOpen),
  fetched: ({ id, member }) => app.act(id, 'confirm-download', member.claims),
  withdraw: ({ id, member }) => app.act(id, 'withdrawal', member.claims),
  tend: async () => {
    app.clock.advance(5 * 86_400_000)
    await app.tend()
  },
}

type Example = [(typeof TYPES)[number][], [string, (typeof TYPES)[number]][]]
const EXAMPLES: Example[] = [
  [['access'], [['withdraw', 'access']]],
  [['access'], [['refuse', 'access']]],
  [
    ['copy', 'erasure'],
    [
      ['grant', 'erasure'],
      ['tend', 'copy'],
      ['grant', 'copy'],
      ['deliver', 'copy'],
      ['fetched', 'copy'],
    ],
  ],
  [['restriction'], [['grant', 'restriction']]],
]

function unlessNotOpen(error: unknown): void {
  if (!(error instanceof Problem) || error.code !== 'not_open') throw error
}

test('whatever happens, calls are locked exactly as long as something is left to do with them, and no refusal lacks its person and reason', async () => {
  const acts = fc.array(fc.tuple(fc.constantFrom(...Object.keys(ACTS)), fc.constantFrom(...TYPES)), {
    minLength: 3,
    maxLength: 8,
  })
  const types = fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 3 })
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(types, acts, async (wanted, steps) => {
      await app.begin('2026-03-05T10:00:00Z')
      const story = await app.asked(wanted, [TRAINING, FRAUD, LEGAL])
      for (const [name, type] of steps) {
        await ACTS[name]?.(story, wanted.includes(type) ? type : (wanted[0] ?? type))
        seen.add(await holdsTogether(story))
      }
    }),
    { numRuns: 16, examples: EXAMPLES },
  )
  expect([...seen]).toEqual(expect.arrayContaining(['decided', 'fulfilled', 'withdrawn']))
})

/** Resolves to the state of the request. */
async function holdsTogether({ id, call }: Story): Promise<string> {
  const items = await app.db
    .selectFrom('privacy_request_item')
    .selectAll()
    .where('request_id', '=', id)
    .execute()
  const row = await app.db
    .selectFrom('privacy_request')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const isUnfinished = items.some(
    ({ state, executed_at }) =>
      ['open', 'proposed'].includes(state) ||
      (['granted', 'partial'].includes(state) && executed_at === null),
  )
  expect(await app.locksOf(call)).toBe(isUnfinished ? 1 : 0)
  expect(row.ended_at === null).toBe(isUnfinished)
  for (const { state, reason_code, answer, decided_by, necessity, approved_by } of items) {
    if (state !== 'refused') continue
    expect([reason_code, answer, decided_by]).not.toContain(null)
    expect(necessity === null || (approved_by !== null && approved_by !== decided_by)).toBe(true)
  }
  const { rows } = await sql<{ states: string[] }>`select array_agg(state) as states from purpose_tag
    where recording_id = ${call} and purpose = 'fraud_prevention'`.execute(app.db)
  const isObjecting = items.some(
    ({ type, purpose, state }) =>
      type === 'objection' && purpose === 'fraud_prevention' && ['open', 'proposed'].includes(state),
  )
  if (isObjecting) expect(['suspended', 'withdrawn', 'objected']).toContain(rows[0]?.states[0])
  return row.state
}
