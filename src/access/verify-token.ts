import { verify as verifySignature } from 'node:crypto'
// biome-ignore lint/correctness/noUnresolvedImports: CommonJS, whose default import is the whole module
import jwt from 'jsonwebtoken'
import { z } from 'zod'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { KIB, SECOND } from '../kernel/units.ts'
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

/**
 * Verifies JWT access tokens (RFC 9068 profile, RFC 8725 advice). Resolves to the actor; rejects with
 * Problem('unauthenticated'), which never tells the caller what was wrong (the cause does, for the
 * log), or with Problem('unavailable') while the issuer's keys cannot be had.
 */
export function makeVerifyToken({ issuer, audience, keys, clock }: TokenPorts): VerifyToken {
  return async function verifyToken(token) {
    const header = readHeader(token)
    const key = await keys.find(header.kid, header.alg)
    if (!key) throw refused('unknown key id')
    const claims = verifiedPayload(token, key)
    const mistake = mistakeIn(claims, { issuer, audience, now: clock.now().getTime() / SECOND })
    if (mistake) throw refused(mistake)
    const actor = actorFromClaims(claims, 'token')
    if (!actor) throw refused('malformed claims')
    return actor
  }
}

const refused = (why: string, cause?: unknown): Problem =>
  new Problem('unauthenticated', { cause: new Error(`token refused: ${why}`, { cause }) })

function readHeader(token: string): z.output<typeof Header> {
  const [, header = '', , signature = ''] =
    token.length <= MAX_TOKEN_LENGTH ? (COMPACT.exec(token) ?? []) : []
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

/** What is wrong with the claims, or undefined; `now` in seconds. The one check for every algorithm. */
function mistakeIn(
  claims: unknown,
  expected: { issuer: string; audience: string; now: number },
): string | undefined {
  const { data } = AccessOnly.safeParse(claims)
  if (!data) return 'not an access token'
  if (data.iss !== expected.issuer) return 'issuer'
  if (![data.aud].flat().includes(expected.audience)) return 'audience'
  if (data.exp + TOLERANCE_SECONDS <= expected.now) return 'expired'
  const earliest = Math.max(data.nbf ?? 0, data.iat ?? 0)
  return earliest - TOLERANCE_SECONDS > expected.now ? 'not valid yet' : undefined
}
