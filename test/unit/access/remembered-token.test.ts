import { beforeEach, describe, expect, it } from 'vitest'
import type { KeySource } from '../../../src/access/jwks.ts'
import { type KeySet, keyName, parseKeySet } from '../../../src/access/key-set.ts'
import { makeVerifyToken, type VerifyToken } from '../../../src/access/verify-token.ts'
import { SECOND } from '../../../src/kernel/units.ts'
import { createIssuer, type Issuer, persons } from '../../support/tokens.ts'

const START = Date.parse('2026-11-22T11:00:00Z')
const seconds = (at: number) => Math.floor(at / SECOND)

let issuer: Issuer
let now: number
let published: KeySet
let verify: VerifyToken

beforeEach(async () => {
  issuer = await createIssuer()
  now = START
  published = parseKeySet(JSON.stringify(issuer.jwks()))
  const keys: KeySource = { find: async (kid, alg) => published.get(keyName(kid, alg)) }
  verify = makeVerifyToken({
    issuer: issuer.issuer,
    audience: issuer.audience,
    keys,
    clock: { now: () => new Date(now) },
  })
})

const tokenUntil = (exp: number) =>
  issuer.token({ ...persons.member('M1'), iat: seconds(START), nbf: seconds(START), exp: seconds(exp) })

describe('a token that was verified a moment ago', () => {
  it('gives the same actor again', async () => {
    const token = tokenUntil(START + 600 * SECOND)
    const first = await verify(token)
    now += 30 * SECOND
    expect(await verify(token)).toBe(first)
    now += 60 * SECOND
    expect(await verify(token)).toEqual(first)
  })

  it('is refused from the second on in which it expires', async () => {
    const token = tokenUntil(START + 10 * SECOND)
    await verify(token)
    now = START + 39 * SECOND
    await verify(token)
    now = START + 40 * SECOND
    await expect(verify(token)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('is refused when the clock says that it is not valid yet', async () => {
    const token = tokenUntil(START + 600 * SECOND)
    await verify(token)
    now = START - 31 * SECOND
    await expect(verify(token)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('is refused once its key is withdrawn or replaced under the same name', async () => {
    const token = tokenUntil(START + 600 * SECOND)
    await verify(token)
    const before = published
    published = new Map()
    await expect(verify(token)).rejects.toMatchObject({ code: 'unauthenticated' })
    const [name = ''] = before.keys()
    const [stranger] = parseKeySet(JSON.stringify((await createIssuer()).jwks())).values()
    published = new Map(stranger && [[name, stranger]])
    await expect(verify(token)).rejects.toMatchObject({ code: 'unauthenticated' })
    published = before
    await expect(verify(token)).resolves.toMatchObject({ memberRef: 'M1' })
  })

  it('says nothing for a token that differs in its last character', async () => {
    const token = tokenUntil(START + 600 * SECOND)
    await verify(token)
    const forged = token.slice(0, -2) + (token.at(-2) === 'A' ? 'B' : 'A') + token.slice(-1)
    await expect(verify(forged)).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})
