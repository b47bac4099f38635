import { sql } from 'kysely'
import type { Database } from '../db/database.ts'
import type { PackageRow } from './package-queries.ts'

const AT_ONCE = 10

export interface ToPush {
  readonly disclosureId: string
  readonly packaged: PackageRow
}

/** Packages that can be fetched and whose member confirmed where they are to go; the oldest disclosure first. */
export async function packagesToPush(db: Database, now: Date): Promise<ToPush[]> {
  const { rows } = await sql<PackageRow & { disclosure_id: string }>`
    select p.*, d.id as disclosure_id from disclosure d
    join package p on p.request_id = d.privacy_request_id and p.state = 'ready' and p.expires_at > ${now}
    where d.state = 'approved' and d.push_url is not null and d.push_confirmed_at is not null
    order by d.requested_at limit ${AT_ONCE}`.execute(db)
  return rows.map(({ disclosure_id: disclosureId, ...packaged }) => ({ disclosureId, packaged }))
}
