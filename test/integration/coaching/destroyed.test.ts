import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertNote, lockItem } from '../../../src/coaching/item-queries.ts'
import { insertSample } from '../../../src/coaching/sample-queries.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { type Stage, setStage } from '../retention/stage.ts'

let stage: Stage
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-coaching-'))
  stage = await setStage(await openFileObjectStore(directory))
  stage.clock.set('2026-08-01T00:00:00Z')
})
afterAll(async () => {
  await stage.close()
  await rm(directory, { recursive: true })
})

/** A recording that was drawn before its time was over, claimed for destruction. */
async function drawnAndClaimed() {
  const recordingId = await stage.record({
    status: 'quarantined',
    quarantinedAt: new Date('2026-07-16T00:00:00Z'),
  })
  const sampleId = randomUUID()
  const day = '2026-07-01'
  const criteria = { entity: 'hmbs', team: null, agentRef: null, product: null, from: day, to: day, size: 1 }
  await stage.db.transaction().execute((tx) =>
    insertSample(tx, {
      ...{
        id: sampleId,
        entity: 'hmbs',
        drawnBy: 'coach-1',
        drawnAt: stage.clock.now(),
        seed: 's',
        criteria,
      },
      ...{ poolSize: 1, poolSha256: '0', excluded: {}, endsOn: '2026-08-14', coaches: ['coach-1'] },
      items: [{ recordingId, agentRef: 'A-1', stratum: 'A-1', endsOn: '2026-08-14' }],
    }),
  )
  const purge = stage.purge()
  const now = stage.clock.now()
  const claims = await purge.claim({ quarantinedBefore: now, now, limit: 10 })
  const claim = claims.find(({ id }) => id === recordingId)
  if (!claim) throw new Error('the recording was not claimed')
  return { recordingId, sampleId, destroy: () => purge.destroy([claim]) }
}

const noteOf = () => ({
  ...{ id: randomUUID(), n: 1, author: 'coach-1', atMs: 1000, body: 'x' },
  createdAt: stage.clock.now(),
})
const notesOf = (sampleId: string) =>
  stage.db.selectFrom('training_note').select('id').where('sample_id', '=', sampleId).execute()
const itemOf = (sampleId: string) =>
  stage.db
    .selectFrom('training_item')
    .select(['recording_id', 'withdrawn_reason', 'agent_ref'])
    .where('sample_id', '=', sampleId)
    .executeTakeFirstOrThrow()

test('a destroyed call leaves its sample, with everything that was written about it', async () => {
  const { sampleId, destroy } = await drawnAndClaimed()
  await stage.db.transaction().execute((tx) => insertNote(tx, sampleId, noteOf()))
  await stage.db
    .insertInto('training_score')
    .values({
      ...{ sample_id: sampleId, n: 1, author: 'coach-1', form_version: 'f@1', answers: '{"opening":1}' },
      updated_at: stage.clock.now(),
    })
    .execute()
  expect((await destroy())[0]).toMatchObject({ kind: 'destroyed' })
  expect(await notesOf(sampleId)).toEqual([])
  expect(
    await stage.db.selectFrom('training_score').selectAll().where('sample_id', '=', sampleId).execute(),
  ).toEqual([])
  expect(await itemOf(sampleId)).toEqual({ recording_id: null, withdrawn_reason: 'gone', agent_ref: 'A-1' })
})

test('a note that is being written while the call is destroyed goes with it', async () => {
  const { sampleId, recordingId, destroy } = await drawnAndClaimed()
  /** Sessions that wait for the item which we have locked. */
  const waiting = async () => {
    const { rows } = await sql<{ n: number }>`select count(*) as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query ilike '%update training_item%'
        and pid <> pg_backend_pid()`.execute(stage.db)
    return rows[0]?.n
  }
  let destroying: Promise<unknown> = Promise.resolve()
  await stage.db.transaction().execute(async (tx) => {
    await lockItem(tx, sampleId, 1, '2026-08-01')
    await insertNote(tx, sampleId, noteOf())
    destroying = destroy()
    // It cannot finish before us.
    await expect.poll(waiting, { timeout: 10_000 }).toBe(1)
    const { status } = await stage.db
      .selectFrom('recording')
      .select('status')
      .where('id', '=', recordingId)
      .executeTakeFirstOrThrow()
    expect(status).toBe('destroying')
  })
  expect(await destroying).toMatchObject([{ kind: 'destroyed' }])
  expect(await notesOf(sampleId)).toEqual([])
})
