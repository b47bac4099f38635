import { z } from 'zod'
import { eventOf, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { hasRole } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Connection, Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import type { Keyring } from '../storage/keyring.ts'
import { startPackage } from './package-build.ts'
import { latestPackage, type PackageRow } from './package-queries.ts'
import { findRequest, type RequestRow } from './request-queries.ts'
import { requestScopeOf } from './request-viewer.ts'

const Instant = z.iso.datetime({ offset: true }).nullable()

export const PackageSchema = z
  .strictObject({
    id: z.uuid(),
    kind: z.enum(['access', 'portability']),
    state: z.enum(['building', 'ready', 'ended']),
    recordings: z
      .strictObject({ done: z.int().min(0), total: z.int().min(0) })
      .meta({ description: 'How many were looked at; when it is ready, how many it is about' }),
    bytes: z.int().min(0).meta({ description: 'Of the audio so far; when it is ready, of the archive' }),
    askedAt: z.iso.datetime({ offset: true }),
    readyAt: Instant,
    expiresAt: Instant.meta({ description: 'Until then it can be fetched' }),
    deliveredAt: Instant.meta({ description: 'When it was first fetched to its end' }),
    endedAt: Instant,
    endedBecause: z.enum(['expired', 'recording_destroyed', 'changed']).nullable().meta({
      description:
        '`changed`: something in it is not the member’s any more, or has parts that are to be left out since',
    }),
  })
  .meta({ id: 'Package' })

export type PackageJson = z.input<typeof PackageSchema>

export interface FindPackagePorts {
  readonly db: Database
  readonly clock: Clock
  readonly keyring: Keyring
}

/** How far the package of a request is, for its member and for those who answer the request. Throws Problem: `forbidden`, `not_found`. */
export function makeFindPackage({ db, clock }: Pick<FindPackagePorts, 'db' | 'clock'>) {
  return async function findPackage(actor: Actor, requestId: string): Promise<PackageJson> {
    const act = { type: 'package.viewed', action: 'R', actor, at: clock.now() } as const
    return withRefusalsOnRecord(db, act, async () => {
      const request = await findRequest(db, idToLookUp(requestId), requestScopeOf(actor, act.at))
      const found = request && (await latestPackage(db, request.id))
      if (!found) throw new Problem('not_found')
      await appendAudit(db, eventOf({ ...act, entities: request.entities }, { package: found.id }))
      return present(found)
    })
  }
}

/**
 * Makes a package once more that has ended, for its member and without cost as long as its recordings are there.
 * One that is being made or can be fetched is left as it is. Throws Problem: `forbidden`, `not_found`.
 */
export function makeRestartPackage({ db, clock, keyring }: FindPackagePorts) {
  return async function restartPackage(actor: Actor, requestId: string): Promise<PackageJson> {
    const act = { type: 'package.asked_again', action: 'C', actor, at: clock.now() } as const
    return withRefusalsOnRecord(db, act, async () => {
      const request = await ownRequest(db, actor, requestId)
      const last = request && (await latestPackage(db, request.id))
      if (!last) throw new Problem('not_found')
      if (last.state === 'ended') await startPackage({ db, clock, keyring }, request.id)
      await appendAudit(db, eventOf({ ...act, entities: request.entities }, { privacyRequest: request.id }))
      return present((await latestPackage(db, request.id)) ?? last)
    })
  }
}

/** A request of the actor as a member; undefined also when it is somebody else’s. */
export async function ownRequest(
  connection: Connection,
  actor: Actor,
  requestId: string,
): Promise<RequestRow | undefined> {
  const memberRef = hasRole(actor, 'member') ? actor.memberRef : null
  return findRequest(connection, idToLookUp(requestId), { memberRef, filedBy: null, entities: [] })
}

const present = (row: PackageRow): PackageJson => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  recordings: { done: row.recordings_done, total: row.recordings_total },
  bytes: row.bytes,
  askedAt: row.asked_at.toISOString(),
  readyAt: row.generated_at?.toISOString() ?? null,
  expiresAt: row.expires_at?.toISOString() ?? null,
  deliveredAt: row.delivered_at?.toISOString() ?? null,
  endedAt: row.ended_at?.toISOString() ?? null,
  endedBecause: row.ended_because,
})
