import { readFile } from 'node:fs/promises'
import type { Clock } from '../kernel/clock.ts'
import { Problem } from '../kernel/problem.ts'
import { DAY, MINUTE, SECOND } from '../kernel/units.ts'
import { boundedFetch } from './bounded-fetch.ts'
import { type KeySet, keyName, parseKeySet, type SigningAlgorithm, type VerificationKey } from './key-set.ts'

/** A set older than this is fetched again before it is used: the longest a withdrawn key can go on working. */
const MAX_AGE_MS = 10 * MINUTE
/** While the provider is out of reach its last keys stay good this long, then nothing can be verified. */
const KEEP_MS = DAY
/** Pause after a failed refresh, and between the refreshes that unknown key ids can cause. */
const COOLDOWN_MS = MINUTE
/** Pause after a failed first load: nobody can log in meanwhile, so it is short. */
const FIRST_LOAD_PAUSE_MS = 5 * SECOND
/** How long a key id that a refresh did not find causes no refresh of its own. */
const UNKNOWN_MS = 2 * MINUTE
const MAX_UNKNOWN = 1000

export interface KeySource {
  /**
   * The key of this id for this algorithm, or undefined when the issuer has none.
   * Throws Problem('unavailable') when the issuer's keys could not be had at all.
   */
  find(kid: string, alg: SigningAlgorithm): Promise<VerificationKey | undefined>
}

/** Reads the text of the issuer's JWK set. */
export type LoadKeySet = () => Promise<string>

export function jwksFromUrl(url: string): LoadKeySet {
  return async () => {
    const response = await boundedFetch(url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
    })
    if (response.status !== 200) throw new Error(`the JWKS address answered ${response.status}`)
    return response.text()
  }
}

export const jwksFromFile =
  (path: string): LoadKeySet =>
  () =>
    readFile(path, 'utf8')

/**
 * The issuer's keys (RFC 7517), cached as KeyObjects. Whatever tokens arrive, the issuer is asked at
 * most once a minute: for an unknown key id (rotation: the first one is served at once), when the
 * set is ten minutes old, and after a failure, during which the last known keys go on working.
 */
export function makeKeySource(ports: { load: LoadKeySet; clock: Clock }): KeySource {
  const { load, clock } = ports
  let keys: KeySet | undefined
  let loadedAt = 0
  let failedAt: number | undefined
  let lookedAt: number | undefined
  let loading: Promise<void> | undefined
  let failure: unknown
  const unknown = new Map<string, number>()
  const now = () => clock.now().getTime()
  const within = (since: number | undefined, pauseMs: number) =>
    since !== undefined && now() - since < pauseMs

  /** Never rejects: a failure is remembered and the last known keys stay. Callers share one load. */
  const refresh = (): Promise<void> => {
    loading ??= load()
      .then((text) => {
        keys = parseKeySet(text)
        loadedAt = now()
        failedAt = undefined
      })
      .catch((error: unknown) => {
        failure = error
        failedAt = now()
      })
      .finally(() => {
        loading = undefined
      })
    return loading
  }

  const freshKeys = async (): Promise<KeySet> => {
    const pauseMs = keys ? COOLDOWN_MS : FIRST_LOAD_PAUSE_MS
    if (!(keys && within(loadedAt, MAX_AGE_MS)) && !within(failedAt, pauseMs)) await refresh()
    if (keys && within(loadedAt, KEEP_MS)) return keys
    throw new Problem('unavailable', { cause: failure, retryAfterSeconds: FIRST_LOAD_PAUSE_MS / SECOND })
  }

  const lookAgain = async (name: string): Promise<VerificationKey | undefined> => {
    if (within(unknown.get(name), UNKNOWN_MS)) return undefined
    if (!loading) {
      if (within(lookedAt, COOLDOWN_MS)) return undefined
      lookedAt = now()
    }
    await refresh()
    const key = keys?.get(name)
    if (!key) remember(unknown, name, now())
    return key
  }

  return {
    async find(kid, alg) {
      const name = keyName(kid, alg)
      return (await freshKeys()).get(name) ?? lookAgain(name)
    },
  }
}

/** Forgets the oldest names first: a flood of invented key ids cannot fill the memory. */
function remember(unknown: Map<string, number>, name: string, at: number): void {
  unknown.delete(name)
  const [oldest] = unknown.keys()
  if (unknown.size >= MAX_UNKNOWN && oldest !== undefined) unknown.delete(oldest)
  unknown.set(name, at)
}
