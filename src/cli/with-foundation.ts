import { type Foundation, openFoundation } from '../compose/foundation.ts'
import type { Config } from '../config/config.ts'
import { systemClock } from '../kernel/clock.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { Edge } from './edge.ts'

/** Runs one command on the same database, store and keyring as the service, which may be running beside it. */
export async function withFoundation<T>(
  config: Config,
  edge: Edge,
  run: (foundation: Foundation, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController()
  edge.onSignal((name) => abort.abort(new Error(`stopped by ${name}`)))
  await using foundation = await openFoundation(config, {
    logger: createLogger(config.logLevel === 'debug' ? 'debug' : 'warn'),
    clock: systemClock,
    as: 'command',
    signal: abort.signal,
  })
  return await run(foundation, abort.signal)
}
