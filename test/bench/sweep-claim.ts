import pg from 'pg'
import { openDatabase } from '../../src/db/database.ts'
import type { Purge } from '../../src/recordings/purge.ts'
import { makeSweep } from '../../src/retention/sweep.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { testClock } from '../support/clock.ts'
import type { TestPostgres } from '../support/postgres.ts'

/**
 * Taking due recordings out of use, beside a bare UPDATE with SKIP LOCKED on the same table. Each round
 * works on its own hour's worth of due rows, by turns, so that nothing has to be put back in between.
 */
const BATCH = 1000
const BEGIN = Date.parse('2100-01-01T00:00:00Z')
const HOUR = 3_600_000

export interface ClaimFigures {
  readonly oursPerSecond: number
  readonly peerPerSecond: number
  /** Median over the rounds. */
  readonly ratio: number
}

const FILL = `
insert into recording (id, entity, call_id, status, member_ref, product, received_at, keep_until, due_at)
select gen_random_uuid(), 'entity-' || n % 3, 'bench-' || n, 'available', 'M-' || n % 200, 'disability', now(),
  '2099-12-31', case when n <= $2::int * $3::int then timestamptz '2100-01-01 00:00Z' + ((n - 1) / $3::int) * interval '1 hour' - interval '1 minute'
    else timestamptz '2110-01-01' + n * interval '1 second' end
from generate_series(1, $1::int) n`

const FILL_TAGS = `
insert into purpose_tag (recording_id, purpose, legal_basis, product, rule_id, rule_version, trigger, trigger_date,
  retain_until, state)
select id, 'training_coaching', 'legitimate_interests', 'disability', 'training', 1, 'call.ended', '2099-06-30',
  keep_until, 'active' from recording`

const BARE = `
update recording set status = 'quarantined', quarantined_at = $1
where id in (select id from recording
  where status in ('processing', 'available', 'unplayable', 'unlinked') and is_free and due_at <= $1
  order by due_at, id limit ${BATCH} for update skip locked)`

/** Nothing is destroyed here: the grace has not passed. */
const noPurge: Purge = {
  list: async () => [],
  claim: async () => [],
  claimUnfinished: async () => undefined,
  claimAgain: async () => [],
  destroy: async () => [],
}

export async function claimBench(
  postgres: TestPostgres,
  { rows, due, rounds }: { rows: number; due: number; rounds: number },
): Promise<ClaimFigures> {
  const database = await postgres.createDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { db, close } = openDatabase(database.url, 4)
  try {
    await client.query(FILL, [rows, rounds * 2 + 2, due])
    await client.query('alter table purpose_tag disable trigger user')
    await client.query(FILL_TAGS)
    await client.query('alter table purpose_tag enable trigger user')
    await client.query('vacuum analyze')
    const ours = oursOn(db)
    const bare = async (at: Date) => {
      let count = 0
      for (let changed = 1; changed > 0; count += changed) {
        changed = (await client.query(BARE, [at])).rowCount ?? 0
      }
      return count
    }
    let hour = 0
    const timed = async (work: (at: Date) => Promise<number>): Promise<number> => {
      hour += 1
      const begin = performance.now()
      const count = await work(new Date(BEGIN + (hour - 1) * HOUR))
      return count / ((performance.now() - begin) / 1000)
    }
    await timed(ours)
    await timed(bare)
    const figures: { ours: number; peer: number }[] = []
    for (let round = 0; round < rounds; round += 1)
      figures.push({ ours: await timed(ours), peer: await timed(bare) })
    return {
      oursPerSecond: median(figures.map((one) => one.ours)),
      peerPerSecond: median(figures.map((one) => one.peer)),
      ratio: median(figures.map((one) => one.ours / one.peer)),
    }
  } finally {
    await Promise.all([client.end(), close()])
    await database.drop()
  }
}

function oursOn(db: ReturnType<typeof openDatabase>['db']) {
  const clock = testClock(new Date(BEGIN).toISOString())
  const logger = createLogger('error')
  const sweep = makeSweep({
    db,
    clock,
    databaseNow: async () => clock.now(),
    purge: noPurge,
    logger,
    archiveTag: () => undefined,
    breaker: { count: Infinity, share: 1, few: Infinity },
    graceDays: 7,
    most: 1_000_000,
  })
  return async (at: Date): Promise<number> => {
    clock.set(at.toISOString())
    return (await sweep({ dryRun: false })).quarantined.length
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
