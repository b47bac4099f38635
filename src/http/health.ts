import type { RequestHandler } from 'express'

/** One part the service needs; throws when it does not work now, and may say how it works. */
export interface HealthCheck {
  readonly part: string
  /** Without an essential part the service is not ready; others are shown and tolerated. */
  readonly essential: boolean
  readonly check: (signal: AbortSignal) => Promise<string | undefined>
}

export interface PartHealth {
  readonly part: string
  readonly ok: boolean
  readonly detail?: string
}

const TIMEOUT_MS = 3000
const CACHE_MS = 1000

export type Readiness = () => Promise<{ ready: boolean; parts: readonly PartHealth[] }>

/** Checks all parts at once, each within three seconds; asked more often than once a second it answers from memory. */
export function makeReadiness(checks: readonly HealthCheck[], isDraining: () => boolean): Readiness {
  let cached: { at: number; result: Promise<readonly PartHealth[]> } | undefined
  return async () => {
    const now = performance.now()
    if (!cached || now - cached.at > CACHE_MS) {
      cached = { at: now, result: Promise.all(checks.map(examine)) }
    }
    const parts = await cached.result
    const essentialWork = parts.every((part, index) => part.ok || !checks[index]?.essential)
    return { ready: essentialWork && !isDraining(), parts }
  }
}

async function examine({ part, check }: HealthCheck): Promise<PartHealth> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const timedOut = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('no answer within 3 s')))
    })
    const detail = await Promise.race([check(signal), timedOut])
    return { part, ok: true, ...(detail ? { detail } : {}) }
  } catch {
    // The reason goes to the operator's log and `doctor`; an unauthenticated page names the part only.
    return { part, ok: false }
  }
}

/** The process runs and its event loop answers; says nothing about what it depends on, so a database outage does not restart it. */
export const livez: RequestHandler = (_req, res) => {
  res.set('Cache-Control', 'no-store').json({ status: 'ok' })
}

export const readyz =
  (readiness: Readiness): RequestHandler =>
  async (_req, res) => {
    const { ready, parts } = await readiness()
    res
      .status(ready ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ status: ready ? 'ready' : 'not ready', parts })
  }
