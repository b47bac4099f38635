import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/config.ts'
import { ConfigError } from '../../../src/config/env.ts'

const noFiles = (path: string): string => {
  throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' })
}
const load = (env: Record<string, string>, readFile = noFiles) => loadConfig(env, readFile)
const problemsOf = (env: Record<string, string>, readFile = noFiles): readonly string[] => {
  try {
    load(env, readFile)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

const PRODUCTION = {
  NODE_ENV: 'production',
  AUTH_ISSUER: 'https://login.example.nl',
  AUTH_AUDIENCE: 'listenback',
  AUTH_JWKS_URL: 'https://login.example.nl/jwks',
  OIDC_CLIENT_ID: 'listenback-web',
  OIDC_CLIENT_SECRET: 'not-a-default',
  PUBLIC_URL: 'https://gesprekken.example.nl',
  DATABASE_URL: 'postgres://app@db.internal/listenback',
  S3_BUCKET: 'recordings',
  S3_REGION: 'eu-central-1',
  KEYRING_FILE: '/run/secrets/keyring',
}

describe('configuration', () => {
  it('without any setting is the demo: loopback, embedded database, files, a keyring of its own', () => {
    const config = load({})
    expect(config.auth).toEqual({ kind: 'demo' })
    expect(config.host).toBe('127.0.0.1')
    expect(config.port).toBe(3000)
    expect(config.database.kind).toBe('embedded')
    expect(config.storage).toEqual({ kind: 'files' })
    expect(config.keyring).toEqual({ kind: 'file', path: `${config.dataDir}/keyring`, create: true })
    expect(config.signing).toEqual({ path: `${config.dataDir}/signing-key`, create: true })
    expect(config.documentKey).toEqual({ path: `${config.dataDir}/document-key`, create: true })
    expect(config.backupDays).toBe(35)
    expect(config.uploads.maxBytes).toBe(2 * 1024 ** 3)
    expect(config.sweep.graceDays).toBe(7)
    expect(config.metricsPort).toBeUndefined()
  })

  it('takes a whole production environment', () => {
    const config = load(PRODUCTION)
    expect(config.auth.kind).toBe('issuer')
    expect(config.storage).toMatchObject({ kind: 's3', bucket: 'recordings', forcePathStyle: false })
    expect(config.keyring).toEqual({ kind: 'file', path: '/run/secrets/keyring', create: false })
    expect(config.metricsPort).toBe(9464)
  })

  it('takes the signing key as a path, and makes none in its place', () => {
    const config = load({ ...PRODUCTION, SIGNING_KEY_FILE: '/run/secrets/signing-key', BACKUP_DAYS: '30' })
    expect(config.signing).toEqual({ path: '/run/secrets/signing-key', create: false })
    expect(config.backupDays).toBe(30)
  })

  it('reports every problem at once', () => {
    const problems = problemsOf({ ...PRODUCTION, AUTH_AUDIENCE: '', OIDC_CLIENT_SECRET: '', S3_REGION: '' })
    expect(problems.map((text) => text.split(':')[0])).toEqual([
      'AUTH_AUDIENCE',
      'OIDC_CLIENT_ID and OIDC_CLIENT_SECRET',
      'S3_REGION',
    ])
    expect(problemsOf({ PORT: 'x', GRACE_DAYS: '31', SWEEP_INTERVAL: 'soon' })).toHaveLength(3)
  })

  it('refuses demo mode in production and anywhere but on loopback', () => {
    expect(problemsOf({ NODE_ENV: 'production' })[0]).toContain('NODE_ENV=production')
    expect(problemsOf({ HOST: '0.0.0.0' })[0]).toContain('HOST')
    expect(problemsOf({ PUBLIC_URL: 'http://demo.example.nl' })[0]).toContain('PUBLIC_URL')
  })

  it('reads a secret from the file that NAME_FILE points to', () => {
    const readFile = (path: string) => (path === '/run/secrets/db' ? 'postgres://x@y/z\n' : noFiles(path))
    const config = load({ DATABASE_URL_FILE: '/run/secrets/db' }, readFile)
    expect(config.database).toMatchObject({ kind: 'external', url: 'postgres://x@y/z' })
    expect(problemsOf({ DATABASE_URL_FILE: '/nowhere' })[0]).toContain('ENOENT')
    expect(
      problemsOf({ DATABASE_URL_FILE: '/run/secrets/db', DATABASE_URL: 'postgres://a@b/c' }, readFile)[0],
    ).toContain('not both')
  })

  it('refuses a region outside the allowed ones, except the label of a store on this machine', () => {
    expect(problemsOf({ ...PRODUCTION, S3_REGION: 'us-east-1' })[0]).toContain('ALLOWED_REGIONS')
    expect(problemsOf({ ...PRODUCTION, S3_REGION: 'us-east-1', ALLOWED_REGIONS: 'us-east-1' })).toEqual([])
    const local = load({ S3_BUCKET: 'calls', S3_ENDPOINT: 'http://127.0.0.1:7480' })
    expect(local.storage).toMatchObject({ region: 'us-east-1', forcePathStyle: true })
  })

  it('refuses a store that would remove a recording while its member still listens', () => {
    expect(load({}).lifecycle).toEqual({ marginDays: 14, horizonDays: 60 })
    expect(problemsOf({ GRACE_DAYS: '14' })[0]).toContain('LIFECYCLE_MARGIN_DAYS')
    expect(problemsOf({ GRACE_DAYS: '14', LIFECYCLE_MARGIN_DAYS: '15' })).toEqual([])
  })

  it.each([
    ['30s', 30_000],
    ['15m', 900_000],
    ['6h', 21_600_000],
    ['1d', 86_400_000],
  ])('reads the duration %s', (text, milliseconds) => {
    expect(load({ SWEEP_INTERVAL: text }).sweep.everyMs).toBe(milliseconds)
  })

  it('wants a sender for mail and a server for mailboxes, and no webhooks to this machine in production', () => {
    const MAIL = { SMTP_URL: 'smtps://post:secret@mail.example', MAIL_FROM: 'calls@hmbs.example' }
    expect(load({ ...MAIL, OFFICER_MAILBOX: 'fg@hmbs.example' }).mail).toEqual({
      ...{ url: MAIL.SMTP_URL, from: MAIL.MAIL_FROM },
      mailboxes: { privacy_officer: 'fg@hmbs.example' },
    })
    expect(load({}).mail).toBeUndefined()
    expect(problemsOf({ OFFICER_MAILBOX: 'fg@hmbs.example' })).toEqual([expect.stringContaining('SMTP_URL')])
    expect(problemsOf({ SMTP_URL: MAIL.SMTP_URL })).toEqual([expect.stringContaining('MAIL_FROM')])
    expect(problemsOf({ ...MAIL, SMTP_URL: 'http://mail.example' })).toEqual([
      expect.stringContaining('SMTP_URL'),
    ])
    expect(load({ WEBHOOK_PORTS: '443,8443' }).outbound).toEqual({ ports: [443, 8443], loopback: false })
    expect(problemsOf({ ...PRODUCTION, WEBHOOK_LOOPBACK: 'true' })).toEqual([
      expect.stringContaining('WEBHOOK_LOOPBACK'),
    ])
  })
})
