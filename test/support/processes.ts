import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'listenback-test-'

/** What this process started and must not leave behind, whatever way it ends. */
const children = new Set<ChildProcess>()
const directories = new Set<string>()
let guarded = false

/** Ends children and removes directories also when the run is interrupted. */
function guard(): void {
  if (guarded) return
  guarded = true
  process.on('exit', () => {
    for (const child of children) child.kill('SIGKILL')
    for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  })
  // The test runner has its own SIGINT handling that ends in 'exit'; these two would end without it.
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => process.exit(code))
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Removes what runs that were killed outright (SIGKILL, power) could not remove themselves. */
function removeStaleDirectories(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = /^listenback-test-[a-z]+-(\d+)-/.exec(name)?.[1]
    if (owner && !isAlive(Number(owner))) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

/** A private directory (mode 0700) that is removed when this process ends. */
export function ownDirectory(purpose: string): string {
  guard()
  removeStaleDirectories()
  const directory = join(
    tmpdir(),
    `${PREFIX}${purpose}-${process.pid}-${Date.now().toString(36)}${directories.size}`,
  )
  mkdirSync(directory, { mode: 0o700 })
  chmodSync(directory, 0o700)
  directories.add(directory)
  return directory
}

export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  directories.delete(directory)
}

const SETPRIV = '/usr/bin/setpriv'

/**
 * On Linux the kernel itself ends the child when its parent dies (`setpriv --pdeathsig`), so even
 * a SIGKILL of the test runner leaves no server behind. `user` is honoured only when root.
 */
function commandLine(program: string, args: readonly string[], user: string | undefined): [string, string[]] {
  const asUser = user && process.getuid?.() === 0
  if (!existsSync(SETPRIV)) {
    if (asUser) throw new Error(`running ${program} as ${user} needs ${SETPRIV} (Debian package util-linux)`)
    return [program, [...args]]
  }
  const identity = asUser
    ? [`--reuid=${user}`, `--regid=${user === 'nobody' ? 'nogroup' : user}`, '--clear-groups']
    : []
  return [SETPRIV, [...identity, '--pdeathsig', 'KILL', '--', program, ...args]]
}

export interface OwnOptions {
  readonly user?: string | undefined
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Both output streams go here. */
  readonly log: string
}

export interface OwnProcess {
  readonly pid: number
  readonly log: string
  hasEnded(): boolean
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  kill(signal: NodeJS.Signals): void
  /** Asks with the signal, then insists with SIGKILL after ten seconds. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Starts a program that ends with this process, by its own pid and in no other way. */
export function spawnOwn(program: string, args: readonly string[], options: OwnOptions): OwnProcess {
  guard()
  const output = openSync(options.log, 'a')
  const [file, argv] = commandLine(program, args, options.user)
  const child = spawn(file, argv, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', output, output],
  })
  children.add(child)
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: 127, signal: null }))
  })
  void ended.then(() => children.delete(child))
  return {
    pid: child.pid ?? -1,
    log: options.log,
    hasEnded: () => !children.has(child),
    ended,
    kill: (signal) => void child.kill(signal),
    async stop(signal = 'SIGTERM') {
      if (!children.has(child)) return
      child.kill(signal)
      const insist = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(insist)
    },
  }
}

/** Runs a program to its end; throws with its output unless it succeeds. Returns its standard output. */
export function run(
  program: string,
  args: readonly string[],
  user?: string,
  env?: NodeJS.ProcessEnv,
): Promise<string> {
  const [file, argv] = commandLine(program, args, user)
  return new Promise((resolve, reject) => {
    const child = spawn(file, argv, { stdio: ['ignore', 'pipe', 'pipe'], env: env ?? process.env, cwd: '/' })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (err += chunk))
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0
        ? resolve(out)
        : reject(new Error(`${program} ${args[0] ?? ''} ended with ${code}: ${err || out}`)),
    )
  })
}

/** Polls until `check` gives a value; fails with the tail of the log when the process ends or time is up. */
export async function waitFor<T>(
  what: string,
  check: () => Promise<T | undefined>,
  { process: own, timeoutMs = 60_000 }: { process?: OwnProcess; timeoutMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  const tail = () => (own && existsSync(own.log) ? `\n${readFileSync(own.log, 'utf8').slice(-2000)}` : '')
  for (;;) {
    const value = await check().catch(() => undefined)
    if (value !== undefined) return value
    if (own?.hasEnded()) throw new Error(`${what}: the process ended${tail()}`)
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms${tail()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A loopback port that is free right now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
