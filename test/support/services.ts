import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { SERVICES } from './ask-services.ts'
import { prepareDemo } from './demo-data.ts'
import { startPostgres } from './postgres.ts'
import { ownDirectory, removeDirectory } from './processes.ts'
import { startRgw } from './rgw.ts'

/** Where `keep-services.ts` writes its socket's path. */
export const KEPT = new URL('../../node_modules/.cache/test-services', import.meta.url)

interface Service {
  stop(): Promise<void>
}

/**
 * Starts each real service when the first test asks for it, once, and tells its address to all:
 * a run of one unit test starts nothing, a whole run starts one PostgreSQL and one Ceph.
 */
export async function openServices(): Promise<{ socket: string; close(): Promise<void> }> {
  let postgres: ReturnType<typeof startPostgres> | undefined
  const onePostgres = () => (postgres ??= startPostgres())
  let rgw: ReturnType<typeof startRgw> | undefined
  const oneRgw = () => (rgw ??= startRgw())
  const starters: Record<string, () => Promise<Service>> = {
    postgres: onePostgres,
    rgw: oneRgw,
    demo: async () => prepareDemo(...(await Promise.all([onePostgres(), oneRgw()]))),
  }
  const started = new Map<string, Promise<Service>>()
  const directory = ownDirectory('services')
  const socket = join(directory, 'socket')
  const server = createServer((req, res) => {
    const name = req.url?.slice(1) ?? ''
    const starter = starters[name]
    if (!starter) {
      res.writeHead(404).end()
      return
    }
    if (!started.has(name)) started.set(name, starter())
    started.get(name)?.then(
      (service) => res.end(JSON.stringify(service)),
      (error: unknown) => res.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return {
    socket,
    async close() {
      server.close()
      server.closeAllConnections()
      await Promise.allSettled([...started.values()].map(async (service) => (await service).stop()))
      if (!started.has('postgres')) await (await postgres)?.stop()
      if (!started.has('rgw')) await (await rgw)?.stop()
      removeDirectory(directory)
    },
  }
}

/** Vitest global setup. Every project calls it, the first one opens, and it alone closes. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[SERVICES]) return undefined
  const kept = await keptServices()
  if (kept) {
    process.env[SERVICES] = kept
    return undefined
  }
  const services = await openServices()
  process.env[SERVICES] = services.socket
  return async () => {
    delete process.env[SERVICES]
    await services.close()
  }
}

/** The services that `keep-services.ts` holds open for repeated runs, if it is running. */
async function keptServices(): Promise<string | undefined> {
  const socket = await readFile(KEPT, 'utf8').catch(() => undefined)
  if (!socket) return undefined
  return new Promise((resolve) => {
    const connection = connect(socket.trim())
    connection.once('connect', () => resolve(socket.trim()))
    connection.once('connect', () => connection.end())
    connection.once('error', () => resolve(undefined))
  })
}
