import type { Server } from 'node:http'
import { compose, type Service } from '../compose.ts'
import type { Config } from '../config/config.ts'
import { drain, listen, portOf } from '../http/listen.ts'
import { startingGate } from '../http/starting-gate.ts'
import { SECOND } from '../kernel/units.ts'
import { createLogger, type Logger } from '../telemetry/logger.ts'
import type { Edge } from './edge.ts'

const FORCED_EXIT = 130

/**
 * Runs the service until a signal: not ready first, then no new connections, running requests
 * finish or are cut at the deadline, then everything closes in reverse order. A second signal ends
 * the process at once; what was acknowledged is durable already.
 */
export async function serve(config: Config, edge: Edge): Promise<void> {
  const logger = createLogger(config.logLevel)
  const stop = stopSignal(edge)
  const gate = startingGate()
  const server = await listenOrExplain(gate.handler, config.port, config)
  const origin = `http://127.0.0.1:${portOf(server)}`
  try {
    const service = await compose(config, {
      logger,
      publicUrl: config.publicUrl ?? origin,
      signal: stop.signal,
      onLost: () => edge.exitNow(FORCED_EXIT),
    })
    await using _closing = service
    gate.open(service.app)
    const metrics =
      config.metricsPort === undefined
        ? undefined
        : await listenOrExplain(service.metricsApp, config.metricsPort, config)
    logger.info('listening', { port: portOf(server), host: config.host, version: service.version })
    await service.afterListening(origin)
    edge.stdout.write(service.greeting)
    await stop.requested
    await shutDown(service, server, config, logger)
    if (metrics) await drain(metrics, 0)
  } finally {
    await drain(server, 0)
  }
  logger.info('stopped')
}

async function shutDown(service: Service, server: Server, config: Config, logger: Logger): Promise<void> {
  logger.info('stopping', { graceSeconds: config.shutdown.graceMs / SECOND })
  service.stopBeingReady()
  await new Promise((resolve) => setTimeout(resolve, config.shutdown.delayMs))
  const { cut } = await drain(server, config.shutdown.graceMs)
  if (cut) logger.warn('requests were cut at the end of the grace')
}

function stopSignal(edge: Edge): { signal: AbortSignal; requested: Promise<void> } {
  const abort = new AbortController()
  const requested = new Promise<void>((resolve) => {
    edge.onSignal((name) => {
      if (abort.signal.aborted) edge.exitNow(FORCED_EXIT)
      abort.abort(new Error(`stopped by ${name}`))
      resolve()
    })
  })
  return { signal: abort.signal, requested }
}

async function listenOrExplain(
  handler: Parameters<typeof listen>[0],
  port: number,
  config: Config,
): Promise<Server> {
  try {
    return await listen(handler, port, config.host)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const what: Record<string, string> = {
      EADDRINUSE: `port ${port} on ${config.host} is in use; stop what uses it, or set PORT and METRICS_PORT`,
      EACCES: `port ${port} needs more rights; set PORT above 1023`,
    }
    throw new Error(what[String(code)] ?? `cannot listen on ${config.host}:${port}`, { cause: error })
  }
}
