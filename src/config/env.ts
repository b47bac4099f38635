import { z } from 'zod'
import { DAY, GIB, HOUR, MINUTE, SECOND } from '../kernel/units.ts'

const port = z.coerce.number().int().min(0).max(65535)
const httpUrl = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''))
const flag = z.enum(['true', 'false']).transform((text) => text === 'true')

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY }

/** `90s`, `15m`, `6h`, `1d` as milliseconds. */
const duration = z
  .string()
  .regex(/^[1-9]\d{0,6}[smhd]$/, 'write a duration as 30s, 15m, 6h or 1d')
  .transform((text) => Number(text.slice(0, -1)) * (UNITS[text.slice(-1)] ?? SECOND))

/** How often something may happen in an hour. */
const perHour = (usual: number) => z.coerce.number().int().min(1).max(100_000).default(usual)

/** Regions inside the EU as AWS and common EU providers name them; eu-west-2 is London and eu-central-2 Zurich. */
const EU_REGIONS =
  'eu-central-1,eu-west-1,eu-west-3,eu-north-1,eu-south-1,eu-south-2,nl-ams,fr-par,pl-waw,gra,sbg,de,waw'

/**
 * Every setting of the service, flat, as the environment gives it. Each name may also be given as
 * `NAME_FILE`, a path whose content is the value, so that secrets need not stand in the environment.
 */
export const EnvSchema = z.object({
  PORT: port.default(3000).meta({ description: 'Port of the API and the web page' }),
  HOST: z.string().min(1).optional().meta({ description: 'Address to listen on; 127.0.0.1 in demo mode' }),
  METRICS_PORT: port
    .optional()
    .meta({ description: 'Port of /metrics; 0 or absent in demo mode: no metrics port' }),
  DATA_DIR: z
    .string()
    .min(1)
    .default('./data')
    .meta({ description: 'Where the embedded database, files and keyring live' }),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .meta({ description: 'PostgreSQL 15 or newer; absent: embedded' }),
  DATABASE_POOL: z.coerce
    .number()
    .int()
    .min(2)
    .max(200)
    .default(10)
    .meta({ description: 'Connections for requests; a service opens up to thirteen more' }),
  S3_BUCKET: z
    .string()
    .min(3)
    .optional()
    .meta({ description: 'Bucket for recordings; absent: files in DATA_DIR' }),
  S3_REGION: z.string().min(1).optional().meta({ description: 'Region of the bucket' }),
  S3_ENDPOINT: httpUrl.optional().meta({ description: 'S3-compatible endpoint; absent: AWS' }),
  S3_FORCE_PATH_STYLE: flag.optional().meta({ description: 'true for most stores other than AWS' }),
  S3_ACCESS_KEY_ID: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Else the SDK looks in its own places' }),
  S3_SECRET_ACCESS_KEY: z.string().min(1).optional().meta({ description: 'Goes with S3_ACCESS_KEY_ID' }),
  AUTH_ISSUER: z.url().optional().meta({ description: 'Issuer of access tokens and of the web login' }),
  AUTH_AUDIENCE: z.string().min(1).optional().meta({ description: 'Audience that access tokens must name' }),
  AUTH_JWKS_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: 'Public keys of the issuer' }),
  AUTH_JWKS_FILE: z.string().min(1).optional().meta({ description: 'Or the same as a file' }),
  OIDC_CLIENT_ID: z.string().min(1).optional().meta({ description: 'Client of the web login' }),
  OIDC_CLIENT_SECRET: z.string().min(1).optional().meta({ description: 'Secret of that client' }),
  PUBLIC_URL: httpUrl.optional().meta({ description: 'Address under which people reach the service' }),
  KEYRING_FILE: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'File with the key-encryption keys, mode 0600' }),
  KMS_KEY_ID: z.string().min(1).optional().meta({ description: 'Or a key in AWS KMS' }),
  SIGNING_KEY_FILE: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Ed25519 key (PKCS#8 PEM, mode 0600) that signs destruction certificates' }),
  DOCUMENT_KEY_FILE: z.string().min(1).optional().meta({
    description: 'RSA key and certificate (PEM, mode 0600) that sign packages and vCons',
  }),
  VCON_KEYS: z.string().min(1).optional().meta({
    description: 'Public keys (PEM or a JSON Web Key Set) of senders whose signed vCons are believed',
  }),
  BACKUP_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(3650)
    .default(35)
    .meta({ description: 'Days after which no backup of database or bucket exists any more' }),
  ORGANISATION_CONTACT: z
    .email()
    .default('info@hmbs.community')
    .meta({ description: 'Mail address at which members ask for their rights; the page shows it' }),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .meta({ description: 'Mail server, with name and password where it asks for them; absent: no mail' }),
  MAIL_FROM: z.email().optional().meta({ description: 'Sender of the mail' }),
  OFFICER_MAILBOX: z.email().optional().meta({ description: 'Mailbox of the privacy officers' }),
  RECORDS_MAILBOX: z.email().optional().meta({ description: 'Mailbox of the records managers' }),
  OPERATOR_MAILBOX: z.email().optional().meta({ description: 'Mailbox of the operators' }),
  WEBHOOK_PORTS: z
    .string()
    .regex(/^\d{1,5}(,\d{1,5})*$/, 'write ports with commas between them')
    .default('443')
    .transform((list) => list.split(',').map(Number))
    .meta({ description: 'Ports on which webhooks and other controllers may be reached' }),
  WEBHOOK_LOOPBACK: flag.default(false).meta({
    description: 'Also plain http to this machine, on any port; for trying out, never in production',
  }),
  RETENTION_RULES_FILE: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Rules to use instead of the shipped ones' }),
  SCORE_FORM_FILE: z.string().min(1).optional().meta({
    description: 'Form by which coaches judge calls; absent: the shipped one',
  }),
  FFMPEG_PATH: z.string().min(1).optional().meta({ description: 'ffmpeg to use; absent: looked for' }),
  PATH: z.string().default('').meta({ description: 'Where programs are looked for' }),
  MAX_UPLOAD_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .default(2 * GIB)
    .meta({ description: 'Largest recording' }),
  MAX_UPLOADS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(64)
    .meta({ description: 'Uploads at the same time' }),
  MIN_UPLOAD_RATE: z.coerce
    .number()
    .int()
    .min(1)
    .default(1024)
    .meta({ description: 'Bytes per second below which an upload is cut' }),
  MIN_UPLOAD_RATE_WINDOW: duration
    .default(30 * SECOND)
    .meta({ description: 'Over which the rate is measured' }),
  SWEEP_INTERVAL: duration.default(15 * MINUTE).meta({ description: 'How often the sweep runs' }),
  SWEEP_LIMIT: z.coerce.number().int().min(1).default(1000).meta({
    description: 'Most recordings of an entity that leave use in one day before a sweep stops and asks',
  }),
  GRACE_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(30)
    .default(7)
    .meta({ description: 'Days between due and destroyed' }),
  LIFECYCLE_MARGIN_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(365)
    .default(14)
    .meta({ description: 'Days after its last day at which the store itself removes a recording' }),
  LIFECYCLE_HORIZON_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .default(60)
    .meta({ description: 'Days ahead for which the store already has a rule' }),
  SCRUB_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(3650)
    .default(90)
    .meta({ description: 'Days in which everything stored is read again and compared; 0: never' }),
  GOOD_FRIDAY_OFF: flag.optional().meta({
    description: 'Whether an answer to a privacy request that is due on Good Friday may come after Easter',
  }),
  ALLOWED_REGIONS: z
    .string()
    .default(EU_REGIONS)
    .transform((text) =>
      text
        .split(',')
        .map((region) => region.trim())
        .filter(Boolean),
    )
    .meta({ description: 'Regions in which recordings may be stored' }),
  TRUSTED_PROXIES: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((address) => address.trim())
        .filter(Boolean),
    )
    .optional()
    .meta({ description: 'Addresses (CIDR) of proxies whose X-Forwarded-* are believed' }),
  SHUTDOWN_GRACE: duration
    .default(30 * SECOND)
    .meta({ description: 'Longest wait for running requests at stop' }),
  SHUTDOWN_DELAY: duration
    .optional()
    .meta({ description: 'Wait between "not ready" and the end of listening' }),
  AUDIT_ORIGIN: z
    .string()
    .regex(/^[\w.:/-]{1,100}$/, 'write a name without spaces, such as listenback.example/audit')
    .optional()
    .meta({ description: 'Name of the audit log in its checkpoints; absent: from PUBLIC_URL' }),
  AUDIT_YEARS: z.coerce.number().int().min(5).max(100).default(6).meta({
    description: 'Years for which audit events are kept',
  }),
  STAFF_MEMBERS_PER_HOUR: perHour(20).meta({
    description: 'Different members whose calls one person may hear in an hour before an alarm',
  }),
  STAFF_RECORDINGS_PER_HOUR: perHour(60).meta({
    description: 'Recordings that one person may hear in an hour before an alarm',
  }),
  STAFF_CALLS_WITHOUT_CASE: perHour(3).meta({
    description: 'Calls of one member that somebody may ask for in an hour without a case before an alarm',
  }),
  STAFF_SUSPEND: flag.default(true).meta({
    description: 'Whether the first two of these alarms stop that person until an officer acknowledged it',
  }),
  LOG_LEVEL: z
    .enum(['error', 'warn', 'info', 'debug'])
    .default('info')
    .meta({ description: 'Least important level written' }),
  NODE_ENV: z.string().optional().meta({ description: 'production refuses demo mode' }),
})

export type Env = z.output<typeof EnvSchema>

/** All that is wrong with the configuration, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length} problem(s):\n${problems.map((text) => `  - ${text}`).join('\n')}`,
    )
    this.problems = problems
  }
}

/** These names end in _FILE themselves: a path is their value. */
const PATH_SETTINGS = new Set([
  'AUTH_JWKS_FILE',
  'KEYRING_FILE',
  'RETENTION_RULES_FILE',
  'SCORE_FORM_FILE',
  'SIGNING_KEY_FILE',
])

/**
 * Reads the settings from an environment record. Empty values count as absent.
 * Throws ConfigError naming every setting that is wrong.
 */
export function readEnv(
  source: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): { env: Env; problems: string[] } {
  const problems: string[] = []
  const values: Record<string, string> = {}
  for (const name of Object.keys(EnvSchema.shape)) {
    const value = settingOf(name, source, readFile, problems)
    if (value !== undefined) values[name] = value
  }
  const parsed = EnvSchema.safeParse(values)
  if (parsed.success) return { env: parsed.data, problems }
  throw new ConfigError([
    ...problems,
    ...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  ])
}

function settingOf(
  name: string,
  source: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
  problems: string[],
): string | undefined {
  const direct = source[name] || undefined
  const path = PATH_SETTINGS.has(`${name}_FILE`) ? undefined : source[`${name}_FILE`] || undefined
  if (direct && path) problems.push(`${name}: give either ${name} or ${name}_FILE, not both`)
  if (direct || !path) return direct
  try {
    return readFile(path).replace(/\r?\n$/, '') || undefined
  } catch (error) {
    problems.push(`${name}_FILE: cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
    return undefined
  }
}
