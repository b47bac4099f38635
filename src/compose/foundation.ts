import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { Signer } from '../audit/sign.ts'
import { openSigningKey } from '../audit/sign-key-file.ts'
import type { Config } from '../config/config.ts'
import { type Database, openDatabase } from '../db/database.ts'
import { type Instance, registerInstance } from '../db/instance.ts'
import { migrate } from '../db/migrate.ts'
import { claimDataDir } from '../embedded/claim-data-dir.ts'
import { startEmbeddedPostgres } from '../embedded/postgres.ts'
import type { Clock } from '../kernel/clock.ts'
import { openFileKeyring } from '../storage/file-keyring.ts'
import { openFileObjectStore } from '../storage/file-object-store.ts'
import type { Keyring } from '../storage/keyring.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import { s3ConfigOf } from './s3-config.ts'

/** What every command stands on: database, object store, keyring, and this process's place among others. */
export interface Foundation extends AsyncDisposable {
  readonly databaseUrl: string
  readonly db: Database
  readonly instance: Instance
  readonly store: ObjectStore
  readonly keyring: Keyring
  readonly signer: Signer
  readonly clock: Clock
  readonly logger: Logger
  readonly migrated: readonly string[]
}

export interface FoundationOptions {
  readonly logger: Logger
  readonly clock: Clock
  /** `service`: alone in DATA_DIR, or refused. `command`: beside a running service. */
  readonly as: 'service' | 'command'
  /** Gives up waiting for a database that is not there yet. */
  readonly signal: AbortSignal
  /** Called when DATA_DIR now belongs to another process; this one must end at once. */
  readonly onLost?: () => void
}

const RETRY_MS = 1000

/** Opens everything in order; on failure, and at the end, closes what was opened in reverse order. */
export async function openFoundation(config: Config, options: FoundationOptions): Promise<Foundation> {
  const { logger, clock } = options
  await using opened = new AsyncDisposableStack()
  const databaseUrl = await openCluster(config, options, opened)
  await whenReachable(options, () => claim(config, databaseUrl, options, opened))
  const migrated = await whenReachable(options, () => migrateOnce(databaseUrl))
  const database = openDatabase(databaseUrl, config.database.pool)
  opened.defer(() => database.close())
  const instance = await registerInstance(databaseUrl)
  opened.defer(() => instance.close())
  const store = await openStore(config)
  opened.defer(() => store.close())
  const keyring = await openKeyring(config)
  const signer = await openSigningKey(config.signing.path, config.signing)
  const stack = opened.move()
  return {
    databaseUrl,
    db: database.db,
    instance,
    store,
    keyring,
    signer,
    clock,
    logger,
    migrated,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

async function openCluster(
  config: Config,
  { logger, as }: FoundationOptions,
  opened: AsyncDisposableStack,
): Promise<string> {
  if (config.database.kind === 'external') return config.database.url
  const cluster = await startEmbeddedPostgres({ dataDir: config.dataDir, logger })
  // A command that found the service's database running leaves it running.
  if (as === 'service' || !cluster.adopted) opened.defer(() => cluster.stop())
  return cluster.url
}

/** Whatever lies in DATA_DIR has one service at a time; with everything outside, there may be many. */
async function claim(
  config: Config,
  databaseUrl: string,
  { as, onLost }: FoundationOptions,
  opened: AsyncDisposableStack,
): Promise<void> {
  const ownsFiles = config.database.kind === 'embedded' || config.storage.kind === 'files'
  if (as === 'command' || !ownsFiles) return
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const held = await claimDataDir({ dataDir: config.dataDir, databaseUrl, ...(onLost ? { onLost } : {}) })
  opened.defer(() => held.release())
}

/** A database that is not up yet is waited for; anything else that is wrong with it ends the start. */
async function whenReachable<T>({ signal, logger }: FoundationOptions, work: () => Promise<T>): Promise<T> {
  for (let warned = false; ; warned = true) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (!isUnreachable(error)) throw error
      if (!warned) logger.warn('waiting for the database', { error })
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

async function migrateOnce(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5000 })
  await client.connect()
  try {
    return await migrate(client)
  } finally {
    await client.end()
  }
}

/** Refused, reset, not found, timed out, or a server that is starting or stopping (SQLSTATE 57P03, 57P01). */
function isUnreachable(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return (
    /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|57P0[13]|53300)$/.test(String(code)) ||
    /timeout expired|Connection terminated/.test(String(message))
  )
}

/** The SDKs are large; only the one that is used is loaded. */
async function openStore(config: Config): Promise<ObjectStore> {
  if (config.storage.kind === 'files') return openFileObjectStore(join(config.dataDir, 'objects'))
  const { openS3ObjectStore } = await import('../storage/s3-object-store.ts')
  return openS3ObjectStore(s3ConfigOf(config.storage))
}

async function openKeyring(config: Config): Promise<Keyring> {
  if (config.keyring.kind === 'kms') {
    const { openKmsKeyring } = await import('../storage/kms-keyring.ts')
    return openKmsKeyring({ keyId: config.keyring.keyId, region: config.keyring.region })
  }
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  return openFileKeyring(config.keyring.path, { create: config.keyring.create })
}
