import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { MINUTE } from '../kernel/units.ts'
import { libraryEnv, type PostgresBinaries } from './postgres-binaries.ts'
import { launchAs, type OsUser } from './unprivileged.ts'

export const DATABASE = 'listenback'
const CREATE_TIMEOUT = 3 * MINUTE
const MAX_OUTPUT = 4000

/** Files of one private PostgreSQL below DATA_DIR. */
export interface ClusterPaths {
  readonly home: string
  readonly data: string
  readonly password: string
  readonly log: string
}

export const clusterPaths = (home: string): ClusterPaths => ({
  home,
  data: join(home, 'cluster'),
  password: join(home, 'password'),
  log: join(home, 'log'),
})

/** Major version of the PostgreSQL that made the cluster; null when there is none yet. */
export async function clusterMajor(paths: ClusterPaths): Promise<number | null> {
  try {
    return Number.parseInt(await readFile(join(paths.data, 'PG_VERSION'), 'utf8'), 10)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/**
 * Makes a complete cluster (server files, role, database, password) beside its place and renames it there as
 * the last step: whatever is killed before leaves nothing that a later start could mistake for a database.
 * When somebody else was faster, theirs stays and ours is removed.
 */
export async function createCluster(
  home: string,
  binaries: PostgresBinaries,
  user: OsUser | null,
): Promise<void> {
  await removeAbandoned(home)
  const draft = clusterPaths(`${home}.new-${process.pid}`)
  try {
    await fill(draft, binaries, user)
    await rename(draft.home, home).catch(ignoreLostRace)
    await syncDirectory(dirname(home))
  } finally {
    await rm(draft.home, { recursive: true, force: true })
  }
}

async function fill(draft: ClusterPaths, binaries: PostgresBinaries, user: OsUser | null): Promise<void> {
  await rm(draft.home, { recursive: true, force: true })
  await mkdir(draft.data, { recursive: true, mode: 0o700 })
  // The server's user must pass through home to its own directory, but can neither list nor change it.
  if (user) await chmod(draft.home, 0o711)
  if (user) await chown(draft.data, user.uid, user.gid)
  const password = randomBytes(24).toString('hex')
  await writeDurably(draft.password, password)

  const initdb = ['-D', draft.data, '-U', 'postgres', '--encoding=UTF8', '--locale=C', '--data-checksums']
  const auth = ['--auth-local=reject', '--auth-host=scram-sha-256']
  await runAs(user, binaries, 'initdb', [...initdb, ...auth], '', draft.data)
  // Single-user mode needs no listening server; every line is one statement. The administrator keeps no
  // password, so nobody can log in as superuser over the network.
  const statements = [
    `create role ${DATABASE} login password '${password}'`,
    `create database ${DATABASE} owner ${DATABASE}`,
    `revoke connect on database ${DATABASE} from public`,
  ]
  const single = ['--single', '-D', draft.data, '-c', 'exit_on_error=on', 'postgres']
  await runAs(user, binaries, 'postgres', single, `${statements.join('\n')}\n`, draft.data)
}

/** Drafts whose maker is gone; one of a start that is under way right now is left alone. */
async function removeAbandoned(home: string): Promise<void> {
  const prefix = `${basename(home)}.new-`
  const drafts = (await readdir(dirname(home))).filter((name) => name.startsWith(prefix))
  const abandoned = drafts.filter((name) => !isAlive(Number(name.slice(prefix.length))))
  for (const name of abandoned) {
    await rm(join(dirname(home), name), { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Whether a process with this number exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function runAs(
  user: OsUser | null,
  binaries: PostgresBinaries,
  program: 'initdb' | 'postgres',
  args: readonly string[],
  input: string,
  data: string,
): Promise<void> {
  const launch = await launchAs(user, join(binaries.binDir, program), args, reachable(binaries, data))
  const child = spawn(launch.command, launch.args, {
    ...launch.identity,
    cwd: '/',
    env: libraryEnv(binaries.libraryDirs),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: CREATE_TIMEOUT,
    killSignal: 'SIGKILL',
  })
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-MAX_OUTPUT)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  // A program that ends before it has read everything is reported by its exit code.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const code = await new Promise<number | string | null>((done, fail) => {
    child.once('error', fail)
    child.once('close', (exitCode, signal) => done(exitCode ?? signal))
  })
  if (code !== 0) throw new Error(`${program} failed (${code}): ${output.trim()}`)
}

/** Directories that the server's user has to enter. */
export const reachable = (binaries: PostgresBinaries, data: string): string[] => [
  binaries.binDir,
  ...binaries.libraryDirs,
  data,
]

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

function ignoreLostRace(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
}
