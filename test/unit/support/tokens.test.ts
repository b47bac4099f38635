import { createPublicKey, verify } from 'node:crypto'
import { verify as verifyToken } from 'jsonwebtoken'
import { expect, test } from 'vitest'
import { createIssuer, persons } from '../../support/tokens.ts'

test.each(['RS256', 'ES256'] as const)(
  'a %s token of the test issuer is what a stock library accepts',
  async (algorithm) => {
    const issuer = await createIssuer({ algorithm })
    const token = issuer.token(persons.member('M-1'))
    const claims = verifyToken(token, issuer.key.publicKey, {
      algorithms: [algorithm],
      issuer: issuer.issuer,
      audience: issuer.audience,
    })
    expect(claims).toMatchObject({ sub: 'sub-M-1', roles: ['member'], member_ref: 'M-1', entity: ['hmbs'] })
  },
)

test('an EdDSA token verifies with the published key', async () => {
  const issuer = await createIssuer({ algorithm: 'EdDSA' })
  const [header = '', payload = '', signature = ''] = issuer.token(persons.recorder()).split('.')
  const published = createPublicKey({ key: issuer.jwks().keys[0] ?? {}, format: 'jwk' })
  expect(
    verify(null, Buffer.from(`${header}.${payload}`), published, Buffer.from(signature, 'base64url')),
  ).toBe(true)
})

test('after a rotation the old key stays published unless it is to be forgotten', async () => {
  const issuer = await createIssuer()
  await issuer.rotate()
  expect(issuer.jwks().keys).toHaveLength(2)
  await issuer.rotate({ forget: true })
  expect(issuer.jwks().keys).toHaveLength(1)
})

test('a claim given as undefined is left out', async () => {
  const issuer = await createIssuer()
  const payload = issuer.token({ ...persons.recorder(), exp: undefined }).split('.')[1] ?? ''
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).not.toHaveProperty('exp')
})

test('the key server counts requests, fails as told and heals', async () => {
  const issuer = await createIssuer()
  const server = await issuer.serve()
  server.fail(500)
  expect((await fetch(server.url)).status).toBe(500)
  server.fail(undefined)
  expect(await (await fetch(server.url)).json()).toEqual(JSON.parse(JSON.stringify(issuer.jwks())))
  expect(server.requests()).toBe(2)
  await server.close()
})
