import type { LookupAddress } from 'node:dns'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { AddressRefused } from '../../../src/outbound/address.ts'
import { makeOutbound, type Resolve } from '../../../src/outbound/send.ts'
import { ownDirectory, removeDirectory, run } from '../../support/processes.ts'

const open: { close(): void; closeAllConnections?(): void }[] = []

afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections?.()
    server.close()
  }
})

async function portOf(server: Server): Promise<number> {
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const listening = (handle: RequestListener) => portOf(createServer(handle))

const HERE: LookupAddress = { address: '127.0.0.1', family: 4 }
const OUT_THERE: LookupAddress = { address: '93.184.216.34', family: 4 }
const trying = { ports: [443], loopback: true }
const strict = { ports: [443], loopback: false }
const message = (url: string) => ({ method: 'POST', url, headers: { 'x-a': 'b' }, body: '{}' }) as const

/** A resolver that answers each question with the next of these. */
function resolver(...answers: readonly (readonly LookupAddress[])[]): Resolve & { asked: string[] } {
  const asked: string[] = []
  const resolve = async (host: string) => {
    asked.push(host)
    return answers[Math.min(asked.length, answers.length) - 1] ?? []
  }
  return Object.assign(resolve, { asked })
}

describe('before an address is stored', () => {
  test.each([
    ['at this machine', [HERE]],
    ['in a private network', [{ address: '10.0.0.1', family: 4 }]],
    ['at the metadata of a cloud', [{ address: '169.254.169.254', family: 4 }]],
    ['also in a private network', [OUT_THERE, { address: '192.168.1.1', family: 4 }]],
    ['at a mapped address', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['nowhere', []],
  ])('a name that is %s is refused', async (_where, addresses) => {
    const outbound = makeOutbound({ rules: strict, resolve: resolver(addresses) })
    await expect(outbound.check('https://hooks.example/x')).rejects.toThrow(AddressRefused)
  })

  test('a name that nobody knows is refused', async () => {
    const resolve: Resolve = () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }))
    const outbound = makeOutbound({ rules: strict, resolve })
    await expect(outbound.check('https://hooks.example/x')).rejects.toThrow('nobody knows')
  })

  test('a name out on the internet is taken', async () => {
    const outbound = makeOutbound({ rules: strict, resolve: resolver([OUT_THERE]) })
    expect((await outbound.check('https://hooks.example/x')).hostname).toBe('hooks.example')
  })
})

describe('at the connection', () => {
  test('a name that has become this machine since it was stored is refused, and nothing is sent', async () => {
    let requests = 0
    const port = await listening((_req, res) => {
      requests += 1
      res.end()
    })
    const resolve = resolver([OUT_THERE], [HERE])
    const outbound = makeOutbound({ rules: { ports: [port], loopback: false }, resolve })
    await outbound.check(`https://hooks.example:${port}/x`)
    await expect(outbound.send(message(`https://hooks.example:${port}/x`))).rejects.toThrow(AddressRefused)
    expect(requests).toBe(0)
  })

  test('goes to the address that was judged: a resolver that changes its answer is not asked again', async () => {
    const port = await listening((_req, res) => void res.end('here'))
    const resolve = resolver([HERE], [OUT_THERE])
    const outbound = makeOutbound({ rules: trying, resolve })
    expect(await outbound.send(message(`http://localhost:${port}/x`))).toEqual({ status: 200, body: 'here' })
    expect(resolve.asked).toEqual(['localhost'])
  })

  test('an address in numbers is judged too, without any resolver', async () => {
    const outbound = makeOutbound({ rules: strict, resolve: resolver() })
    for (const host of ['127.0.0.1', '[::1]', '2130706433', '0'])
      await expect(outbound.send(message(`https://${host}/x`))).rejects.toThrow(AddressRefused)
  })

  test('over TLS the certificate must be for the name, wherever the name leads', async () => {
    const { certificate, key } = await selfSigned('hooks.example')
    const server = createTlsServer({ cert: certificate, key }, (_req, res) => void res.end('secret'))
    server.on('tlsClientError', () => {})
    const port = await portOf(server)
    const rules = { ports: [port], loopback: true }
    const resolve = resolver([HERE])
    const outbound = makeOutbound({ rules, resolve, ca: certificate })
    expect((await outbound.send(message(`https://hooks.example:${port}/`))).body).toBe('secret')
    await expect(outbound.send(message(`https://other.example:${port}/`))).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    const distrusting = makeOutbound({ rules, resolve })
    await expect(distrusting.send(message(`https://hooks.example:${port}/`))).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
  })
})

describe('an answer', () => {
  test('that sends us elsewhere is not followed', async () => {
    let others = 0
    const other = await listening((_req, res) => {
      others += 1
      res.end()
    })
    const port = await listening((_req, res) => {
      res.writeHead(307, { location: `http://127.0.0.1:${other}/latest/meta-data` }).end()
    })
    const outbound = makeOutbound({ rules: trying })
    expect((await outbound.send(message(`http://127.0.0.1:${port}/`))).status).toBe(307)
    expect(others).toBe(0)
  })

  test('without end is read at its beginning only, and the connection is closed', async () => {
    let closed: () => void = () => {}
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve
    })
    const port = await listening((_req, res) => {
      res.on('close', () => closed())
      const more = () => {
        while (!res.destroyed && res.write(Buffer.alloc(65_536, 'x')));
      }
      res.on('drain', more)
      more()
    })
    const reply = await makeOutbound({ rules: trying }).send(message(`http://127.0.0.1:${port}/`))
    expect([reply.status, reply.body.length]).toEqual([200, 16_384])
    await isClosed
  })

  test('that never comes is given up', async () => {
    const sockets: Socket[] = []
    const port = await portOf(createRawServer((socket) => void sockets.push(socket)))
    const sent = makeOutbound({ rules: trying }).send({
      ...message(`http://127.0.0.1:${port}/`),
      timeoutMs: 100,
    })
    await expect(sent).rejects.toMatchObject({ name: expect.stringMatching(/Abort|Timeout/) })
    for (const socket of sockets) socket.destroy()
  })
})

test('a body is streamed, and a stream that breaks breaks the exchange', async () => {
  const port = await listening((req, res) => {
    let length = 0
    req.on('data', (piece: Buffer) => {
      length += piece.length
    })
    req.on('end', () => void res.end(String(length)))
    req.on('error', () => {})
  })
  const outbound = makeOutbound({ rules: trying })
  const url = `http://127.0.0.1:${port}/`
  const pieces = Array.from({ length: 50 }, () => Buffer.alloc(10_000))
  expect(await outbound.send({ ...message(url), body: Readable.from(pieces) })).toEqual({
    status: 200,
    body: '500000',
  })
  const broken = Readable.from(
    (async function* () {
      yield Buffer.alloc(10_000)
      throw new Error('the source broke')
    })(),
  )
  await expect(outbound.send({ ...message(url), body: broken })).rejects.toThrow('the source broke')
})

async function selfSigned(name: string): Promise<{ certificate: string; key: string }> {
  const directory = ownDirectory('certificate')
  const file = (which: string) => join(directory, which)
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`]
  const files = ['-keyout', file('key'), '-out', file('certificate')]
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files])
  const made = {
    certificate: readFileSync(file('certificate'), 'utf8'),
    key: readFileSync(file('key'), 'utf8'),
  }
  removeDirectory(directory)
  return made
}
