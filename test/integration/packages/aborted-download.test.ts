import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MIB, SECOND } from '../../../src/kernel/units.ts'
import type { ObjectStore } from '../../../src/storage/object-store.ts'
import { member } from '../audio/training-app.ts'
import { bearer } from '../listening/listening-app.ts'
import { type PackageApp, startPackageApp } from './package-app.ts'

let app: PackageApp
/** What the store has open for readers of packages, and how much it gave them. */
const upstream = { open: 0, bytes: 0 }
beforeAll(async () => {
  app = await startPackageApp({ store: observed })
})
afterAll(() => app.close())

test('a download that is aborted half-way frees what the store had open and reads no further, however often', async () => {
  const { id } = await app.add({ audio: randomBytes(24 * MIB) })
  const request = await app.decided({ recordings: [id] })
  await app.build()
  const headers = bearer(app, member)
  const half = async (range: object): Promise<void> => {
    const stop = new AbortController()
    const response = await fetch(app.url + app.filePath(request), {
      ...{ headers: { ...headers, ...range }, signal: stop.signal },
    })
    await response.body?.getReader().read()
    stop.abort()
  }
  upstream.bytes = 0
  const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
  await half({})
  await expect.poll(() => upstream.open, { timeout: 5 * SECOND }).toBe(0)
  const before = sockets()
  for (let time = 0; time < 30; time++) await half(time % 2 === 0 ? {} : { range: `bytes=${time * MIB}-` })
  await expect.poll(() => upstream.open, { timeout: 5 * SECOND }).toBe(0)
  await expect.poll(sockets, { timeout: 5 * SECOND }).toBeLessThanOrEqual(before)
  const read = upstream.bytes
  // All of it would be 24 MiB each time.
  expect(read).toBeLessThan(31 * 12 * MIB)
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(upstream.bytes).toBe(read)
  expect((await app.fetch(request)).status).toBe(200)
})

/** The real store; what it gives is counted. */
function observed(files: ObjectStore): ObjectStore {
  const open: ObjectStore['open'] = async (...args) => {
    const source = await files.open(...args)
    upstream.open += 1
    source.once('close', () => {
      upstream.open -= 1
    })
    source.on('data', (chunk: Buffer) => {
      upstream.bytes += chunk.length
    })
    return source.pause()
  }
  return new Proxy(files, {
    get(target, name) {
      const value: unknown = name === 'open' ? open : Reflect.get(target, name)
      return typeof value === 'function' && name !== 'open' ? value.bind(target) : value
    },
  })
}
