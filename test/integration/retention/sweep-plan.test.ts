import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openRules } from '../../../src/retention/rules.ts'
import type { SweepReport } from '../../../src/retention/sweep.ts'
import { makeArchiveTag } from '../../../src/retention/sweep-verdict.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { DUE, type Stage, setStage, type Wish } from './stage.ts'

const DAY = 86_400_000
const run = { dryRun: false }
const dryRun = { dryRun: true }

const RULES = openRules(`format: 1
catalogue:
  entities: [hmbs]
  products: [home]
  purposes:
    purpose_0: { basis: contract, nl: de overeenkomst, en: the contract }
    archive_research: { basis: legitimate_interests, archive: true, nl: onderzoek, en: research }
  notices: { '2026-01': [purpose_0] }
rules:
  - { id: rule, version: 1, purpose: purpose_0, trigger: call.ended, period: P6M, disposition: archive, ground: g, source: s }
  - { id: shelf, version: 3, purpose: archive_research, trigger: archived, period: P2Y, disposition: delete, ground: g, source: s }
`)
const archiveTag = makeArchiveTag(() => RULES)

let stage: Stage
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-plan-'))
  stage = await setStage(await openFileObjectStore(directory))
})

afterAll(async () => {
  await stage.close()
  await rm(directory, { recursive: true })
})

beforeEach(() => stage.clock.set(DUE.toISOString()))

afterEach(() => stage.clear())

const record = (wish: Wish) => stage.record({ renditions: [], ...wish })

const toArchive = (id: string) =>
  stage.db.updateTable('purpose_tag').set({ disposition: 'archive' }).where('recording_id', '=', id).execute()

test('F35: no entity waits for another: each gets its share, and the oldest of each goes first', async () => {
  const due = (days: number) => new Date(DUE.getTime() - days * DAY)
  for (let i = 0; i < 30; i += 1) await record({ entity: 'hmbs', dueAt: due(100 + i) })
  const small = [
    await record({ entity: 'hmbs-advies', dueAt: due(2) }),
    await record({ entity: 'hmbs-advies', dueAt: due(1) }),
  ]
  const gone = [await record({ entity: 'closed-down', dueAt: due(3) })]
  const sweep = stage.sweeper({ most: 9, graceDays: 7 })
  const { quarantined, more } = await sweep(run)
  expect(more).toBe(true)
  expect(quarantined).toHaveLength(9)
  for (const id of [...small, ...gone]) expect(quarantined).toContain(id)
  stage.clock.advance(8 * DAY)
  const later = await sweep(run)
  expect(later.destroyed.toSorted()).toEqual(quarantined.toSorted())
})

test('what its rule sends to the archive gets a purpose and an end of its own, and then goes as well', async () => {
  const [archived, plain] = [await record({}), await record({ tagStates: ['active'] })]
  await toArchive(archived)
  const sweep = stage.sweeper({ graceDays: 0, archiveTag })
  expect(await sweep(dryRun)).toMatchObject({
    archived: [archived],
    quarantined: [plain],
    destroyed: [plain],
  })
  expect(await sweep(run)).toMatchObject({ archived: [archived], quarantined: [plain], destroyed: [plain] })
  const row = await stage.db
    .selectFrom('recording')
    .select(['status', 'keep_until', 'due_at', 'objects_changed_at'])
    .where('id', '=', archived)
    .executeTakeFirst()
  expect(row).toEqual({
    status: 'available',
    keep_until: '2028-07-16',
    due_at: new Date('2028-07-16T22:00:00Z'),
    objects_changed_at: DUE,
  })
  const tags = await stage.db
    .selectFrom('purpose_tag')
    .select(['purpose', 'state', 'rule_id', 'rule_version', 'trigger_date'])
    .where('recording_id', '=', archived)
    .orderBy('purpose')
    .execute()
  expect(tags).toMatchObject([
    {
      purpose: 'archive_research',
      state: 'active',
      rule_id: 'shelf',
      rule_version: 3,
      trigger_date: '2026-07-16',
    },
    { purpose: 'purpose_0', state: 'expired' },
  ])
  expect(await stage.auditOf(archived)).toEqual(['recording.archived'])
  stage.clock.set('2028-07-16T22:00:00Z')
  expect(await sweep(run)).toMatchObject({ archived: [], destroyed: [archived] })
})

test('without an archive, or after it, what was meant for it is destroyed like anything else', async () => {
  const [one, other] = [await record({}), await record({})]
  await toArchive(one)
  expect(new Set((await stage.sweeper()(run)).destroyed)).toEqual(new Set([one, other]))
  const late = await record({})
  await toArchive(late)
  stage.clock.set('2036-01-01T00:00:00Z')
  expect(await stage.sweeper({ archiveTag })(run)).toMatchObject({ archived: [], destroyed: [late] })
})

const anyEntity = fc.constantFrom('a', 'a', 'a', 'b', 'c')
const anyRecording = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('due' as const), entity: anyEntity, days: fc.nat(5) }),
  },
  fc.record({ kind: fc.constant('wrong' as const), entity: anyEntity, days: fc.nat(5) }),
  fc.record({ kind: fc.constant('archive' as const), entity: anyEntity, days: fc.nat(5) }),
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('waiting' as const), entity: anyEntity, days: fc.nat(12) }),
  },
  fc.record({ kind: fc.constant('unfinished' as const), entity: anyEntity, days: fc.nat(5) }),
  fc.record({ kind: fc.constant('confirmed' as const), entity: anyEntity, days: fc.nat(5) }),
)
type AnyRecording = typeof anyRecording extends fc.Arbitrary<infer T> ? T : never

async function make({ kind, entity, days }: AnyRecording): Promise<void> {
  const dueAt = new Date(DUE.getTime() - days * DAY)
  if (kind === 'due') await record({ entity, dueAt })
  if (kind === 'wrong') await record({ entity, dueAt, keepUntil: '2027-01-01' })
  if (kind === 'archive') await toArchive(await record({ entity, dueAt }))
  if (kind === 'waiting') await record({ entity, status: 'quarantined', quarantinedAt: dueAt })
  if (kind === 'unfinished') await record({ entity, status: 'destroying', worker: 12345 })
  if (kind === 'confirmed')
    await confirmed(await record({ entity, status: 'quarantined', quarantinedAt: dueAt }))
}

async function confirmed(id: string): Promise<void> {
  const decided = { recording_id: id, decided_at: stage.clock.now() }
  await stage.db
    .insertInto('destruction_review')
    .values(['one', 'two'].map((decided_by) => ({ ...decided, decided_by })))
    .execute()
}

const comparable = ({ quarantined, archived, corrected, destroyed, stopped }: SweepReport) => ({
  quarantined: quarantined.toSorted(),
  archived: archived.toSorted(),
  corrected: corrected.toSorted(),
  destroyed: destroyed.toSorted(),
  stopped: stopped.map(({ entity, due, live }) => ({ entity, due, live })),
})

const anyWish = fc.record({
  graceDays: fc.constantFrom(0, 7),
  most: fc.constantFrom(2, 5, 1000),
  breaker: fc.constantFrom(
    { count: Infinity, share: 1, few: Infinity },
    { count: 3, share: 1, few: Infinity },
    { count: 100, share: 0.5, few: 1 },
  ),
})

test('a dry run lists exactly what the run then does, in any population and within any limits', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyRecording, { maxLength: 14 }), anyWish, async (population, wish) => {
      for (const one of population) await make(one)
      const sweep = stage.sweeper({ ...wish, archiveTag })
      const foreseen = await sweep(dryRun)
      expect(comparable(await sweep(run))).toEqual(comparable(foreseen))
      await stage.clear()
    }),
    { numRuns: 40 },
  )
}, 180_000)

test('a run that is broken off after any step has done nothing the dry run did not list, and the next ones finish it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyRecording, { maxLength: 10 }),
      fc.integer({ min: 1, max: 4 }),
      async (population, steps) => {
        for (const one of population) await make(one)
        const sweep = stage.sweeper({ graceDays: 7, archiveTag })
        const foreseen = comparable(await sweep(dryRun))
        const abort = new AbortController()
        let told = 0
        const broken = await sweep(run, abort.signal, async () => {
          told += 1
          if (told >= steps) abort.abort()
        })
        const first = comparable(broken)
        const second = comparable(await sweep(run))
        for (const list of ['quarantined', 'archived', 'corrected', 'destroyed'] as const)
          expect(first[list].concat(second[list]).toSorted()).toEqual(foreseen[list])
        await stage.clear()
      },
    ),
    { numRuns: 20 },
  )
}, 180_000)
