import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { readDemoAudio, readDemoCalls } from '../../../src/embedded/demo-call.ts'
import { signDemoToken } from '../../../src/embedded/demo-keys.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { launchBrowser } from '../../support/browser.ts'
import { type RunningService, startService } from '../../support/running-service.ts'

interface Listed {
  readonly id: string
  readonly memberRef?: string
  readonly purposes: readonly { readonly purpose: string; readonly state: string }[]
}

const calls = await readDemoCalls()

async function list(service: RunningService, person: string): Promise<Listed[]> {
  const token = await signDemoToken(service.dataDir, systemClock, person, 60)
  const response = await fetch(`${service.baseUrl}/v1/recordings?limit=100`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(response.status).toBe(200)
  return ((await response.json()) as { items: Listed[] }).items
}

const ids = async (service: RunningService) =>
  (await Promise.all(['noor', 'sam'].map((person) => list(service, person)))).flat().map(({ id }) => id)

async function whenDelivered(service: RunningService, starts = 1): Promise<void> {
  const until = AbortSignal.timeout(60_000)
  while (service.logs().split('DEMO MODE').length <= starts) {
    until.throwIfAborted()
    await sleep(100)
  }
}

describe('the demo without any setting', () => {
  let service: RunningService

  beforeAll(async () => {
    service = await startService({ issuer: 'demo' })
    await whenDelivered(service)
  })

  afterAll(() => service.stop())

  it('shows each member their own calls and nobody else’s', async () => {
    const own = (memberRef: string) => calls.filter((call) => call.memberRef === memberRef).length
    expect(await list(service, 'noor')).toHaveLength(own('M-1001'))
    expect(await list(service, 'sam')).toHaveLength(own('M-1002'))
  })

  it('plays a call to its member byte for byte', async () => {
    const [first] = await list(service, 'sam')
    const token = await signDemoToken(service.dataDir, systemClock, 'sam', 60)
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(`${service.baseUrl}/v1/recordings/${first?.id}/audio`, { headers })
    expect(response.status).toBe(200)
    const audio = Buffer.from(await response.arrayBuffer())
    const originals = await Promise.all(calls.map(readDemoAudio))
    expect(originals.some((original) => original.equals(audio))).toBe(true)
  })

  it('delivers nothing again at the next start', { timeout: 180_000 }, async () => {
    const before = await ids(service)
    service.kill('SIGTERM')
    await service.restart()
    await whenDelivered(service, 2)
    expect((await ids(service)).sort()).toEqual(before.sort())
  })
})

it('goes on where a killed first start stopped, without doubling a call', { timeout: 180_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'listenback-demo-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const service = await startService({ issuer: 'demo', dataDir })
  await expect.poll(() => readdirSync(dataDir)).toContain('demo')
  await sleep(150)
  service.kill('SIGKILL')
  await service.restart()
  await whenDelivered(service)
  const ofBoth = calls.filter(({ memberRef }) => memberRef === 'M-1001' || memberRef === 'M-1002')
  expect(await ids(service)).toHaveLength(ofBoth.length)
  await service.stop()
})

it('has calls that a browser plays as they are', async () => {
  const server = createServer(async (req, res) => {
    const call = calls.find(({ file }) => req.url === `/${file}`)
    if (!call)
      return res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>x</title>')
    const audio = await readDemoAudio(call)
    const from = Number(/^bytes=(\d+)-/.exec(req.headers.range ?? '')?.[1] ?? 0)
    return res
      .writeHead(206, {
        'content-type': call.mediaType,
        'content-length': audio.length - from,
        'content-range': `bytes ${from}-${audio.length - 1}/${audio.length}`,
      })
      .end(audio.subarray(from))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const browser = await launchBrowser()
  onTestFinished(async () => {
    await browser.close()
    server.closeAllConnections()
    server.close()
  })
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  for (const call of calls) {
    // Runs in the page, whose types this project does not have.
    const heard = (await page.evaluate(
      `new Promise((done) => {
        const audio = new Audio('/${call.file}')
        audio.onerror = () => done({ error: audio.error.message })
        audio.ontimeupdate = () => audio.currentTime > 0.2 && done({ duration: audio.duration })
        audio.play()
      })`,
    )) as { duration?: number; error?: string }
    expect(heard.error, call.file).toBeUndefined()
    expect(Math.abs((heard.duration ?? 0) - call.seconds), call.file).toBeLessThan(1.5)
  }
})
