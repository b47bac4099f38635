import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
// biome-ignore lint/correctness/noUnresolvedImports: CommonJS, whose default import is the whole module
import jwt from 'jsonwebtoken'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/ids.ts'
import { demoClaims, demoPerson } from './demo-people.ts'

const generate = promisify(generateKeyPair)

export const DEMO_AUDIENCE = 'listenback-demo'

export type DemoJwk = JsonWebKey & { kid: string; alg: 'RS256'; use: 'sig' }

export interface DemoKeys {
  readonly privateKey: KeyObject
  readonly privateJwk: DemoJwk
  readonly jwks: { readonly keys: readonly DemoJwk[] }
}

/** The demo's signing key, made once and kept (mode 0600), so that tokens and sessions survive a restart. */
export async function openDemoKeys(dataDir: string): Promise<DemoKeys> {
  const directory = join(dataDir, 'demo')
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, 'signing-key.pem')
  const pem = (await readFile(path, 'utf8').catch(ignoreMissing)) ?? (await createKey(path))
  const privateKey = createPrivateKey(pem)
  const publicJwk = createPublicKey(privateKey).export({ format: 'jwk' })
  const kid = createHash('sha256')
    .update(JSON.stringify([publicJwk.e, publicJwk.n]))
    .digest('base64url')
    .slice(0, 16)
  const about = { kid, alg: 'RS256', use: 'sig' } as const
  return {
    privateKey,
    privateJwk: { ...privateKey.export({ format: 'jwk' }), ...about },
    jwks: { keys: [{ ...publicJwk, ...about }] },
  }
}

async function createKey(path: string): Promise<string> {
  const { privateKey } = await generate('rsa', { modulusLength: 2048 })
  const draft = `${path}.new-${newId()}`
  await writeFile(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flush: true })
  try {
    // link() never replaces: a command and a first start at the same moment end up with one key.
    await link(draft, path).catch(ignoreExisting)
  } finally {
    await rm(draft, { force: true })
  }
  return readFile(path, 'utf8')
}

export type SignAccessToken = (personId: string, ttlSeconds: number) => Promise<string>

/** Makes access tokens of the demo's people; rejects with an Error that lists them when the id is unknown. */
export function makeSignAccessToken(
  { privateKey, privateJwk }: DemoKeys,
  { issuer, clock }: { issuer: string; clock: Clock },
): SignAccessToken {
  return async (personId, ttlSeconds) => {
    const issuedAt = Math.floor(clock.now().getTime() / 1000)
    const times = { iat: issuedAt, exp: issuedAt + ttlSeconds }
    return jwt.sign({ ...demoClaims(demoPerson(personId)), ...times, jti: newId() }, privateKey, {
      algorithm: 'RS256',
      keyid: privateJwk.kid,
      issuer,
      audience: DEMO_AUDIENCE,
    })
  }
}

const issuerFile = (dataDir: string) => join(dataDir, 'demo', 'issuer')

/** Remembers under which address the demo runs, for commands that make tokens beside it. */
export const rememberIssuer = (dataDir: string, issuer: string): Promise<void> =>
  writeFile(issuerFile(dataDir), `${issuer}\n`, { mode: 0o600 })

/**
 * An access token that the demo on this data directory believes, on whatever port it runs or ran last.
 * Rejects with an Error when no demo was ever started there, or when the person is unknown.
 */
export async function signDemoToken(
  dataDir: string,
  clock: Clock,
  personId: string,
  ttlSeconds: number,
): Promise<string> {
  const issuer = await readFile(issuerFile(dataDir), 'utf8').catch(ignoreMissing)
  if (!issuer) throw new Error(`no demo was started with DATA_DIR=${dataDir} yet; run npm start first`)
  const sign = makeSignAccessToken(await openDemoKeys(dataDir), { issuer: issuer.trim(), clock })
  return sign(personId, ttlSeconds)
}

function ignoreMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
