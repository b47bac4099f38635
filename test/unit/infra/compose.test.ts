import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../../src/config/config.ts'
import { EnvSchema } from '../../../src/config/env.ts'

interface Service {
  readonly image?: string
  readonly build?: string
  readonly environment: Readonly<Record<string, string>>
  readonly secrets?: readonly string[]
  readonly ports?: readonly string[]
  readonly healthcheck?: unknown
  readonly depends_on?: Readonly<Record<string, { condition: string }>>
  readonly read_only?: boolean
  readonly stop_grace_period?: string
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly secrets: Readonly<Record<string, { file: string }>>
}

const text = readFileSync(new URL('../../../infra/compose.yaml', import.meta.url), 'utf8')
const compose: Compose = parse(text, { merge: true })
const service = (name: string): Service => {
  const found = compose.services[name]
  if (!found) throw new Error(`no service ${name}`)
  return found
}

const known = new Set(Object.keys(EnvSchema.shape).flatMap((name) => [name, `${name}_FILE`]))

/** What Compose puts in place of `${NAME:-default}` and `${NAME:?message}`. */
function substituted(environment: Readonly<Record<string, string>>): Record<string, string> {
  const given: Record<string, string> = {
    AUTH_ISSUER: 'https://id.example',
    AUTH_AUDIENCE: 'listenback',
    AUTH_JWKS_URL: 'https://id.example/jwks',
  }
  const replace = (value: string) =>
    value.replace(
      /\$\{(\w+):([-?])([^}]*)\}/g,
      (_all, name: string, kind: string, rest: string) =>
        given[name] ?? (kind === '-' ? rest : `missing ${name}`),
    )
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, replace(value)]))
}

test('every setting of the service in compose.yaml is one that the service reads', () => {
  const names = Object.keys(service('listenback').environment)
  expect(names.filter((name) => !known.has(name))).toEqual([])
})

test('the service accepts its settings in compose.yaml', () => {
  const image = { NODE_ENV: 'production', HOST: '0.0.0.0', DATA_DIR: '/data' }
  const secret = (path: string) => (path.endsWith('database_url') ? 'postgresql://u:p@postgres/l' : 'secret')
  const config = loadConfig({ ...image, ...substituted(service('listenback').environment) }, secret)
  expect(config.auth.kind).toBe('issuer')
  expect(config.database.kind).toBe('external')
  expect(config.storage).toMatchObject({ kind: 's3', bucket: 'recordings', endpoint: 'http://store:8000' })
  const grace = Number.parseInt(service('listenback').stop_grace_period ?? '0', 10) * 1000
  expect(grace).toBeGreaterThanOrEqual(config.shutdown.delayMs + config.shutdown.graceMs)
})

test('no port is open beyond this machine', () => {
  const ports = Object.values(compose.services).flatMap(({ ports = [] }) => ports)
  expect(ports.length).toBeGreaterThan(0)
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
})

test('every secret comes from a file, and none has a value in compose.yaml', () => {
  for (const { secrets = [] } of Object.values(compose.services)) {
    for (const name of secrets) expect(compose.secrets[name]?.file).toMatch(/^\.\/secrets\//)
  }
  const values = Object.values(compose.services).flatMap(({ environment }) => Object.entries(environment))
  const inline = values.filter(
    ([name]) => /SECRET|PASSWORD|DATABASE_URL/.test(name) && !name.endsWith('_FILE'),
  )
  // Handed through from the shell of whoever starts it; the web login is optional.
  expect(inline).toEqual([['OIDC_CLIENT_SECRET', expect.stringMatching(/^\$\{\w+:-\}$/)]])
})

test('the service starts when the database is healthy and the bucket is there', () => {
  expect(service('listenback').depends_on).toEqual({
    postgres: { condition: 'service_healthy' },
    bucket: { condition: 'service_completed_successfully' },
  })
  for (const name of ['postgres', 'store']) expect(service(name).healthcheck).toBeDefined()
  expect(service('listenback').read_only).toBe(true)
})

test('images are named by an exact version, never by latest', () => {
  const images = Object.values(compose.services).flatMap(({ image }) => (image ? [image] : []))
  for (const image of images) expect(image).toMatch(/:v?\d+/)
})
