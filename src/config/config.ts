import { join, resolve } from 'node:path'
import { SECOND } from '../kernel/units.ts'
import { ConfigError, type Env, readEnv } from './env.ts'

export type DatabaseConfig =
  | { kind: 'external'; url: string; pool: number }
  | { kind: 'embedded'; pool: number }

export type StorageConfig =
  | { kind: 'files' }
  | {
      kind: 's3'
      bucket: string
      region: string
      endpoint: string | undefined
      forcePathStyle: boolean
      credentials: { accessKeyId: string; secretAccessKey: string } | undefined
    }

export type KeyringConfig =
  | { kind: 'file'; path: string; create: boolean }
  | { kind: 'kms'; keyId: string; region: string }

export type AuthConfig =
  | { kind: 'demo' }
  | {
      kind: 'issuer'
      issuer: string
      audience: string
      jwks: { kind: 'url'; url: string } | { kind: 'file'; path: string }
      /** Absent: API only, nobody can log in on the web page. */
      login: { clientId: string; clientSecret: string } | undefined
    }

/** What the service is told, in a form in which contradictions cannot be written down. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly metricsPort: number | undefined
  /** Undefined only in demo mode with PORT=0, where the address is known after listening. */
  readonly publicUrl: string | undefined
  readonly dataDir: string
  readonly database: DatabaseConfig
  readonly storage: StorageConfig
  readonly keyring: KeyringConfig
  readonly auth: AuthConfig
  readonly rulesFile: string | undefined
  readonly scoreFormFile: string | undefined
  /** Mail address at which members ask for their rights. */
  readonly contact: string
  /** Absent: messages are in the inbox only. */
  readonly mail: { url: string; from: string; mailboxes: Readonly<Record<string, string>> } | undefined
  /** Where webhooks and packages may be sent to. */
  readonly outbound: { ports: readonly number[]; loopback: boolean }
  readonly ffmpegPath: string | undefined
  /** Directories in which programs are looked for, as in PATH. */
  readonly searchPath: string
  readonly allowedRegions: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly uploads: { maxBytes: number; maxConcurrent: number; minRate: number; minRateWindowMs: number }
  readonly sweep: { everyMs: number; limit: number; graceDays: number }
  /** What the store does on its own when the service is away. */
  readonly lifecycle: { marginDays: number; horizonDays: number }
  /** Days in which everything stored is read again; 0 for never. */
  readonly scrub: { days: number }
  /** The Ed25519 key that signs destruction certificates. */
  readonly signing: { path: string; create: boolean }
  /** Public keys of senders of vCons: PEM, or a JSON Web Key Set. */
  readonly vconKeys: string | undefined
  /** The RSA key and certificate that sign packages and vCons. */
  readonly documentKey: { path: string; create: boolean }
  /** Days after which no backup of database or store exists any more. */
  readonly backupDays: number
  /** Whether Good Friday is a day off for the deadlines of privacy requests. */
  readonly deadlines: { goodFriday: boolean }
  readonly shutdown: { delayMs: number; graceMs: number }
  /** The name of the audit log, or undefined for that of the address; and for how long its events are kept. */
  readonly audit: { origin: string | undefined; years: number }
  /** What staff may open in an hour before somebody has to look at it. */
  readonly staffLimits: {
    membersPerHour: number
    recordingsPerHour: number
    withoutCasePerHour: number
    blocks: boolean
  }
  readonly logLevel: string
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])
const DEFAULT_METRICS_PORT = 9464

/** Parses the environment; throws ConfigError that lists every problem, not just the first. */
export function loadConfig(
  source: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): Config {
  const { env, problems } = readEnv(source, readFile)
  const dataDir = resolve(env.DATA_DIR)
  const auth = authConfig(env, problems)
  const config: Config = {
    host: env.HOST ?? (auth.kind === 'demo' ? '127.0.0.1' : '0.0.0.0'),
    port: env.PORT,
    metricsPort: env.METRICS_PORT ?? (auth.kind === 'demo' ? undefined : DEFAULT_METRICS_PORT),
    publicUrl: publicUrl(env, auth, problems),
    dataDir,
    database: env.DATABASE_URL
      ? { kind: 'external', url: env.DATABASE_URL, pool: env.DATABASE_POOL }
      : { kind: 'embedded', pool: env.DATABASE_POOL },
    storage: storageConfig(env, problems),
    keyring: keyringConfig(env, dataDir, problems),
    auth,
    rulesFile: env.RETENTION_RULES_FILE,
    scoreFormFile: env.SCORE_FORM_FILE,
    contact: env.ORGANISATION_CONTACT,
    mail: mailConfig(env, problems),
    outbound: outboundConfig(env, problems),
    ffmpegPath: env.FFMPEG_PATH,
    searchPath: env.PATH,
    allowedRegions: env.ALLOWED_REGIONS,
    trustedProxies: env.TRUSTED_PROXIES ?? [],
    uploads: uploadLimits(env),
    sweep: { everyMs: env.SWEEP_INTERVAL, limit: env.SWEEP_LIMIT, graceDays: env.GRACE_DAYS },
    lifecycle: { marginDays: env.LIFECYCLE_MARGIN_DAYS, horizonDays: env.LIFECYCLE_HORIZON_DAYS },
    scrub: { days: env.SCRUB_DAYS },
    signing: keyFile(env.SIGNING_KEY_FILE, dataDir, 'signing-key'),
    documentKey: keyFile(env.DOCUMENT_KEY_FILE, dataDir, 'document-key'),
    vconKeys: env.VCON_KEYS,
    backupDays: env.BACKUP_DAYS,
    deadlines: { goodFriday: env.GOOD_FRIDAY_OFF ?? false },
    shutdown: {
      delayMs: env.SHUTDOWN_DELAY ?? (auth.kind === 'demo' ? 0 : 5 * SECOND),
      graceMs: env.SHUTDOWN_GRACE,
    },
    audit: { origin: env.AUDIT_ORIGIN, years: env.AUDIT_YEARS },
    staffLimits: {
      membersPerHour: env.STAFF_MEMBERS_PER_HOUR,
      recordingsPerHour: env.STAFF_RECORDINGS_PER_HOUR,
      withoutCasePerHour: env.STAFF_CALLS_WITHOUT_CASE,
      blocks: env.STAFF_SUSPEND,
    },
    logLevel: env.LOG_LEVEL,
  }
  refuseUnsafeDemo(config, env, problems)
  if (config.lifecycle.marginDays <= config.sweep.graceDays)
    problems.push('LIFECYCLE_MARGIN_DAYS: must be more than GRACE_DAYS, in which the member still listens')
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

/** A key that was brought is never made anew: whoever names a file means that one. */
const keyFile = (path: string | undefined, dataDir: string, name: string) =>
  path ? { path: resolve(path), create: false } : { path: join(dataDir, name), create: true }

function storageConfig(env: Env, problems: string[]): StorageConfig {
  if (!env.S3_BUCKET) {
    if (env.S3_ENDPOINT) problems.push('S3_BUCKET: needed when S3_ENDPOINT is set')
    return { kind: 'files' }
  }
  const region = env.S3_REGION ?? (env.S3_ENDPOINT ? 'us-east-1' : '')
  if (!region) problems.push('S3_REGION: needed when S3_BUCKET is set without S3_ENDPOINT')
  else if (!env.ALLOWED_REGIONS.includes(region) && !isOnThisMachine(env.S3_ENDPOINT)) {
    problems.push(`S3_REGION: ${region} is not in ALLOWED_REGIONS (${env.ALLOWED_REGIONS.join(', ')})`)
  }
  if (Boolean(env.S3_ACCESS_KEY_ID) !== Boolean(env.S3_SECRET_ACCESS_KEY)) {
    problems.push('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY: give both or neither')
  }
  return {
    kind: 's3',
    bucket: env.S3_BUCKET,
    region,
    endpoint: env.S3_ENDPOINT,
    forcePathStyle: env.S3_FORCE_PATH_STYLE ?? env.S3_ENDPOINT !== undefined,
    credentials:
      env.S3_ACCESS_KEY_ID && env.S3_SECRET_ACCESS_KEY
        ? { accessKeyId: env.S3_ACCESS_KEY_ID, secretAccessKey: env.S3_SECRET_ACCESS_KEY }
        : undefined,
  }
}

/** A store on this machine stands where the machine stands; its region is a label, not a place. */
const isOnThisMachine = (endpoint: string | undefined): boolean =>
  endpoint !== undefined && LOOPBACK.has(new URL(endpoint).hostname.replace(/^\[|\]$/g, ''))

/**
 * Without a setting the keyring is a file in DATA_DIR, made at the first start. Start-up refuses a keyring
 * that cannot open the keys already in the database, so a lost volume never turns into a new, empty keyring.
 */
function keyringConfig(env: Env, dataDir: string, problems: string[]): KeyringConfig {
  if (env.KEYRING_FILE && env.KMS_KEY_ID) problems.push('KEYRING_FILE and KMS_KEY_ID: give one of them')
  if (env.KMS_KEY_ID) return { kind: 'kms', keyId: env.KMS_KEY_ID, region: env.S3_REGION ?? 'eu-central-1' }
  if (env.KEYRING_FILE) return { kind: 'file', path: resolve(env.KEYRING_FILE), create: false }
  return { kind: 'file', path: join(dataDir, 'keyring'), create: true }
}

function authConfig(env: Env, problems: string[]): AuthConfig {
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, AUTH_JWKS_URL: url, AUTH_JWKS_FILE: path } = env
  if (!(issuer || audience || url || path)) return { kind: 'demo' }
  if (!issuer) problems.push('AUTH_ISSUER: needed when any AUTH_ setting is given')
  if (!audience) problems.push('AUTH_AUDIENCE: needed when any AUTH_ setting is given')
  if (Boolean(url) === Boolean(path)) problems.push('AUTH_JWKS_URL and AUTH_JWKS_FILE: give one of them')
  return {
    kind: 'issuer',
    issuer: issuer ?? '',
    audience: audience ?? '',
    jwks: url ? { kind: 'url', url } : { kind: 'file', path: resolve(path ?? '') },
    login: loginClient(env, problems),
  }
}

function loginClient(env: Env, problems: string[]): { clientId: string; clientSecret: string } | undefined {
  const { OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = env
  if (clientId && clientSecret) return { clientId, clientSecret }
  if (clientId || clientSecret) problems.push('OIDC_CLIENT_ID and OIDC_CLIENT_SECRET: give both or neither')
  return undefined
}

const uploadLimits = (env: Env): Config['uploads'] => ({
  maxBytes: env.MAX_UPLOAD_BYTES,
  maxConcurrent: env.MAX_UPLOADS,
  minRate: env.MIN_UPLOAD_RATE,
  minRateWindowMs: env.MIN_UPLOAD_RATE_WINDOW,
})

function mailConfig(env: Env, problems: string[]): Config['mail'] {
  const mailboxes = Object.entries({
    privacy_officer: env.OFFICER_MAILBOX,
    records_manager: env.RECORDS_MAILBOX,
    operator: env.OPERATOR_MAILBOX,
  }).filter((entry): entry is [string, string] => entry[1] !== undefined)
  if (!env.SMTP_URL) {
    if (env.MAIL_FROM || mailboxes.length > 0)
      problems.push('SMTP_URL: needed when MAIL_FROM or a mailbox is set')
    return undefined
  }
  if (!env.MAIL_FROM) problems.push('MAIL_FROM: needed when SMTP_URL is set')
  if (!env.PUBLIC_URL && env.PORT === 0)
    problems.push('PUBLIC_URL: needed when SMTP_URL is set: mail links to it')
  return { url: env.SMTP_URL, from: env.MAIL_FROM ?? '', mailboxes: Object.fromEntries(mailboxes) }
}

function outboundConfig(env: Env, problems: string[]): Config['outbound'] {
  if (env.WEBHOOK_LOOPBACK && env.NODE_ENV === 'production')
    problems.push('WEBHOOK_LOOPBACK: not when NODE_ENV=production')
  return { ports: env.WEBHOOK_PORTS, loopback: env.WEBHOOK_LOOPBACK }
}

function publicUrl(env: Env, auth: AuthConfig, problems: string[]): string | undefined {
  if (env.PUBLIC_URL) {
    if (new URL(env.PUBLIC_URL).pathname !== '/')
      problems.push('PUBLIC_URL: must be an origin, without a path')
    return env.PUBLIC_URL
  }
  if (auth.kind === 'issuer' && auth.login) problems.push('PUBLIC_URL: needed for the web login')
  return env.PORT === 0 ? undefined : `http://127.0.0.1:${env.PORT}`
}

/** Demo people have no passwords, so the demo must not be reachable from anywhere else. */
function refuseUnsafeDemo(config: Config, env: Env, problems: string[]): void {
  if (config.auth.kind !== 'demo') return
  if (env.NODE_ENV === 'production') {
    problems.push(
      'AUTH_ISSUER, AUTH_AUDIENCE, AUTH_JWKS_URL: needed when NODE_ENV=production (without them this is demo mode)',
    )
  }
  if (!LOOPBACK.has(config.host))
    problems.push(`HOST: demo mode listens on loopback only, not on ${config.host}`)
  if (config.publicUrl && !LOOPBACK.has(new URL(config.publicUrl).hostname.replace(/^\[|\]$/g, ''))) {
    problems.push('PUBLIC_URL: demo mode is reachable on loopback only')
  }
}
