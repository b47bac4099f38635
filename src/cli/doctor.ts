import { statfs } from 'node:fs/promises'
import { examineBucket } from '../compose/bucket.ts'
import type { Foundation } from '../compose/foundation.ts'
import { findAudioTools } from '../compose/health.ts'
import type { Config } from '../config/config.ts'
import { GIB, SECOND } from '../kernel/units.ts'
import { checkKeys } from '../recordings/check-keys.ts'
import { databaseNow } from '../retention/clocks-queries.ts'
import type { Edge } from './edge.ts'
import { withFoundation } from './with-foundation.ts'

interface Line {
  readonly check: string
  readonly state: 'ok' | 'warn' | 'fail'
  readonly detail: string
}

const CLOCK_TOLERANCE_MS = 60 * SECOND
const LITTLE_SPACE = 2 * GIB

/**
 * Examines everything the service needs and says what to do about what is wrong. Ends with 1 when a
 * check failed. Reading the configuration comes first: what is wrong there is reported all at once.
 */
export async function doctor(config: Config, edge: Edge): Promise<void> {
  const lines = await withFoundation(config, edge, (foundation) => examine(foundation, config)).catch(
    (error: unknown): Line[] => [failed('database and storage', error)],
  )
  const width = Math.max(...lines.map(({ check }) => check.length))
  for (const { check, state, detail } of lines) {
    edge.stdout.write(`${state.toUpperCase().padEnd(5)} ${check.padEnd(width)}  ${detail}\n`)
  }
  if (lines.some(({ state }) => state === 'fail')) edge.setExitCode(1)
}

async function examine(foundation: Foundation, config: Config): Promise<Line[]> {
  const { db, clock, store } = foundation
  const findings = await examineBucket(config, clock)
  return [
    {
      check: 'configuration',
      state: 'ok',
      detail: config.auth.kind === 'demo' ? 'demo mode' : config.auth.issuer,
    },
    await line('database', async () => `${config.database.kind}, schema up to date`),
    await line('database clock', async () => {
      const apart = Math.abs((await databaseNow(db)).getTime() - clock.now().getTime())
      if (apart > CLOCK_TOLERANCE_MS)
        throw new Error(
          `${Math.round(apart / SECOND)} s apart from ours: the sweep refuses to run; set both by NTP`,
        )
      return 'agrees with ours'
    }),
    await line('storage', async () => {
      await store.ping(AbortSignal.timeout(10 * SECOND))
      return config.storage.kind === 's3' ? `bucket ${config.storage.bucket}` : `files in ${config.dataDir}`
    }),
    ...(config.storage.kind === 'files' ? [await freeSpace(config.dataDir)] : []),
    ...findings.map(({ check, state, detail }) => ({ check: `bucket: ${check}`, state, detail })),
    await line('keyring', async () => {
      await checkKeys(foundation)
      return `${config.keyring.kind}, opens what is stored`
    }),
    await ffmpeg(config),
  ]
}

async function freeSpace(directory: string): Promise<Line> {
  const { bavail, bsize } = await statfs(directory)
  const free = bavail * bsize
  const detail = `${(free / GIB).toFixed(1)} GiB free`
  return { check: 'disk', state: free < LITTLE_SPACE ? 'warn' : 'ok', detail }
}

async function ffmpeg(config: Config): Promise<Line> {
  const check = 'ffmpeg'
  try {
    const { engine, words } = await findAudioTools(config)
    return { check, state: engine ? 'ok' : 'warn', detail: words }
  } catch (error) {
    return failed(check, error)
  }
}

async function line(check: string, work: () => Promise<string>): Promise<Line> {
  try {
    return { check, state: 'ok', detail: await work() }
  } catch (error) {
    return failed(check, error)
  }
}

const failed = (check: string, error: unknown): Line => ({
  check,
  state: 'fail',
  detail: error instanceof Error ? error.message : String(error),
})
