import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import type { Schema } from './schema.ts'

export type Database = Kysely<Schema>
export type Pool = pg.Pool
export type Tx = Transaction<Schema>
/** A statement that may run on its own or inside a caller's transaction. */
export type Connection = Database | Tx

export interface OpenDatabase {
  readonly db: Database
  readonly pool: Pool
  close(): Promise<void>
}

/** For a pool whose callers must know soon; the usual one is patient. */
export interface Limits {
  readonly statementTimeoutMs?: number
  readonly lockTimeoutMs?: number
  /** Counted here, for a server that does not answer at all. */
  readonly queryTimeoutMs?: number
  /**
   * Plans a prepared statement once per connection, whatever its values. By itself PostgreSQL goes on making
   * a plan for every set of values as long as it expects little of a common one, and for a lookup of one row
   * planning is most of the work. Not for statements whose best plan depends on their values.
   */
  readonly planOnce?: boolean
}

const DATE_OID = 1082
const INT8_OID = 20

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('integer beyond 2^53 from the database')
  return value
}

/** Calendar dates stay text and int8 becomes a number, so that no value passes through a time zone or a float. */
const types: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    if (oid === DATE_OID) return (text: string) => text
    if (oid === INT8_OID) return safeInteger
    return pg.types.getTypeParser(oid, format as 'text')
  },
}

/**
 * Opens a bounded pool. A caller that cannot get a connection within two seconds fails instead of
 * queueing without end; the HTTP edge turns that into 503.
 */
export function openDatabase(url: string, size: number, limits: Limits = {}): OpenDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    connectionTimeoutMillis: 2000,
    statement_timeout: limits.statementTimeoutMs ?? 30_000,
    ...(limits.lockTimeoutMs === undefined ? {} : { lock_timeout: limits.lockTimeoutMs }),
    ...(limits.queryTimeoutMs === undefined ? {} : { query_timeout: limits.queryTimeoutMs }),
    application_name: 'listenback',
    ...(limits.planOnce && { options: '-c plan_cache_mode=force_generic_plan' }),
    types,
  })
  // An idle connection that breaks (database restart) is replaced on next use; without a listener it would end the process.
  pool.on('error', () => {})
  // The pool listens to idle connections only: one that breaks between two statements of a transaction would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  const db: Database = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  return {
    db,
    pool,
    async close() {
      // kysely ends the pool only if it ever used it; a pool used directly would keep the process alive.
      await db.destroy()
      if (!pool.ended) await pool.end()
    },
  }
}
