import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { verifySigned } from '../../../src/audit/sign.ts'
import { type Certificate, CertificateSchema } from '../../../src/recordings/certify.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import { renditionKey } from '../../../src/storage/keys.ts'
import { ObjectStoreError } from '../../../src/storage/object-store.ts'
import { type Stage, setStage, storeWith } from './stage.ts'

let stage: Stage
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-causes-'))
  stage = await setStage(await openFileObjectStore(directory))
})

afterAll(async () => {
  await stage.close()
  await rm(directory, { recursive: true })
})

const QUARANTINED_AT = new Date('2026-07-16T00:00:00Z')

/** Five weeks after the end: the margin of the store's own lifecycle is long over. */
beforeEach(async () => {
  await stage.clear()
  stage.clock.set('2026-08-20T00:00:00Z')
})

const quarantined = () => stage.record({ status: 'quarantined', quarantinedAt: QUARANTINED_AT })

async function destroy(purge = stage.purge()): Promise<void> {
  const now = stage.clock.now()
  await purge.destroy(await purge.claim({ quarantinedBefore: now, now, limit: 100 }))
}

async function certificateOf(id: string): Promise<Certificate> {
  const { jws } = await stage.db
    .selectFrom('certificate')
    .select('jws')
    .where('recording_id', '=', id)
    .executeTakeFirstOrThrow()
  return CertificateSchema.parse(JSON.parse(verifySigned(jws, [stage.signer.publicJwk]) ?? ''))
}

async function loseObject(id: string): Promise<void> {
  const key = renditionKey(id, 'original')
  await stage.store.removeVersions([{ key, versionId: (await stage.store.head(key))?.versionId ?? '' }])
}

test('what the store removed on its own, long after the end, is certified as that', async () => {
  const [removed, present] = [await quarantined(), await quarantined()]
  await loseObject(removed)
  await destroy()
  expect(await certificateOf(removed)).toMatchObject({ removedBy: 'store-lifecycle', versionsRemoved: 0 })
  expect(await certificateOf(present)).toMatchObject({ removedBy: 'service', versionsRemoved: 1 })
})

test('what is missing before the store could have removed it is not put down to the store', async () => {
  stage.clock.set('2026-07-20T00:00:00Z')
  const id = await quarantined()
  await loseObject(id)
  await destroy()
  expect(await certificateOf(id)).toMatchObject({ removedBy: 'service' })
})

test('what our own broken-off attempt removed is not put down to the store', async () => {
  const id = await quarantined()
  const listless = storeWith(stage.store, {
    async put() {
      throw new ObjectStoreError('unavailable', 'no list can be written')
    },
  })
  await destroy(stage.purge({ store: listless }))
  expect(await stage.statusOf(id)).toBe('destroying')
  stage.clock.advance(600_000)
  await destroy()
  expect(await certificateOf(id)).toMatchObject({ removedBy: 'service' })
})

test('people who approved are named by pseudonyms, and only those who approved this destruction', async () => {
  const id = await quarantined()
  const review = (decided_by: string, decided_at: Date) => ({ recording_id: id, decided_by, decided_at })
  const early = new Date('2026-07-01T00:00:00Z')
  const later = new Date('2026-07-17T00:00:00Z')
  await stage.db
    .insertInto('destruction_review')
    .values([review('carla', early), review('anna', later), review('bart', later)])
    .execute()
  await stage.db
    .insertInto('destruction_approval')
    .values({
      id,
      entity: 'hmbs',
      asked_at: QUARANTINED_AT,
      due_before: QUARANTINED_AT,
      due_count: 10,
      first_approver: 'dirk',
      first_approved_at: QUARANTINED_AT,
      second_approver: 'els',
      second_approved_at: QUARANTINED_AT,
    })
    .execute()
  await destroy()
  const certificate = await certificateOf(id)
  const named = (role: string) => (person: string) => ({ role, person: stage.signer.pseudonym(person) })
  expect(certificate.approvers).toEqual([
    ...['dirk', 'els'].map(named('bulk_approver')),
    ...['anna', 'bart'].map(named('reviewer')),
  ])
  expect(JSON.stringify(certificate)).not.toMatch(/anna|bart|carla|dirk|"els"/)
})
