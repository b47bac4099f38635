import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts'

const BODY = Buffer.alloc(100_000, 'a')
let target: Server
let proxy: FaultProxy
let url: string

beforeEach(async () => {
  target = createServer((_req, res) => res.end(BODY))
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
  proxy = await startFaultProxy({ host: '127.0.0.1', port: (target.address() as AddressInfo).port })
  url = `http://127.0.0.1:${proxy.port}/`
})

afterEach(async () => {
  await proxy.close()
  target.closeAllConnections()
  target.close()
})

const get = async (signal?: AbortSignal) => {
  const answer = await fetch(url, { headers: { Connection: 'close' }, ...(signal ? { signal } : {}) })
  return Buffer.from(await answer.arrayBuffer())
}

test('without faults every byte passes unchanged', async () => {
  expect(await get()).toEqual(BODY)
})

test('a cut connection never looks like a complete answer', async () => {
  proxy.set({ cutAfter: { direction: 'down', bytes: 50_000 } })
  await expect(get()).rejects.toThrow()
})

test('a stalled connection stays open and silent', async () => {
  proxy.set({ stallAfter: { direction: 'down', bytes: 50_000 } })
  await expect(get(AbortSignal.timeout(300))).rejects.toThrow('timeout')
})

test('exactly one bit is turned over', async () => {
  proxy.set({ flipByteAt: { direction: 'down', offset: 60_000 } })
  const changed = [...(await get())].filter((byte) => byte !== 'a'.charCodeAt(0))
  expect(changed).toEqual(['a'.charCodeAt(0) ^ 1])
})

test('refused connections fail at once, and later ones pass again', async () => {
  proxy.set({ refuse: true })
  await expect(get()).rejects.toThrow()
  proxy.set({})
  expect(await get()).toEqual(BODY)
  expect(proxy.accepted()).toBe(2)
})
