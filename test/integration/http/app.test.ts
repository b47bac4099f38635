import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../../src/app.ts'
import { endpoint } from '../../../src/http/endpoint.ts'
import { makeReadiness } from '../../../src/http/health.ts'
import { drain, listen } from '../../../src/http/listen.ts'
import { Problem } from '../../../src/kernel/problem.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { createMetrics } from '../../../src/telemetry/metrics.ts'

const Body = z.strictObject({
  name: z.string().max(5),
  list: z.array(z.strictObject({ n: z.int() })).optional(),
})

const endpoints = [
  endpoint({
    method: 'get',
    path: '/v1/things/{id}',
    operationId: 'getThing',
    summary: 'A thing',
    tag: 'things',
    head: true,
    params: z.strictObject({ id: z.uuid() }),
    responses: {
      200: { description: 'The thing', content: { 'application/json': z.object({ id: z.string() }) } },
    },
    problems: ['not_found'],
    handle: ({ params, res }) => void res.json({ id: params.id }),
  }),
  endpoint({
    method: 'post',
    path: '/v1/things',
    operationId: 'makeThing',
    summary: 'Make one',
    tag: 'things',
    body: Body,
    responses: { 204: { description: 'Made' } },
    handle: ({ res }) => void res.status(204).end(),
  }),
  endpoint({
    method: 'get',
    path: '/v1/broken',
    operationId: 'broken',
    summary: 'Fails',
    tag: 'things',
    responses: { 200: { description: 'never' } },
    handle: () => {
      throw new Error('bucket secret-bucket at /srv/path')
    },
  }),
]

let server: Server
let base: string
let databaseWorks = true
let draining = false

beforeAll(async () => {
  const logger = createLogger('error')
  logger.silent = true
  const app = createApp({
    version: '0.0.0-test',
    https: true,
    trustedProxies: [],
    webDir: '/nonexistent',
    logger,
    metrics: createMetrics(),
    readiness: makeReadiness(
      [
        {
          part: 'database',
          essential: true,
          check: async () => {
            if (!databaseWorks) throw new Error('down')
            return 'PostgreSQL'
          },
        },
        { part: 'ffmpeg', essential: false, check: () => Promise.reject(new Error('none')) },
      ],
      () => draining,
    ),
    authenticate: (req, _res, next) => {
      if (req.get('authorization') !== 'Bearer good') throw new Problem('unauthenticated')
      next()
    },
    endpoints,
    identityProvider: undefined,
  })
  server = await listen(app, 0, '127.0.0.1')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  await drain(server, 0)
})

const get = (path: string, init: RequestInit = {}) =>
  fetch(base + path, { ...init, headers: { authorization: 'Bearer good', ...init.headers } })

/** Sends bytes as they are and reads until the server closes or pauses. */
async function raw(text: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1')
  })
  socket.write(text, 'latin1')
  await Promise.race([once(socket, 'close'), new Promise((resolve) => setTimeout(resolve, 500))])
  socket.destroy()
  return answer
}

describe('the app', () => {
  it('asks for a credential before anything under /v1, known or not', async () => {
    for (const path of ['/v1/things', '/v1/unknown', '/v1/broken']) {
      const response = await fetch(base + path)
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toContain('Bearer')
    }
  })

  it('answers a malformed, an unknown and a made-up address with the same bytes', async () => {
    const bodies = await Promise.all(
      ['/v1/things/x', '/v1/things/..%2F..%2Fetc', '/v1/things/%00', '/v1/nothing', '/nothing.css'].map(
        async (path) => (await get(path)).text(),
      ),
    )
    expect(new Set(bodies).size).toBe(1)
    expect(JSON.parse(bodies[0] as string)).toEqual({
      type: 'urn:listenback:problem:not_found',
      title: 'Not found',
      status: 404,
      code: 'not_found',
    })
  })

  it('names every wrong field of a body the way the caller wrote it', async () => {
    const response = await get('/v1/things', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'too long', list: [{ n: 1.5, held: true }], __proto: 1 }),
    })
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    const { errors } = (await response.json()) as { errors: { field: string }[] }
    expect(new Set(errors.map((error) => error.field))).toEqual(
      new Set(['__proto', 'list[0].held', 'list[0].n', 'name']),
    )
  })

  it('says nothing about the inside when it fails', async () => {
    const response = await get('/v1/broken')
    expect(response.status).toBe(500)
    const text = await response.text()
    expect(text).not.toMatch(/bucket|srv|Error|at /)
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('answers 405 with the allowed methods', async () => {
    const response = await get('/v1/things', { method: 'DELETE' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
  })

  it('ignores method overrides and forwarded addresses', async () => {
    const response = await get('/v1/things', {
      headers: {
        'x-http-method-override': 'POST',
        'x-forwarded-for': '10.0.0.1',
        'x-forwarded-proto': 'https',
      },
    })
    expect(response.status).toBe(405)
  })

  it('carries the security headers on every answer, errors included', async () => {
    for (const path of ['/livez', '/v1/things/x', '/openapi.json']) {
      const { headers } = await get(path)
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('content-security-policy')).not.toContain('unsafe-inline')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('strict-transport-security')).toContain('max-age=')
      expect(headers.get('x-powered-by')).toBeNull()
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  it.each([
    ['both Content-Length and Transfer-Encoding', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'],
    ['two different Content-Lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n'],
    ['a transfer coding that only ends in chunked', 'Transfer-Encoding: xchunked\r\n'],
    ['a folded header', 'X-A: 1\r\n  folded\r\nContent-Length: 0\r\n'],
  ])('refuses %s', async (_name, headers) => {
    const answer = await raw(
      `POST /v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\n${headers}\r\n0\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 (400|501)/)
  })

  it('refuses a header larger than 16 KiB', async () => {
    const answer = await raw(`GET /livez HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(40_000)}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 431/)
  })

  it('refuses a JSON body over 100 kB, and a compressed one that could unpack to more', async () => {
    const body = JSON.stringify({ name: 'a'.repeat(200_000) })
    const bomb = await get('/v1/things', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(body),
    })
    expect(bomb.status).toBe(415)
    const response = await get('/v1/things', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(response.status).toBe(413)
  })

  it('is alive while a part is down, and ready only when every essential part works', async () => {
    expect((await fetch(`${base}/readyz`)).status).toBe(200)
    databaseWorks = false
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const response = await fetch(`${base}/readyz`)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      status: 'not ready',
      parts: [
        { part: 'database', ok: false },
        { part: 'ffmpeg', ok: false },
      ],
    })
    expect((await fetch(`${base}/livez`)).status).toBe(200)
    databaseWorks = true
    await new Promise((resolve) => setTimeout(resolve, 1100))
    draining = true
    expect((await fetch(`${base}/readyz`)).status).toBe(503)
    draining = false
  })

  it('documents exactly the routes that it serves', async () => {
    const document = (await (await fetch(`${base}/openapi.json`)).json()) as {
      openapi: string
      paths: object
    }
    expect(document.openapi).toBe('3.1.0')
    expect(
      Object.entries(document.paths).flatMap(([path, item]) => Object.keys(item).map((m) => `${m} ${path}`)),
    ).toEqual(['get /v1/things/{id}', 'head /v1/things/{id}', 'post /v1/things', 'get /v1/broken'])
  })

  it('serves the documentation from its own origin', async () => {
    const page = await fetch(`${base}/docs`)
    expect(page.status).toBe(200)
    expect(await page.text()).not.toMatch(/https?:\/\//)
    expect((await fetch(`${base}/docs/swagger-ui-bundle.js`)).status).toBe(200)
  })
})
