import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { canonicalQuery, makeSign, percentEncode, type ToSign } from '../../../src/storage/s3-sign.ts'

const KEYS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const AT = new Date('2013-05-24T00:00:00Z')
const NOTHING = hash('sha256', '')
const get: ToSign = { method: 'GET', path: '/', query: {}, headers: {}, bodySha256: NOTHING }
const sign = makeSign({ host: 'examplebucket.s3.amazonaws.com', region: 'us-east-1' })
const signatureOf = (request: ToSign, keys = KEYS, at = AT) =>
  /Signature=(\w+)$/.exec(String(sign(request, keys, at).authorization))?.[1]

/** Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header", Examples. */
describe('AWS Signature Version 4 for S3', () => {
  it('signs a range as AWS documents it', () => {
    const range = { ...get, path: '/test.txt', headers: { range: 'bytes=0-9' } }
    expect(signatureOf(range)).toBe('f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41')
  })

  it('signs a body and a key with a character that is encoded', () => {
    const body = 'Welcome to Amazon S3.'
    const headers = { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' }
    const path = `/${percentEncode('test$file.text')}`
    const put = { ...get, method: 'PUT', path, headers, bodySha256: hash('sha256', body) }
    expect(signatureOf(put)).toBe('98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd')
  })

  it('signs a query without values and one with several', () => {
    const lifecycle = { ...get, query: { lifecycle: '' } }
    expect(signatureOf(lifecycle)).toBe('fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543')
    const list = { ...get, query: { prefix: 'J', 'max-keys': '2' } }
    expect(signatureOf(list)).toBe('34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7')
  })

  it('derives another key for another day and for other credentials, and comes back to the first', () => {
    const first = signatureOf(get)
    const tomorrow = signatureOf(get, KEYS, new Date('2013-05-25T00:00:00Z'))
    const other = signatureOf(get, { ...KEYS, secretAccessKey: 'another' })
    expect(new Set([first, tomorrow, other]).size).toBe(3)
    expect(signatureOf(get)).toBe(first)
  })

  it('signs the token of temporary credentials', () => {
    const { authorization, ...headers } = sign(get, { ...KEYS, sessionToken: 'session' }, AT)
    expect(headers['x-amz-security-token']).toBe('session')
    expect(authorization).toContain(
      'SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,',
    )
  })

  it('orders a query by name, not by name and value together', () => {
    expect(canonicalQuery({ 'a-b': '1', a: '2', B: "!'()*" })).toBe('B=%21%27%28%29%2A&a=2&a-b=1')
  })
})
