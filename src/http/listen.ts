import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SECOND } from '../kernel/units.ts'

/**
 * Starts an HTTP server with the time-outs this service needs. There is no limit on a whole request:
 * it would cut uploads that make progress; uploads enforce a minimum rate of their own instead.
 */
export async function listen(handler: RequestListener, port: number, host: string): Promise<Server> {
  const server = createServer({ maxHeaderSize: 16 * 1024 }, handler)
  server.headersTimeout = 15 * SECOND
  server.requestTimeout = 0
  // Longer than the 60 s after which load balancers give up on an idle connection.
  server.keepAliveTimeout = 65 * SECOND
  server.maxRequestsPerSocket = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return server
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** Takes no new connections and resolves when all requests have ended, or cuts them at the deadline. */
export async function drain(server: Server, graceMs: number): Promise<{ cut: boolean }> {
  let cut = false
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A connection that becomes idle after close() would otherwise wait for its keep-alive time.
  const idle = setInterval(() => server.closeIdleConnections(), 200)
  server.closeIdleConnections()
  const deadline = setTimeout(() => {
    cut = true
    server.closeAllConnections()
  }, graceMs)
  await closed
  clearInterval(idle)
  clearTimeout(deadline)
  return { cut }
}
