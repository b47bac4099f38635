import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { SECOND } from '../kernel/units.ts'

const CLAIM_PREFIX = 'listenback claim of process '
const RETRY = 500
/** The database notices a killed process at once, but not within the same instant. */
const ATTEMPTS = 5
const ATTEMPT_PAUSE = 200

/** Refusal: exactly one Listenback may work on a data directory, because files there have no other referee. */
export class DataDirInUse extends Error {
  override readonly name = 'DataDirInUse'

  constructor(dataDir: string, processId: string | null) {
    const by = processId ? ` (process ${processId})` : ''
    super(
      `${dataDir} is already in use by another Listenback${by}; stop it, or set another DATA_DIR and PORT`,
    )
  }
}

export interface DataDirClaim {
  release(): Promise<void>
}

export interface ClaimOptions {
  readonly dataDir: string
  readonly databaseUrl: string
  /** Called once when the claim was lost (the database restarted) and somebody else has it now: stop at once. */
  readonly onLost?: () => void
}

/**
 * Claims the data directory for this process with a session lock on a connection of its own: the database
 * frees it the moment the process dies, however it dies, and there is no lock file to go stale.
 * Throws DataDirInUse. With an external database this needs a direct connection or session pooling.
 */
export async function claimDataDir(options: ClaimOptions): Promise<DataDirClaim> {
  const dataDir = resolve(options.dataDir)
  const key = claimKey(await dataDirId(dataDir))
  let client = await connect(options.databaseUrl)
  let released = false
  for (let attempt = 1; !(await tryLock(client, key)); attempt += 1) {
    if (attempt < ATTEMPTS) await sleep(ATTEMPT_PAUSE)
    else return refuse(client, key, dataDir)
  }
  keep(client)
  return {
    async release() {
      released = true
      await client.end()
    },
  }

  function keep(claimed: pg.Client): void {
    client = claimed
    claimed.once('end', () => {
      if (!released) void claimAgain()
    })
  }

  async function claimAgain(): Promise<void> {
    while (!released) {
      const outcome = await tryAgain(options.databaseUrl, key)
      if (outcome === 'taken') return options.onLost?.()
      if (outcome !== 'unreachable') return released ? outcome.end() : keep(outcome)
      await sleep(RETRY)
    }
  }
}

async function tryAgain(databaseUrl: string, key: string): Promise<pg.Client | 'taken' | 'unreachable'> {
  const fresh = await connect(databaseUrl).catch(() => null)
  if (!fresh) return 'unreachable'
  try {
    if (await tryLock(fresh, key)) return fresh
    const taken = (await holder(fresh, key)) !== null
    await fresh.end()
    return taken ? 'taken' : 'unreachable'
  } catch {
    // The database went away once more; the caller goes on trying.
    return 'unreachable'
  }
}

/** Whether a Listenback other than this process has claimed a data directory on this database. */
export async function otherClaimants(databaseUrl: string): Promise<boolean> {
  const client = await connect(databaseUrl)
  try {
    const { rowCount } = await client.query(
      'select 1 from pg_stat_activity where starts_with(application_name, $1) and application_name <> $2',
      [CLAIM_PREFIX, ownName()],
    )
    return (rowCount ?? 0) > 0
  } finally {
    await client.end()
  }
}

const ownName = () => `${CLAIM_PREFIX}${process.pid}`

async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: ownName(),
    connectionTimeoutMillis: 10 * SECOND,
    keepAlive: true,
  })
  // Loss of the connection is handled where 'end' is heard; an unheard 'error' would end the process.
  client.on('error', () => {})
  await client.connect()
  return client
}

async function tryLock(client: pg.Client, key: string): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    'select pg_try_advisory_lock($1::bigint) as locked',
    [key],
  )
  return rows[0]?.locked === true
}

/** Number of the process that holds the claim, as it told the database; null when nobody does. */
async function holder(client: pg.Client, key: string): Promise<string | null> {
  const { rows } = await client.query<{ name: string }>(
    `select activity.application_name as name
       from pg_locks held join pg_stat_activity activity using (pid)
      where held.locktype = 'advisory' and held.granted and held.objsubid = 1
        and held.database = (select oid from pg_database where datname = current_database())
        and ((held.classid::bigint << 32) | held.objid::bigint) = $1::bigint`,
    [key],
  )
  return rows[0] ? rows[0].name.slice(CLAIM_PREFIX.length) : null
}

async function refuse(client: pg.Client, key: string, dataDir: string): Promise<never> {
  const processId = await holder(client, key)
  await client.end()
  throw new DataDirInUse(dataDir, processId)
}

/**
 * The directory's own random name, made at its first use. Unlike its path it is the same for every host that
 * mounts it, and differs between hosts that happen to use the same path with one database.
 */
async function dataDirId(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'id')
  const existing = await readFile(path, 'utf8').catch(ignoreMissing)
  if (existing) return existing.trim()
  const draft = join(dataDir, `id.new-${process.pid}`)
  await writeFile(draft, `${randomUUID()}\n`, { mode: 0o600, flush: true })
  try {
    // link() never replaces: of two first starts one name wins, complete, for both.
    await link(draft, path).catch(ignoreExisting)
  } finally {
    await rm(draft, { force: true })
  }
  return (await readFile(path, 'utf8')).trim()
}

const claimKey = (id: string): string =>
  createHash('sha256').update(`listenback data directory ${id}`).digest().readBigInt64BE(0).toString()

function ignoreMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
