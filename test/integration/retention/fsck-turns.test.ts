import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Evidence } from '../../../src/recordings/fsck-findings.ts'
import { fsckRow } from '../../../src/recordings/fsck-queries.ts'
import { repair } from '../../../src/recordings/fsck-repair.ts'
import { makeRecoverIngests } from '../../../src/recordings/recover-ingests.ts'
import { takeTurns } from '../../../src/recordings/sync-objects-queries.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { type Stage, setStage } from './stage.ts'

let stage: Stage
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-fsck-'))
  stage = await setStage(await openFileObjectStore(directory))
})
afterEach(async () => {
  await stage.close()
  await rm(directory, { recursive: true })
})

/** Puts right the tags of a recording, on evidence of the moment before `meanwhile`. */
async function repairTags(id: string, meanwhile: () => Promise<unknown>): Promise<boolean> {
  const { db, store, clock, instance } = stage
  const logger = createLogger('error')
  const recoverIngests = makeRecoverIngests({ db, store, clock, instance, logger, inFlight: new Set() })
  const evidence: Evidence = { id, row: await fsckRow(db, id), versions: [], uploads: [] }
  await meanwhile()
  const finding = { kind: 'tags_differ', recordingId: id, key: renditionKey(id, 'original') } as const
  return repair({ db, store, clock, purge: stage.purge(), recoverIngests }, finding, evidence)
}

const holdOf = async (id: string) => (await stage.store.tags(renditionKey(id, 'original'))).hold

test('tags are put right by what is true when they are written, not when they were looked at', async () => {
  const id = await stage.record()
  const hold = () => stage.db.updateTable('recording').set({ hold_count: 1 }).where('id', '=', id).execute()
  expect(await repairTags(id, hold)).toBe(true)
  expect(await holdOf(id)).toBe('held')
  expect(await stage.auditOf(id)).toEqual(['recording.tags_restored'])
})

test('tags that somebody else is writing are left to them', async () => {
  const id = await stage.record()
  await stage.db.transaction().execute(async (tx) => {
    expect(await takeTurns(tx, [id])).toEqual([id])
    expect(await repairTags(id, async () => undefined)).toBe(false)
  })
  expect([await holdOf(id), await stage.auditOf(id)]).toEqual([undefined, []])
  expect(await repairTags(id, async () => undefined)).toBe(true)
  expect(await holdOf(id)).toBe('none')
})

test('a recording that was destroyed since gets no tags', async () => {
  const id = await stage.record()
  const sweep = async () => {
    stage.clock.advance(3_600_000)
    await stage.sweeper()({ dryRun: false })
  }
  expect(await repairTags(id, sweep)).toBe(false)
  expect(await stage.auditOf(id)).not.toContain('recording.tags_restored')
})
