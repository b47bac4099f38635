import { randomInt } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'

/** First key of our advisory locks, so that they never meet another application's. */
const INSTANCE_CLASS = 0x4c42

/**
 * This process as the database sees it: a number that is locked as long as the process lives.
 * Work in progress is marked with the number, so anybody can tell at once, and without any clock,
 * whether the worker of an unfinished row is gone and the row is free for recovery.
 */
export interface Instance {
  readonly id: number
  /** True while the database still sees this process. */
  isRegistered(): boolean
  close(): Promise<void>
}

export async function registerInstance(databaseUrl: string): Promise<Instance> {
  const id = randomInt(1, 2 ** 31 - 1)
  let closed = false
  let registered = false
  let client = await lockedClient()

  async function lockedClient(): Promise<pg.Client> {
    const fresh = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'listenback instance',
      keepAlive: true,
    })
    fresh.on('error', () => {})
    await fresh.connect()
    await fresh.query('select pg_advisory_lock($1, $2)', [INSTANCE_CLASS, id])
    registered = true
    fresh.once('end', () => {
      registered = false
      if (!closed) void reconnect()
    })
    return fresh
  }

  async function reconnect(): Promise<void> {
    while (!closed) {
      try {
        client = await lockedClient()
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    }
  }

  return {
    id,
    isRegistered: () => registered,
    async close() {
      closed = true
      await client.end()
    },
  }
}

/** SQL condition: the instance that works on this row is gone (or nobody ever did). */
export const workerIsGone = (column: 'worker') =>
  sql<boolean>`(${sql.ref(column)} is null or pg_try_advisory_xact_lock_shared(${INSTANCE_CLASS}, ${sql.ref(column)}))`
