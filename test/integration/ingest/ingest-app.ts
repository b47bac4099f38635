import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeSessions } from '../../../src/access/sessions.ts'
import { openDatabase } from '../../../src/db/database.ts'
import { registerInstance } from '../../../src/db/instance.ts'
import type { Endpoint } from '../../../src/http/endpoint.ts'
import { drain, listen, portOf } from '../../../src/http/listen.ts'
import type { MinimumRate } from '../../../src/http/upload-rate.ts'
import { uploadSlots } from '../../../src/http/upload-slots.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { KIB, MIB, MINUTE } from '../../../src/kernel/units.ts'
import type { AudioEngine } from '../../../src/media/engine.ts'
import { makeIngest } from '../../../src/recordings/ingest.ts'
import { type IngestEndpointParts, ingestEndpoints } from '../../../src/recordings/ingest-routes.ts'
import { makeRecoverIngests } from '../../../src/recordings/recover-ingests.ts'
import { makeDeriveRetention } from '../../../src/retention/derive.ts'
import { openRules } from '../../../src/retention/rules.ts'
import { openFileKeyring } from '../../../src/storage/file-keyring.ts'
import { openFileObjectStore } from '../../../src/storage/file-object-store.ts'
import type { ObjectStore } from '../../../src/storage/object-store.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { appWith } from '../../support/app-with.ts'
import { type TestClock, testClock } from '../../support/clock.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { createIssuer, type Issuer, persons } from '../../support/tokens.ts'
import { audioPart, BOUNDARY, formBody, metadataPart } from './form.ts'

const RULES = new URL('../../../src/retention/hmbs.yaml', import.meta.url)

export interface IngestAppOptions {
  readonly maxBytes?: number
  readonly rate?: MinimumRate
  readonly slots?: { total: number; perCaller: number }
  /** Another store than a directory of its own, or a layer over that one. */
  readonly store?: (files: ObjectStore) => ObjectStore | Promise<ObjectStore>
  /** Silences what is no plain WAV. */
  readonly engine?: AudioEngine
  /** Other ways in. */
  readonly also?: (parts: IngestEndpointParts) => readonly Endpoint[]
  /** How the service reaches the database, when not directly. */
  readonly databaseUrl?: (url: string) => string
  /** A second instance of the same service: same database, same store, same issuer. */
  readonly beside?: SharedParts
}

/** What instances of one service have in common. */
export interface SharedParts {
  readonly directory: string
  readonly database: TestDatabase
  readonly files: ObjectStore
  readonly clock: TestClock
  readonly issuer: Issuer
}

/** The ingest of the service, on a real port with a real database and store, and what tests look at. */
export type IngestApp = Awaited<ReturnType<typeof startIngestApp>>

export async function startIngestApp(options: IngestAppOptions = {}) {
  const { beside } = options
  const directory = beside?.directory ?? (await mkdtemp(join(tmpdir(), 'lb-ingest-')))
  const database = beside?.database ?? (await createTestDatabase())
  const own = openDatabase(database.url, 4)
  const opened = openDatabase(options.databaseUrl?.(database.url) ?? database.url, 10)
  const instance = await registerInstance(database.url)
  const files = beside?.files ?? (await openFileObjectStore(directory))
  const store = (await options.store?.(files)) ?? files
  const keyring = await openFileKeyring(join(directory, 'keyring.json'), { create: true })
  const clock = beside?.clock ?? testClock(new Date().toISOString())
  const logger = createLogger('error')
  logger.silent = true
  const issuer = beside?.issuer ?? (await createIssuer())
  const inFlight = new Set<string>()
  const ports = { db: opened.db, store, clock, instance, logger, inFlight }
  const recoverIngests = makeRecoverIngests(ports)
  const rules = openRules(await readFile(RULES, 'utf8'))
  const deriveRetention = makeDeriveRetention(() => rules)
  const slots = uploadSlots(options.slots ?? { total: 32, perCaller: 16 })
  const delivering: IngestEndpointParts = {
    ingest: makeIngest({
      ...{ ...ports, keyring, deriveRetention, recoverIngests, onReceived: [] },
      engine: options.engine,
    }),
    db: opened.db,
    clock,
    slots,
    maxBytes: options.maxBytes ?? 8 * MIB,
    rate: options.rate ?? { bytesPerSecond: KIB, windowMs: MINUTE / 2 },
  }
  // Tokens live in real time; only the service's idea of calls and periods is set by the tests.
  const app = appWith({
    issuer,
    sessions: makeSessions({ db: own.db, clock: systemClock }),
    clock: systemClock,
    logger,
    endpoints: [...ingestEndpoints(delivering), ...(options.also?.(delivering) ?? [])],
  })
  const server = await listen(app, 0, '127.0.0.1')

  return {
    ...{ server, port: portOf(server), clock, store, files, keyring, slots, inFlight, instance, issuer },
    ...{ recoverIngests, db: own.db, database, directory, deriveRetention, logger },
    recorder: issuer.token(persons.recorder()),
    importer: issuer.token(persons.importer()),
    async close() {
      await drain(server, 0)
      await instance.close()
      await opened.close()
      await own.close()
      if (beside) return
      await database.drop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Valid metadata of a call that ended a minute ago. */
export function metadata(app: IngestApp, changes: Record<string, unknown> = {}): Record<string, unknown> {
  const ended = app.clock.now().getTime() - MINUTE
  return {
    callId: `call-${randomUUID()}`,
    startedAt: new Date(ended - 5 * MINUTE).toISOString(),
    endedAt: new Date(ended).toISOString(),
    memberRef: 'M-1001',
    agentRef: 'A-7',
    team: 'care',
    entity: 'hmbs',
    product: 'disability',
    direction: 'inbound',
    language: 'nl',
    noticeVersion: '2026-01',
    purposes: ['training_coaching'],
    sensitivity: [],
    ...changes,
  }
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by path
  readonly body: any
}

export interface PostOptions {
  readonly token?: string | null
  readonly headers?: Record<string, string>
}

/** Posts a body with its length and reads the whole answer. */
export async function post(app: IngestApp, body: Buffer, options: PostOptions = {}): Promise<Answer> {
  const token = options.token === undefined ? app.recorder : options.token
  const response = await fetch(`http://127.0.0.1:${app.port}/v1/recordings`, {
    method: 'POST',
    headers: {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...options.headers,
    },
    body: new Uint8Array(body),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
}

/** A well-formed delivery. */
export const deliver = (
  app: IngestApp,
  value: unknown,
  audio: Buffer,
  options?: PostOptions,
): Promise<Answer> => post(app, formBody([metadataPart(value), audioPart(audio)]), options)

/** A connection on which a test writes a request by hand. */
export async function rawRequest(app: IngestApp, headers: Record<string, string>): Promise<RawRequest> {
  const socket = connect(app.port, '127.0.0.1')
  await once(socket, 'connect')
  let answer = ''
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1')
  })
  socket.on('error', () => {})
  const lines = Object.entries({
    Host: '127.0.0.1',
    Authorization: `Bearer ${app.recorder}`,
    'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`POST /v1/recordings HTTP/1.1\r\n${lines.join('')}\r\n`)
  return {
    socket,
    answer: () => answer,
    async closed() {
      if (!socket.closed) await once(socket, 'close')
      return answer
    },
  }
}

export interface RawRequest {
  readonly socket: Socket
  answer(): string
  closed(): Promise<string>
}

const TABLES = ['recording', 'recording_key', 'rendition', 'purpose_tag', 'ingest_request'] as const

export const NOTHING = {
  ...{ versions: 0, uploads: 0, recording: 0, recording_key: 0 },
  ...{ rendition: 0, purpose_tag: 0, ingest_request: 0 },
}

/** How much there is: rows by table, and everything the store has, versions and unfinished uploads. */
export async function contents(app: IngestApp): Promise<typeof NOTHING> {
  const counts = { ...NOTHING }
  for (const table of TABLES) {
    const { n } = await app.db
      .selectFrom(table)
      .select((e) => e.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
    counts[table] = n
  }
  for await (const page of app.store.listVersions('recordings/')) counts.versions += page.length
  for await (const page of app.store.listUploads('recordings/')) counts.uploads += page.length
  return counts
}

/** A real store in which some operations behave otherwise. */
export const layered = (store: ObjectStore, layer: Partial<ObjectStore>): ObjectStore =>
  new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(layer, name) ?? Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

/** Files below the directory of the file store, to see that not even a temporary one stays. */
export async function storedFiles(app: IngestApp): Promise<string[]> {
  const entries = await readdir(join(app.directory, 'objects'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** Waits until a condition holds; what the service does after a connection broke takes a moment. */
export async function eventually(check: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Types of the audit events so far, oldest first, with their codes. */
export async function auditTrail(app: IngestApp): Promise<string[]> {
  const rows = await app.db
    .selectFrom('audit_event')
    .select(['type', 'code'])
    .orderBy('occurred_at')
    .execute()
  return rows.map(({ type, code }) => (code ? `${type}:${code}` : type))
}
