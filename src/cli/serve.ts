import type { Server } from 'node:http'
import { compose } from '../compose.ts'
import type { Config } from '../config/config.ts'
import { drain, listen, portOf } from '../http/listen.ts'
import { SECOND } from '../kernel/units.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { Edge } from './edge.ts'

const FORCED_EXIT = 130

/**
 * Runs the service until a signal: not ready first, then no new connections, running requests
 * finish or are cut at the deadline, then everything closes in reverse order. A second signal ends
 * the process at once; what was acknowledged is durable already.
 */
export async function serve(config: Config, edge: Edge): Promise<void> {
  const logger = createLogger(config.logLevel)
  const service = await compose(config, { logger })
  let server: Server
  try {
    server = await listen(service.app, config.port, config.host)
  } catch (error) {
    await service.close()
    throw listenFailure(error, config)
  }
  const metricsServer =
    config.metricsPort === undefined
      ? undefined
      : await listen(service.metricsApp, config.metricsPort, config.host)
  const address = config.publicUrl ?? `http://127.0.0.1:${portOf(server)}`
  logger.info('listening', { port: portOf(server), host: config.host, version: service.version })
  await service.started(`http://127.0.0.1:${portOf(server)}`)
  edge.stdout.write(service.greeting(address))

  const signal = await firstSignal(edge)
  logger.info('stopping', { signal, graceSeconds: config.shutdown.graceMs / SECOND })
  service.stopBeingReady()
  await new Promise((resolve) => setTimeout(resolve, config.shutdown.delayMs))
  const { cut } = await drain(server, config.shutdown.graceMs)
  if (metricsServer) await drain(metricsServer, 0)
  await service.close()
  logger.info('stopped', { requestsCut: cut })
}

function firstSignal(edge: Edge): Promise<string> {
  return new Promise((resolve) => {
    let seen = false
    edge.onSignal((signal) => {
      if (seen) edge.exitNow(FORCED_EXIT)
      seen = true
      resolve(signal)
    })
  })
}

function listenFailure(error: unknown, config: Config): Error {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'EADDRINUSE') {
    return new Error(`port ${config.port} on ${config.host} is in use; stop what uses it or set PORT`, {
      cause: error,
    })
  }
  if (code === 'EACCES')
    return new Error(`port ${config.port} needs more rights; set PORT above 1023`, { cause: error })
  return new Error(`cannot listen on ${config.host}:${config.port}`, { cause: error })
}
