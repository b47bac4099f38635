import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  freePort,
  type OwnProcess,
  ownDirectory,
  removeDirectory,
  run,
  spawnOwn,
  waitFor,
} from './processes.ts'
import type { TestBucket } from './rgw.ts'
import { type Claims, createIssuer, type Issuer, type JwksServer } from './tokens.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MAIN = join(ROOT, 'src/main.ts')
/** What node compiled for one start serves the next: starting is most of what a short test costs. */
const COMPILED = join(ROOT, 'node_modules/.cache/compiled')
/** As `npm start` and the image start it. */
const SMALL_YOUNG_GENERATION = '--max-semi-space-size=4'

export interface ServiceOptions {
  /** Absent: the embedded database in the data directory. */
  readonly databaseUrl?: string
  /** Absent: the file store in the data directory. */
  readonly bucket?: Pick<TestBucket, 'bucket' | 'endpoint' | 'region' | 'accessKeyId' | 'secretAccessKey'>
  /** Whose tokens are believed; absent: a new issuer. `demo` starts demo mode without any. */
  readonly issuer?: Issuer | 'demo'
  /** Absent: the keys are given as a file. */
  readonly jwks?: JwksServer
  /** Absent: a private one that is removed at the end. */
  readonly dataDir?: string
  readonly env?: Readonly<Record<string, string>>
  /** Program and arguments to run it under, for example strace or faketime. */
  readonly under?: readonly string[]
}

export interface RunningService {
  readonly baseUrl: string
  readonly pid: number
  readonly dataDir: string
  readonly issuer: Issuer
  readonly ended: OwnProcess['ended']
  /** Calls the API as the person with these claims. */
  call(path: string, claims: Claims | undefined, init?: RequestInit): Promise<Response>
  /** Sends the signal and does not wait. */
  kill(signal: NodeJS.Signals): void
  /** Waits until a killed process has gone, then starts another on the same port, data and settings. */
  restart(): Promise<void>
  /** How another command of the program is started on the same settings. */
  commandLine(...args: readonly string[]): { program: string; args: string[]; env: Record<string, string> }
  /** Runs another command of the program (fsck, sweep, ...) on the same settings; gives its output. */
  command(...args: readonly string[]): Promise<string>
  logs(): string
  stop(): Promise<void>
}

/** The real service as a child process, ready for requests. */
export async function startService(options: ServiceOptions = {}): Promise<RunningService> {
  const directory = ownDirectory('service')
  const dataDir = options.dataDir ?? directory
  const demo = options.issuer === 'demo'
  const issuer =
    options.issuer === undefined || options.issuer === 'demo' ? await createIssuer() : options.issuer
  const jwksFile = join(directory, 'jwks.json')
  issuer.writeJwks(jwksFile)
  const port = await freePort()
  const baseUrl = `http://127.0.0.1:${port}`
  const env = environment(options, {
    PORT: String(port),
    DATA_DIR: dataDir,
    ...(demo ? {} : { AUTH_ISSUER: issuer.issuer, AUTH_AUDIENCE: issuer.audience }),
    ...(demo ? {} : options.jwks ? { AUTH_JWKS_URL: options.jwks.url } : { AUTH_JWKS_FILE: jwksFile }),
  })
  const log = join(directory, 'log')
  const start = () => launch(baseUrl, env, log, options.under ?? [])
  let own = await start()
  return {
    baseUrl,
    dataDir,
    issuer,
    get pid() {
      return own.pid
    },
    get ended() {
      return own.ended
    },
    call(path, claims, init = {}) {
      const headers = new Headers(init.headers)
      if (claims) headers.set('Authorization', `Bearer ${issuer.token(claims)}`)
      return fetch(new URL(path, baseUrl), { redirect: 'manual', ...init, headers })
    },
    kill: (signal) => own.kill(signal),
    async restart() {
      await own.ended
      own = await start()
    },
    commandLine: (...args) => ({ program: process.execPath, args: [MAIN, ...args], env }),
    command: (...args) => run(process.execPath, [MAIN, ...args], undefined, env),
    logs: () => readFileSync(log, 'utf8'),
    async stop() {
      await own.stop()
      removeDirectory(directory)
    },
  }
}

function environment(options: ServiceOptions, own: Record<string, string>): Record<string, string> {
  const { bucket } = options
  return {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '/',
    HOST: '127.0.0.1',
    METRICS_PORT: '0',
    NODE_COMPILE_CACHE: COMPILED,
    SHUTDOWN_DELAY: '1s',
    ...own,
    ...(options.databaseUrl ? { DATABASE_URL: options.databaseUrl } : {}),
    ...(bucket
      ? {
          S3_BUCKET: bucket.bucket,
          S3_ENDPOINT: bucket.endpoint,
          S3_REGION: bucket.region,
          S3_ACCESS_KEY_ID: bucket.accessKeyId,
          S3_SECRET_ACCESS_KEY: bucket.secretAccessKey,
        }
      : {}),
    ...options.env,
  }
}

async function launch(
  baseUrl: string,
  env: Record<string, string>,
  log: string,
  under: readonly string[],
): Promise<OwnProcess> {
  const [program = '', ...args] = [...under, process.execPath, SMALL_YOUNG_GENERATION, MAIN, 'serve']
  const own = spawnOwn(program, args, { env, log, cwd: ROOT })
  await waitFor('the service', async () => ((await fetch(`${baseUrl}/readyz`)).ok ? true : undefined), {
    process: own,
  }).catch(async (error: unknown) => {
    await own.stop('SIGKILL')
    throw error
  })
  return own
}
