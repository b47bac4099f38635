import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { sql } from 'kysely'
import type { Actor, Role } from '../../../../src/access/actor.ts'
import { registerInstance } from '../../../../src/db/instance.ts'
import { joinHolds } from '../../../../src/recordings/hold-join.ts'
import { makeIngest } from '../../../../src/recordings/ingest.ts'
import { makePlaceHold } from '../../../../src/recordings/place-hold.ts'
import type { Purge } from '../../../../src/recordings/purge.ts'
import { makeRecoverIngests } from '../../../../src/recordings/recover-ingests.ts'
import { makeReleaseHold } from '../../../../src/recordings/release-hold.ts'
import { makeRequestLocks } from '../../../../src/recordings/request-lock.ts'
import { makeRestrict } from '../../../../src/recordings/restrict.ts'
import { makeSyncObjects } from '../../../../src/recordings/sync-objects.ts'
import { makeAddPurpose } from '../../../../src/retention/add-purpose.ts'
import { makeApplyRules } from '../../../../src/retention/apply-rules.ts'
import { makeDecideRules } from '../../../../src/retention/approve-rules.ts'
import { makeDeriveRetention } from '../../../../src/retention/derive.ts'
import { makeDraftRules } from '../../../../src/retention/draft-rules.ts'
import { makeApplyKnownEvents } from '../../../../src/retention/events-apply.ts'
import { makeObjectToPurpose, makeResumePurpose } from '../../../../src/retention/object-purpose.ts'
import { makeRemovePurpose } from '../../../../src/retention/remove-purpose.ts'
import { makeReportEvent } from '../../../../src/retention/report-event.ts'
import { openRuleBooks } from '../../../../src/retention/rule-books.ts'
import { openFileKeyring } from '../../../../src/storage/file-keyring.ts'
import { openFileObjectStore } from '../../../../src/storage/file-object-store.ts'
import { ObjectStoreError } from '../../../../src/storage/object-store.ts'
import { createLogger } from '../../../../src/telemetry/logger.ts'
import { wavHeader } from '../../../crash/calls.ts'
import { setStage, storeWith } from '../stage.ts'
import { rulesWith } from './rules.ts'

export const GRACE_DAYS = 3
export const START = '2026-03-02T12:00:00Z'

const person = (sub: string, ...roles: Role[]): Actor => ({
  ...{ sub, roles, memberRef: null, entities: ['hmbs'], team: null },
  ...{
    confidentialitySigned: true,
    engagedUntil: null,
    authenticatedAt: null,
    via: 'token',
    displayName: null,
  },
})

export const importer = person('importer', 'importer')
export const officers = [
  person('officer-1', 'privacy_officer', 'records_manager'),
  person('officer-2', 'privacy_officer', 'records_manager'),
] as const

/** One process that sweeps: its own place in the database, and the claims it is working on. */
export interface Sweeper {
  purge: Purge
  instance: Awaited<ReturnType<typeof registerInstance>>
  claims: Awaited<ReturnType<Purge['claim']>>
}

export type World = Awaited<ReturnType<typeof openWorld>>

/** The whole of retention on a real database and a real store of files, with every verb that changes it. */
export async function openWorld() {
  // Memory when there is some: what is tested here is the order of things, not the disk.
  const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  const directory = await mkdtemp(join(base, 'listenback-model-'))
  const files = await openFileObjectStore(join(directory, 'objects'))
  const fault: { active: boolean } = { active: false }
  const failing = <K extends 'listVersions' | 'removeVersions' | 'setTags'>(name: K): (typeof files)[K] =>
    ((...given: never[]) => {
      if (fault.active) throw new ObjectStoreError('unavailable', 'the store is away')
      return (files[name] as (...all: never[]) => unknown)(...given)
    }) as never
  const store = storeWith(files, {
    listVersions: failing('listVersions'),
    removeVersions: failing('removeVersions'),
    setTags: failing('setTags'),
  })
  const stage = await setStage(store)
  const { db, clock, instance } = stage
  const logger = createLogger('error')
  logger.silent = true
  const keyring = await openFileKeyring(join(directory, 'keyring.json'), { create: true })
  const ports = { db, clock, logger, store }

  async function begin() {
    await stage.clear()
    await sql`truncate business_event, rule_book, hold cascade`.execute(db)
    await sql`update certificate_head set no = 0, sha256 = repeat('0', 64)`.execute(db)
    await sql`delete from certificate`.execute(db)
    fault.active = false
    clock.set(START)
    const books = await openRuleBooks(ports, rulesWith({ version: 1, trainingDays: 10 }))
    const rules = (now: Date) => ({ current: books.current(now), find: books.find })
    const changing = { ...ports, rules }
    const inFlight = new Set<string>()
    const recoverIngests = makeRecoverIngests({ ...ports, instance, inFlight })
    return {
      books,
      recoverIngests,
      ingest: makeIngest({
        ...ports,
        ...{ keyring, instance, inFlight, recoverIngests },
        deriveRetention: makeDeriveRetention(books.current),
        onReceived: [makeApplyKnownEvents(rules), joinHolds],
      }),
      reportEvent: makeReportEvent(changing),
      addPurpose: makeAddPurpose(changing),
      removePurpose: makeRemovePurpose(changing),
      object: makeObjectToPurpose(changing),
      resume: makeResumePurpose(changing),
      draftRules: makeDraftRules({ ...ports, books }),
      decideRules: makeDecideRules({ ...ports, books }),
      applyRules: makeApplyRules({ ...ports, books }),
    }
  }

  const syncObjects = makeSyncObjects(ports)
  const settle = { db, clock }
  return {
    ...{ stage, db, clock, store, fault, begin, syncObjects, directory },
    placeHold: makePlaceHold({ ...settle, syncObjects, logger }),
    releaseHold: makeReleaseHold(settle),
    ...makeRestrict(settle),
    locks: makeRequestLocks(settle),
    async sweeper(): Promise<Sweeper> {
      const own = await registerInstance(stage.url)
      return { instance: own, purge: stage.purge({ instance: own }), claims: [] }
    },
    sweepBy: ({ instance: by }: Sweeper) => stage.sweeper({ instance: by, graceDays: GRACE_DAYS }),
    async close() {
      await stage.close()
      files.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** A tiny call, as a telephony system would deliver it. */
export function delivery(metadata: Record<string, unknown>) {
  const body = Readable.from([Buffer.concat([wavHeader(160), Buffer.alloc(160, 7)])])
  return {
    actor: importer,
    idempotencyKey: null,
    document: JSON.stringify(metadata),
    declaredType: 'audio/wav',
    body,
    complete: Promise.resolve(),
  }
}
