import { once } from 'node:events'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { callMetadata, deliver } from '../../support/deliver.ts'
import { startFaultProxy } from '../../support/fault-proxy.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import {
  type OwnProcess,
  ownDirectory,
  removeDirectory,
  run,
  spawnOwn,
  waitFor,
} from '../../support/processes.ts'
import { type RunningService, startService } from '../../support/running-service.ts'
import { persons } from '../../support/tokens.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function serviceWithDatabase(env: Record<string, string> = {}): Promise<RunningService> {
  const database = await createTestDatabase()
  closers.push(() => database.drop())
  const service = await startService({ databaseUrl: database.url, env })
  closers.push(() => service.stop())
  return service
}

/** A call of the member M-1 whose audio has about this many bytes. */
async function delivered(service: RunningService, bytes: number): Promise<string> {
  const audio = Buffer.alloc(bytes, 'RIFF----WAVEfmt ')
  const token = service.issuer.token(persons.recorder())
  const { status, body } = await deliver({ baseUrl: service.baseUrl, token, metadata: callMetadata(), audio })
  expect(status).toBe(201)
  return body.id as string
}

/** Reads slowly: one byte has arrived, the rest waits in the sockets until `finish`. */
async function startDownload(service: RunningService, path: string) {
  const authorization = `Bearer ${service.issuer.token(persons.member('M-1'))}`
  const req = request(new URL(path, service.baseUrl), { headers: { authorization } })
  req.end()
  const [res] = (await once(req, 'response')) as [import('node:http').IncomingMessage]
  res.pause()
  return {
    announced: Number(res.headers['content-length']),
    async finish(): Promise<number> {
      let bytes = 0
      res.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      res.resume()
      // Being cut is one of the outcomes, so neither error nor end is waited for.
      await new Promise((resolve) => res.once('close', resolve).on('error', () => {}))
      return bytes
    },
  }
}

describe('stopping', () => {
  it('is not ready at once, takes no new connections, and lets a running download finish', async () => {
    const service = await serviceWithDatabase({ SHUTDOWN_DELAY: '2s', SHUTDOWN_GRACE: '20s' })
    const id = await delivered(service, 8_000_000)
    const download = await startDownload(service, `/v1/recordings/${id}/audio`)
    service.kill('SIGTERM')
    await waitFor('not ready', async () =>
      (await fetch(`${service.baseUrl}/readyz`)).status === 503 ? true : undefined,
    )
    expect((await fetch(`${service.baseUrl}/livez`)).status).toBe(200)
    await waitFor('no new connections', async () =>
      (await fetch(`${service.baseUrl}/livez`).catch(() => 'refused')) === 'refused' ? true : undefined,
    )
    expect(await download.finish()).toBe(download.announced)
    const finished = performance.now()
    expect(await service.ended).toEqual({ code: 0, signal: null })
    // A forgotten connection or timer would keep the process for its idle time, ten seconds and more.
    expect(performance.now() - finished).toBeLessThan(8000)
  })

  it('cuts what has not finished at the end of the grace', async () => {
    const service = await serviceWithDatabase({ SHUTDOWN_DELAY: '1s', SHUTDOWN_GRACE: '1s' })
    const id = await delivered(service, 30_000_000)
    const download = await startDownload(service, `/v1/recordings/${id}/audio`)
    service.kill('SIGTERM')
    expect((await service.ended).code).toBe(0)
    expect(await download.finish()).toBeLessThan(download.announced)
  })

  it('ends at once at the second signal', async () => {
    const service = await serviceWithDatabase({ SHUTDOWN_DELAY: '60s' })
    service.kill('SIGINT')
    await waitFor('not ready', async () =>
      (await fetch(`${service.baseUrl}/readyz`)).status === 503 ? true : undefined,
    )
    service.kill('SIGINT')
    expect((await service.ended).code).toBe(130)
  })
})

describe('starting', () => {
  const main = new URL('../../../src/main.ts', import.meta.url).pathname
  const environment = (dataDir: string, extra: Record<string, string>) => ({
    PATH: process.env.PATH ?? '',
    DATA_DIR: dataDir,
    ...extra,
  })

  it('names every problem of the configuration at once and ends with 78', async () => {
    const dataDir = ownDirectory('config')
    closers.push(async () => removeDirectory(dataDir))
    const env = environment(dataDir, { PORT: 'many', GRACE_DAYS: '99', AUTH_ISSUER: 'https://x.example' })
    const failure = await run(process.execPath, [main, 'serve'], undefined, env).catch(
      (error: Error) => error.message,
    )
    expect(failure).toContain('ended with 78')
    expect(failure).toContain('PORT')
    expect(failure).toContain('GRACE_DAYS')
    const half = environment(dataDir, { AUTH_ISSUER: 'https://x.example', S3_ENDPOINT: 'http://127.0.0.1:1' })
    const problems = await run(process.execPath, [main, 'serve'], undefined, half).catch(
      (error: Error) => error.message,
    )
    expect(problems).toMatch(/3 problem[\s\S]*AUTH_AUDIENCE[\s\S]*AUTH_JWKS_URL[\s\S]*S3_BUCKET/)
  })

  it('says which port is in use before it starts anything', async () => {
    const dataDir = ownDirectory('port')
    closers.push(async () => removeDirectory(dataDir))
    const occupant = createServer().listen(0, '127.0.0.1')
    await once(occupant, 'listening')
    closers.push(async () => void occupant.close())
    const { port } = occupant.address() as import('node:net').AddressInfo
    const env = environment(dataDir, { PORT: String(port) })
    const failure = await run(process.execPath, [main, 'serve'], undefined, env).catch(
      (error: Error) => error.message,
    )
    expect(failure).toContain(`port ${port} on 127.0.0.1 is in use`)
  })

  it('is alive but not ready without its database, and ready by itself when the database is back', async () => {
    const database = await createTestDatabase()
    closers.push(() => database.drop())
    const target = new URL(database.url)
    const proxy = await startFaultProxy({ host: target.hostname, port: Number(target.port) })
    closers.push(() => proxy.close())
    target.hostname = '127.0.0.1'
    target.port = String(proxy.port)
    const dataDir = ownDirectory('late-database')
    closers.push(async () => removeDirectory(dataDir))
    const service = await startService({ databaseUrl: target.href, dataDir })
    closers.push(() => service.stop())

    proxy.set({ refuse: true })
    proxy.cutAll()
    await waitFor('not ready', async () =>
      (await fetch(`${service.baseUrl}/readyz`)).status === 503 ? true : undefined,
    )
    expect((await fetch(`${service.baseUrl}/livez`)).status).toBe(200)
    expect((await service.call('/v1/recordings', persons.member('M-1'))).status).toBe(503)
    proxy.set({})
    await waitFor('ready again', async () =>
      (await fetch(`${service.baseUrl}/readyz`)).ok ? true : undefined,
    )
    expect((await service.call('/v1/recordings', persons.member('M-1'))).status).toBe(200)

    proxy.set({ refuse: true })
    service.kill('SIGKILL')
    await service.ended
    const log = ownDirectory('late-log')
    closers.push(async () => removeDirectory(log))
    const port = new URL(service.baseUrl).port
    const jwks = `${log}/jwks.json`
    service.issuer.writeJwks(jwks)
    const own: OwnProcess = spawnOwn(process.execPath, [main, 'serve'], {
      log: `${log}/log`,
      env: environment(dataDir, {
        PORT: port,
        HOST: '127.0.0.1',
        METRICS_PORT: '0',
        DATABASE_URL: target.href,
        AUTH_ISSUER: service.issuer.issuer,
        AUTH_AUDIENCE: service.issuer.audience,
        AUTH_JWKS_FILE: jwks,
      }),
    })
    closers.push(() => own.stop('SIGKILL'))
    await waitFor('alive', async () => ((await fetch(`${service.baseUrl}/livez`)).ok ? true : undefined), {
      process: own,
    })
    expect((await fetch(`${service.baseUrl}/readyz`)).status).toBe(503)
    proxy.set({})
    await waitFor('ready', async () => ((await fetch(`${service.baseUrl}/readyz`)).ok ? true : undefined), {
      process: own,
    })
  })
})
