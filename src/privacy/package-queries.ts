import { type Selectable, sql } from 'kysely'
import type { Connection, Tx } from '../db/database.ts'
import { workerIsGone } from '../db/instance.ts'
import type { PackageTable } from '../db/package-schema.ts'
import { DELIVERED } from './request-model.ts'

export type PackageRow = Selectable<PackageTable>

/** A question of a request that a package answers. */
export interface PackageItem {
  readonly recordingId: string
  readonly type: string
  readonly state: 'granted' | 'partial' | 'refused'
  readonly reasonCode: string | null
  readonly answer: string | null
  readonly refusedUntil: string | null
}

/** Requests of which everything that a package answers is decided and none was made yet; those that wait longest first. */
export async function requestsToAnswer(connection: Connection, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select q.id from privacy_request q
    where q.id in (select i.request_id from privacy_request_item i where i.state in ('granted', 'partial')
        and i.executed_at is null and i.type = any(${[...DELIVERED]}::text[]) and i.recording_id is not null)
      and q.state <> 'withdrawn' and q.identity = 'confirmed'
      and (q.fee_cents is null or q.fee_accepted_at is not null)
      and not exists (select from privacy_request_item i where i.request_id = q.id
        and i.type = any(${[...DELIVERED]}::text[]) and i.state in ('open', 'proposed'))
      and not exists (select from package p where p.request_id = q.id)
    order by q.deadline, q.id limit ${limit}`.execute(connection)
  return rows.map(({ id }) => id)
}

/** Whose request it is, locked against a second package; undefined for one that is not there. */
export const lockForPackage = (tx: Tx, requestId: string) =>
  tx
    .selectFrom('privacy_request')
    .select(['id', 'member_ref', 'state', 'entities'])
    .where('id', '=', requestId)
    .forUpdate()
    .executeTakeFirst()

/** What a package of the request answers, by the time of the call. */
export async function packageItems(connection: Connection, requestId: string): Promise<PackageItem[]> {
  const { rows } = await sql<PackageItem>`
    select i.recording_id as "recordingId", i.type, i.state, i.reason_code as "reasonCode", i.answer,
      i.refused_until as "refusedUntil"
    from privacy_request_item i join recording r on r.id = i.recording_id
    where i.request_id = ${requestId} and i.type = any(${[...DELIVERED]}::text[])
      and i.state in ('granted', 'partial', 'refused')
    order by r.started_at, r.id, i.type`.execute(connection)
  return rows
}

/** The package that is being made or can be fetched, or else the last one. */
export const latestPackage = (connection: Connection, requestId: string): Promise<PackageRow | undefined> =>
  connection
    .selectFrom('package')
    .selectAll()
    .where('request_id', '=', requestId)
    .orderBy(sql`state <> 'ended'`, 'desc')
    .orderBy('asked_at', 'desc')
    .limit(1)
    .executeTakeFirst()

export interface NewPackage {
  readonly id: string
  readonly requestId: string
  readonly memberRef: string
  readonly kind: PackageRow['kind']
  readonly recordingIds: readonly string[]
  readonly kekId: string
  readonly wrapped: Uint8Array
  readonly now: Date
}

export async function insertPackage(tx: Tx, wanted: NewPackage): Promise<void> {
  await tx
    .insertInto('package')
    .values({
      id: wanted.id,
      request_id: wanted.requestId,
      member_ref: wanted.memberRef,
      kind: wanted.kind,
      state: 'building',
      asked_at: wanted.now,
      run_at: wanted.now,
      recordings_total: wanted.recordingIds.length,
      kek_id: wanted.kekId,
      wrapped: Buffer.from(wanted.wrapped),
    })
    .execute()
  await sql`insert into package_recording (package_id, n, recording_id)
    select ${wanted.id}::uuid, n, id from unnest(${wanted.recordingIds}::uuid[]) with ordinality as one (id, n)`.execute(
    tx,
  )
}

export interface Claimant {
  readonly instance: number
  /** What this process is at; its other claims were given up and are free. */
  readonly inFlight: readonly string[]
  readonly now: Date
}

/** Takes a package that is to be built and that nobody is at. */
export async function claimPackage(
  connection: Connection,
  { instance, inFlight, now }: Claimant,
): Promise<PackageRow | undefined> {
  const { rows } = await sql<PackageRow>`
    update package set worker = ${instance} where id = (
      select id from package where state = 'building' and run_at <= ${now} and id <> all(${inFlight}::uuid[])
        and (worker = ${instance} or ${workerIsGone('worker')})
      order by run_at, id limit 1 for update skip locked)
    returning *`.execute(connection)
  return rows[0]
}

/** Gives a package back, to be gone on with at a time. */
export async function postponePackage(
  connection: Connection,
  { id, worker }: PackageRow,
  { attempts, runAt }: { readonly attempts: number; readonly runAt: Date },
): Promise<void> {
  await connection
    .updateTable('package')
    .set({ worker: null, attempts, run_at: runAt })
    .where('id', '=', id)
    .where('worker', '=', worker)
    .where('state', '=', 'building')
    .execute()
}

/** Packages whose days are over. */
export const expiredPackages = (connection: Connection, now: Date, limit: number): Promise<PackageRow[]> =>
  connection
    .selectFrom('package')
    .selectAll()
    .where('state', '=', 'ready')
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(limit)
    .execute()

/**
 * Destroys the key and the documents of a package that can be fetched; its row stays, to say that there was one.
 * False when it has ended already.
 */
export async function endPackage(
  tx: Tx,
  id: string,
  because: 'expired' | 'changed',
  now: Date,
): Promise<boolean> {
  const ended = await tx
    .updateTable('package')
    .set({ state: 'ended', ended_because: because, ended_at: now, kek_id: null, wrapped: null })
    .where('id', '=', id)
    .where('state', '=', 'ready')
    .returning('id')
    .executeTakeFirst()
  if (!ended) return false
  await tx.deleteFrom('package_file').where('package_id', '=', id).execute()
  await tx.deleteFrom('package_recording').where('package_id', '=', id).execute()
  return true
}

/** The first time only: whoever delivers at the same moment finds it done. */
export async function markPackageDelivered(tx: Tx, id: string, now: Date): Promise<boolean> {
  const row = await tx
    .updateTable('package')
    .set({ delivered_at: now })
    .where('id', '=', id)
    .where('delivered_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}
