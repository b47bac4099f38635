import { hash, verify as verifySignature } from 'node:crypto'
// biome-ignore lint/correctness/noUnresolvedImports: CommonJS, whose default import is the whole module
import jwt from 'jsonwebtoken'
import { z } from 'zod'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { KIB, MINUTE, SECOND } from '../kernel/units.ts'
import type { Actor } from './actor.ts'
import { actorFromClaims } from './claims.ts'
import type { KeySource } from './jwks.ts'
import { MAX_KID_LENGTH, type VerificationKey } from './key-set.ts'

export interface TokenPorts {
  readonly issuer: string
  readonly audience: string
  readonly keys: KeySource
  readonly clock: Clock
}

export type VerifyToken = (token: string) => Promise<Actor>

const MAX_TOKEN_LENGTH = 8 * KIB
/** Seconds that the issuer's clock and ours may differ. */
const TOLERANCE_SECONDS = 30
/** 9999-12-31, the last day that a Date and PostgreSQL agree on. */
const LAST_SECOND = 253_402_300_799

/**
 * How long and how many verified tokens are remembered. A player sends the same one with every range,
 * and a signature costs more than everything else that is read from a token.
 */
const REMEMBER_MS = MINUTE
const MAX_REMEMBERED = 10_000

/** Compact serialisation, RFC 7515 section 7.1; an empty signature is no signature. */
const COMPACT = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/

/**
 * RFC 7515 section 4.1. Fields that bring or point to a key are the sender's own claim about whom to
 * trust, and `crit` asks for rules we do not know: a token with any of them is refused unread.
 */
const Header = z.looseObject({
  alg: z.enum(['RS256', 'ES256', 'EdDSA']),
  kid: z.string().min(1).max(MAX_KID_LENGTH),
  typ: z
    .string()
    .regex(/^(application\/)?(at\+)?jwt$/i)
    .optional(),
  jwk: z.undefined().optional(),
  jku: z.undefined().optional(),
  x5u: z.undefined().optional(),
  x5c: z.undefined().optional(),
  crit: z.undefined().optional(),
  b64: z.undefined().optional(),
})

const NumericDate = z.number().min(0).max(LAST_SECOND)

/** Claims that only ID, refresh and logout tokens carry; such a token says who logged in, not who may call. */
const AccessOnly = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string()).max(100)]),
  exp: NumericDate,
  nbf: NumericDate.optional(),
  iat: NumericDate.optional(),
  nonce: z.undefined().optional(),
  at_hash: z.undefined().optional(),
  c_hash: z.undefined().optional(),
  events: z.undefined().optional(),
  typ: z.literal('Bearer').optional(),
  token_use: z.literal('access').optional(),
})

interface Verified {
  readonly header: z.output<typeof Header>
  /** What the signature was verified with: it must still be what the issuer publishes under that name. */
  readonly key: VerificationKey
  readonly validity: Validity
  readonly actor: Actor
  readonly since: number
}

/** Seconds since the epoch, both as the issuer wrote them. */
interface Validity {
  readonly from: number
  readonly until: number
}

/**
 * Verifies JWT access tokens (RFC 9068 profile, RFC 8725 advice). Resolves to the actor; rejects with
 * Problem('unauthenticated'), which never tells the caller what was wrong (the cause does, for the
 * log), or with Problem('unavailable') while the issuer's keys cannot be had.
 *
 * A good token is remembered for a minute under the digest of all of it. Its key and its times are
 * judged again at every use, so a withdrawn key and an expiry count as they would without the memory.
 */
export function makeVerifyToken({ issuer, audience, keys, clock }: TokenPorts): VerifyToken {
  const remembered = new Map<string, Verified>()

  async function recall(name: string, now: number): Promise<Verified | undefined> {
    const known = remembered.get(name)
    if (!known) return undefined
    const { since, header, key } = known
    const isFresh = now - since < REMEMBER_MS && now >= since
    if (isFresh && (await keys.find(header.kid, header.alg)) === key) return known
    remembered.delete(name)
    return undefined
  }

  async function verify(token: string, now: number): Promise<Verified> {
    const header = readHeader(token)
    const key = await keys.find(header.kid, header.alg)
    if (!key) throw refused('unknown key id')
    const claims = verifiedPayload(token, key)
    const validity = validityOf(claims, { issuer, audience })
    const actor = actorFromClaims(claims, 'token')
    if (!actor) throw refused('malformed claims')
    return { header, key, validity, actor, since: now }
  }

  function remember(name: string, verified: Verified): void {
    const [oldest] = remembered.keys()
    if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest)
    remembered.set(name, verified)
  }

  return async function verifyToken(token) {
    if (token.length > MAX_TOKEN_LENGTH) throw refused('form')
    const now = clock.now().getTime()
    const name = hash('sha256', token, 'base64')
    const known = await recall(name, now)
    const verified = known ?? (await verify(token, now))
    refuseUntimely(verified.validity, now / SECOND)
    if (!known) remember(name, verified)
    return verified.actor
  }
}

const refused = (why: string, cause?: unknown): Problem =>
  new Problem('unauthenticated', { cause: new Error(`token refused: ${why}`, { cause }) })

function readHeader(token: string): z.output<typeof Header> {
  const [, header = '', , signature = ''] = COMPACT.exec(token) ?? []
  // Base64 leaves spare bits at the end: only one spelling of a signature is accepted.
  if (!signature || Buffer.from(signature, 'base64url').toString('base64url') !== signature)
    throw refused('form')
  const { data } = Header.safeParse(parseJson(header))
  if (!data) throw refused('header')
  return data
}

function parseJson(base64url: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64url, 'base64url').toString('utf8'))
  } catch (cause) {
    throw refused('not JSON', cause)
  }
}

function verifiedPayload(token: string, { alg, key }: VerificationKey): unknown {
  if (alg === 'EdDSA') {
    const [header, payload = '', signature = ''] = token.split('.')
    const good = verifySignature(
      null,
      Buffer.from(`${header}.${payload}`),
      key,
      Buffer.from(signature, 'base64url'),
    )
    if (!good) throw refused('signature')
    return parseJson(payload)
  }
  try {
    // The signature only: times are judged below by the injected clock, for all algorithms alike.
    return jwt.verify(token, key, { algorithms: [alg], ignoreExpiration: true, ignoreNotBefore: true })
  } catch (cause) {
    throw refused('signature', cause)
  }
}

/** The one check of claims for every algorithm: meant for us, from whom we trust, and an access token. */
function validityOf(claims: unknown, expected: { issuer: string; audience: string }): Validity {
  const { data } = AccessOnly.safeParse(claims)
  if (!data) throw refused('not an access token')
  if (data.iss !== expected.issuer) throw refused('issuer')
  if (![data.aud].flat().includes(expected.audience)) throw refused('audience')
  return { from: Math.max(data.nbf ?? 0, data.iat ?? 0), until: data.exp }
}

function refuseUntimely({ from, until }: Validity, now: number): void {
  if (until + TOLERANCE_SECONDS <= now) throw refused('expired')
  if (from - TOLERANCE_SECONDS > now) throw refused('not valid yet')
}
