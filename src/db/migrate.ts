import { createHash } from 'node:crypto'
import type pg from 'pg'
import { MIGRATIONS } from './migrations/index.ts'

const MIGRATION_LOCK = 0x4c424d31

const checksum = (sql: string): string => createHash('sha256').update(sql).digest('hex')

/**
 * Brings the database to this build's schema; safe when several instances start at once.
 * Each migration is one transaction. Throws when a landed migration was edited or when the
 * database is newer than this build. Returns the names of what was applied now.
 */
export async function migrate(client: pg.ClientBase): Promise<string[]> {
  await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
  try {
    await client.query(
      `create table if not exists migration (
        name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
    )
    const { rows } = await client.query<{ name: string; checksum: string }>(
      'select name, checksum from migration order by name',
    )
    refuseUnknownHistory(rows)
    const applied = new Set(rows.map((row) => row.name))
    const pending = MIGRATIONS.filter((migration) => !applied.has(migration.name))
    for (const migration of pending) await apply(client, migration)
    return pending.map((migration) => migration.name)
  } finally {
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK])
  }
}

function refuseUnknownHistory(rows: readonly { name: string; checksum: string }[]): void {
  for (const row of rows) {
    const known = MIGRATIONS.find((migration) => migration.name === row.name)
    if (!known)
      throw new Error(
        `the database has migration ${row.name}, which this build does not know; run a newer build`,
      )
    if (checksum(known.sql) !== row.checksum)
      throw new Error(`migration ${row.name} was edited after it was applied`)
  }
}

async function apply(client: pg.ClientBase, migration: { name: string; sql: string }): Promise<void> {
  await client.query('begin')
  try {
    await client.query(migration.sql)
    await client.query('insert into migration (name, checksum) values ($1, $2)', [
      migration.name,
      checksum(migration.sql),
    ])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}
