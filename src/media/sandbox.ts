import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { MIB, SECOND } from '../kernel/units.ts'
import type { EngineLimits } from './engine.ts'
import { DEFAULT_LIMITS } from './engine-limits.ts'

const run = promisify(execFile)

/** What a program is started through so that it can do little. */
export interface Sandbox {
  /** For people; only what really works on this machine. */
  readonly isolation: readonly string[]
  /** User and group under which the program runs; undefined: this process's own. */
  readonly owner: number | undefined
  /** The command line that runs the program inside. */
  command(program: readonly string[], limits: EngineLimits): readonly string[]
}

interface Layer {
  readonly words: readonly string[]
  readonly owner?: number
  prefix(limits: EngineLimits): readonly string[]
}

/** `nobody`, on every Linux. */
const NOBODY = 65_534
/** Libraries, pipes and one file for each output; a program that wants more is up to something. */
const MAX_DESCRIPTORS = 64

/** Seconds between being told that the time is up, which ffmpeg still understands, and the end. */
const CPU_GRACE = 5

const limited: Layer = {
  words: ['memory, processor and file size limits'],
  prefix: ({ cpuSeconds, memoryBytes, outputBytes }) => [
    'prlimit',
    `--cpu=${Math.ceil(cpuSeconds)}:${Math.ceil(cpuSeconds) + CPU_GRACE}`,
    `--as=${memoryBytes}`,
    // The program itself stops where it should; this stops one that does not.
    `--fsize=${outputBytes + MIB}`,
    ...[`--nofile=${MAX_DESCRIPTORS}`, '--core=0', '--'],
  ],
}

const layer = (words: readonly string[], prefix: readonly string[], owner?: number): Layer => ({
  words,
  prefix: () => prefix,
  ...(owner === undefined ? {} : { owner }),
})

const NO_PRIVILEGES = ['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all']
const DIES_WITH_US = ['--pdeathsig', 'KILL']

/** From the outside in; of each layer the first variant that works. What every layer needs is in util-linux. */
const layers = (isRoot: boolean): readonly (readonly Layer[])[] => [
  [limited],
  [
    ...(isRoot ? [layer(['no network'], ['unshare', '--net', '--ipc', '--'])] : []),
    // Whoever is not root may only do so in a user namespace, where the system allows those.
    layer(['no network'], ['unshare', '--user', '--net', '--ipc', '--']),
  ],
  [
    ...(isRoot ? [asNobody()] : []),
    layer(['no new privileges'], ['setpriv', ...NO_PRIVILEGES, ...DIES_WITH_US, '--']),
    layer(['no new privileges'], ['setpriv', '--no-new-privs', ...DIES_WITH_US, '--']),
  ],
  [layer(['low priority'], ['nice', '-n', '5'])],
]

function asNobody(): Layer {
  const identity = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
  return layer(
    ['unprivileged user', 'no new privileges'],
    ['setpriv', ...identity, ...NO_PRIVILEGES, ...DIES_WITH_US, '--'],
    NOBODY,
  )
}

/** What every run has, whatever the machine. */
const ALWAYS = ['piped input only', 'own process group', 'empty environment', 'time limit']

/**
 * Finds out what this machine can keep the program in with, by running it: each layer is tried together with
 * those before it, and one that does not work here (a container without namespaces, another system) is left out.
 */
export async function findSandbox(program: string): Promise<Sandbox> {
  const wanted = layers(process.getuid?.() === 0)
  const best = wanted.flatMap(([first]) => first ?? [])
  const found = (await works(best, program)) ? best : await findOneByOne(wanted, program)
  return {
    isolation: [...found.flatMap(({ words }) => words), ...ALWAYS],
    owner: found.find(({ owner }) => owner !== undefined)?.owner,
    command: (line, limits) => [...found.flatMap(({ prefix }) => prefix(limits)), ...line],
  }
}

async function findOneByOne(wanted: readonly (readonly Layer[])[], program: string): Promise<Layer[]> {
  const found: Layer[] = []
  for (const variants of wanted) {
    for (const variant of variants) {
      if (!(await works([...found, variant], program))) continue
      found.push(variant)
      break
    }
  }
  return found
}

async function works(tried: readonly Layer[], program: string): Promise<boolean> {
  const [file = program, ...args] = [
    ...tried.flatMap(({ prefix }) => prefix(DEFAULT_LIMITS)),
    program,
    '-version',
  ]
  const options = { env: {}, cwd: '/', timeout: 10 * SECOND, killSignal: 'SIGKILL' as const }
  return run(file, args, options).then(
    () => true,
    () => false,
  )
}
