import { generateKeyPair, type JsonWebKey, type KeyObject, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { signJwt, type TokenAlgorithm } from './sign-jwt.ts'

const generate = promisify(generateKeyPair)

export type Claims = Readonly<Record<string, unknown>>

export interface SigningKey {
  readonly kid: string
  readonly algorithm: TokenAlgorithm
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly jwk: JsonWebKey & { kid: string; alg: string; use: 'sig' }
}

export interface TokenOptions {
  /** Signs with this key instead of the current one. */
  readonly key?: SigningKey
  /** Merged over the header, for tests of forged headers. */
  readonly header?: Claims
}

export interface Issuer {
  readonly issuer: string
  readonly audience: string
  readonly algorithm: TokenAlgorithm
  readonly key: SigningKey
  /** A token good for ten minutes; a claim given as `undefined` is left out. */
  token(claims: Claims, options?: TokenOptions): string
  /** Makes a new current key; the old one stays published unless `forget`. */
  rotate(options?: { forget?: boolean }): Promise<SigningKey>
  jwks(): { keys: JsonWebKey[] }
  writeJwks(path: string): void
  serve(): Promise<JwksServer>
}

export interface JwksServer {
  readonly url: string
  requests(): number
  /** Answer every request like this from now on; `undefined` heals. `hang` accepts and never answers. */
  fail(how: number | 'hang' | 'garbage' | undefined): void
  close(): Promise<void>
}

export async function signingKey(algorithm: TokenAlgorithm, kid: string = randomUUID()): Promise<SigningKey> {
  const pair = await keyPair(algorithm)
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' as const }
  return { kid, algorithm, ...pair, jwk }
}

function keyPair(algorithm: TokenAlgorithm): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> {
  if (algorithm === 'RS256') return generate('rsa', { modulusLength: 2048 })
  if (algorithm === 'ES256') return generate('ec', { namedCurve: 'P-256' })
  return generate('ed25519')
}

export interface IssuerOptions {
  readonly algorithm?: TokenAlgorithm
  readonly issuer?: string
  readonly audience?: string
}

/** An identity provider as the service sees it: keys, tokens, and a JWKS as file or over HTTP. */
export async function createIssuer(options: IssuerOptions = {}): Promise<Issuer> {
  const { algorithm = 'ES256', issuer = 'https://issuer.test', audience = 'listenback' } = options
  let current = await signingKey(algorithm)
  let published = [current]
  const jwks = () => ({ keys: published.map((key) => key.jwk) })
  return {
    issuer,
    audience,
    algorithm,
    get key() {
      return current
    },
    token(claims, { key = current, header = {} } = {}) {
      const now = Math.floor(Date.now() / 1000)
      const standard = { iss: issuer, aud: audience, iat: now, exp: now + 600, jti: randomUUID() }
      return signJwt(
        { alg: key.algorithm, typ: 'JWT', kid: key.kid, ...header },
        { ...standard, ...claims },
        key,
      )
    },
    async rotate({ forget = false } = {}) {
      current = await signingKey(algorithm)
      published = forget ? [current] : [...published, current]
      return current
    },
    jwks,
    writeJwks: (path) => writeFileSync(path, JSON.stringify(jwks())),
    serve: () => serveJwks(jwks),
  }
}

async function serveJwks(jwks: () => unknown): Promise<JwksServer> {
  let requests = 0
  let failure: number | 'hang' | 'garbage' | undefined
  const server = createServer((_req, res) => {
    requests += 1
    if (failure === 'hang') return
    if (typeof failure === 'number') {
      res.writeHead(failure).end()
      return
    }
    res.setHeader('Content-Type', 'application/json')
    res.end(failure === 'garbage' ? '{"keys":' : JSON.stringify(jwks()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    requests: () => requests,
    fail(how) {
      failure = how
    },
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Claims of the people in the tests; every function makes one person, changed as the test needs. */
const person =
  (sub: string, roles: readonly string[], fixed: Claims = {}) =>
  (changes: Claims = {}): Claims => ({ sub, roles, entity: ['hmbs'], ...fixed, ...changes })

const staff = { confidentiality_signed: true }

export const persons = {
  recorder: person('recorder-1', ['recorder']),
  importer: person('importer-1', ['importer']),
  member: (memberRef: string, changes: Claims = {}): Claims => ({
    sub: `sub-${memberRef}`,
    roles: ['member'],
    entity: ['hmbs'],
    member_ref: memberRef,
    ...changes,
  }),
  agent: person('agent-1', ['agent'], { ...staff, team: 'care' }),
  coach: person('coach-1', ['coach'], { ...staff, team: 'care' }),
  fraudAnalyst: person('fraud-1', ['fraud_analyst'], staff),
  medicalAdviser: person('medical-1', ['medical_adviser'], staff),
  privacyOfficer: person('privacy-1', ['privacy_officer'], staff),
  recordsManager: person('records-1', ['records_manager'], staff),
  auditor: person('auditor-1', ['auditor'], staff),
  operator: person('operator-1', ['operator'], staff),
} as const
