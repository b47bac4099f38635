import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { buildProgram } from '../../../src/cli/program.ts'
import { callMetadata } from '../../support/deliver.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { type OwnProcess, ownDirectory, removeDirectory, spawnOwn } from '../../support/processes.ts'

/** As `npm start` and the image run it: a large young generation would hide what is kept. */
const SMALL_YOUNG_GENERATION = '--max-semi-space-size=4'
const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))

export interface ImportRun {
  readonly code: number
  /** The last line of standard output, when it is JSON. */
  readonly summary: Record<string, unknown>
  readonly errors: string
}

/** A database, a file store and a directory of calls, and the command line to import them with. */
export type ImportSite = Awaited<ReturnType<typeof openImportSite>>

export async function openImportSite(env: Readonly<Record<string, string>> = {}) {
  const database = await createTestDatabase()
  const directory = ownDirectory('import')
  const calls = join(directory, 'calls')
  await mkdir(calls)
  const settings: Record<string, string> = {
    ...{ PATH: process.env.PATH ?? '', PORT: '0', DATABASE_URL: database.url },
    ...{ DATA_DIR: join(directory, 'data'), ...env },
  }
  const sql = new pg.Client({ connectionString: database.url })
  await sql.connect()
  const path = (name: string): string => join(directory, name)

  return {
    ...{ directory, calls, sql, path, databaseUrl: database.url },
    /** Runs one command of the program in this process. */
    async run(...args: readonly string[]): Promise<ImportRun> {
      const out = collector()
      const errors = collector()
      let code = 0
      const program = buildProgram({
        env: settings,
        readFile: () => '',
        stdin: process.stdin,
        stdout: out.stream,
        stderr: errors.stream,
        onSignal: () => {},
        setExitCode: (value) => {
          code = value
        },
        exitNow: () => {},
      })
      await program.parseAsync(['node', 'listenback', ...args])
      return { code, summary: summaryOf(out.text()), errors: errors.text() }
    },
    /** Starts the program as a process of its own; what it prints goes into `log`. */
    start: (log: string, ...args: readonly string[]): OwnProcess =>
      spawnOwn(process.execPath, [SMALL_YOUNG_GENERATION, MAIN, ...args], { env: settings, log: path(log) }),
    async call(name: string, bytes: Uint8Array | string): Promise<void> {
      await mkdir(dirname(join(calls, name)), { recursive: true })
      await writeFile(join(calls, name), bytes)
    },
    async file(name: string, content: string | Uint8Array): Promise<string> {
      await writeFile(path(name), content)
      return path(name)
    },
    read: (name: string): Promise<string> => readFile(path(name), 'utf8'),
    /** What the database has, by call. */
    async stored(): Promise<Record<string, StoredCall>> {
      const { rows } = await sql.query<StoredCall & { call_id: string }>(
        `select call_id, status, keep_until::text as "keepUntil", member_ref as "memberRef", links,
                encode(rendition.sha256, 'hex') as sha256, media_type as "mediaType"
           from recording left join rendition on rendition.recording_id = recording.id and name = 'original'`,
      )
      return Object.fromEntries(rows.map(({ call_id, ...rest }) => [call_id, rest]))
    },
    async close(): Promise<void> {
      await sql.end()
      await database.drop()
      removeDirectory(directory)
    },
  }
}

export interface StoredCall {
  readonly status: string
  readonly keepUntil: string | null
  readonly memberRef: string | null
  readonly links: Record<string, string>
  readonly sha256: string
  readonly mediaType: string
}

function collector(): { stream: Writable; text: () => string } {
  let text = ''
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString()
      done()
    },
  })
  return { stream, text: () => text }
}

function summaryOf(output: string): Record<string, unknown> {
  const last = output.trim().split('\n').at(-1) ?? ''
  return last.startsWith('{') ? (JSON.parse(last) as Record<string, unknown>) : {}
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A day's call, so that its training purpose still runs. */
export const recently = (daysAgo = 10): string => new Date(Date.now() - daysAgo * 86_400_000).toISOString()

/** A row as JSON, of an ordinary recent call, changed as the test needs. */
export const row = (changes: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  file: 'call.wav',
  ...callMetadata({ callId: 'call-1', startedAt: recently(), ...changes }),
})

export const jsonl = (rows: readonly Readonly<Record<string, unknown>>[]): string =>
  rows.map((one) => `${JSON.stringify(one)}\n`).join('')
