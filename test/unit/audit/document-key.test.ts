import { execFile } from 'node:child_process'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { GeneralSign, importPKCS8 } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDocumentKey } from '../../../src/audit/document-key-file.ts'
import {
  type DocumentSigner,
  GeneralJws,
  readDocumentKeys,
  verifyDocument,
} from '../../../src/audit/sign-document.ts'
import { openSigningKey } from '../../../src/audit/sign-key-file.ts'

const run = promisify(execFile)
const NOW = new Date('2026-11-20T10:15:31Z')

let directory: string
let path: string
let signer: DocumentSigner
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'document-key-'))
  path = join(directory, 'key')
  signer = await openDocumentKey(path, { create: true, now: NOW })
})
afterAll(() => rm(directory, { recursive: true }))

const certificateOf = ({ publicJwk: { x5c } }: DocumentSigner): X509Certificate =>
  new X509Certificate(Buffer.from(x5c[0] ?? '', 'base64'))

test('is made once, for its owner only, and is the same after that', async () => {
  const again = await openDocumentKey(path, { create: true, now: new Date(0) })
  expect(again.publicJwk).toEqual(signer.publicJwk)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('has a certificate of its own that OpenSSL takes and that names nobody', async () => {
  const certificate = certificateOf(signer)
  expect(certificate.subject).toBe('CN=Listenback packages')
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  expect(new Date(certificate.validFrom)).toEqual(NOW)

  const file = join(directory, 'certificate.pem')
  await writeFile(file, certificate.toString())
  const when = String(NOW.getTime() / 1000 + 60)
  const { stdout } = await run('openssl', [
    'verify',
    '-x509_strict',
    '-partial_chain',
    '-attime',
    when,
    '-CAfile',
    file,
    file,
  ])
  expect(stdout).toContain('OK')
  const { stdout: text } = await run('openssl', ['x509', '-in', file, '-noout', '-text'])
  expect(text).toContain('Digital Signature')
})

test('signs bytes that only its own key confirms, in either form of public key', () => {
  const jws = GeneralJws.parse(JSON.parse(JSON.stringify(signer.sign(Buffer.from('what is true')))))
  const jwks = readDocumentKeys(JSON.stringify({ keys: [{ kty: 'OKP' }, signer.publicJwk] }))
  const pem = readDocumentKeys(certificateOf(signer).toString())
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey

  expect(verifyDocument(jws, jwks)?.toString()).toBe('what is true')
  expect(verifyDocument(jws, [stranger, ...pem])?.toString()).toBe('what is true')
  expect(verifyDocument(jws, [stranger])).toBeUndefined()
  const changed = { ...jws, payload: Buffer.from('what is not').toString('base64url') }
  expect(verifyDocument(changed, jwks)).toBeUndefined()
})

test('believes what another library signed, with the algorithm in either header, and none but RS256', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = String(privateKey.export({ format: 'pem', type: 'pkcs8' }))
  type Header = { readonly alg: string }
  const signed = async (guarded: Header | undefined, open?: Header) => {
    const key = await importPKCS8(pem, (guarded ?? open)?.alg ?? '')
    const one = new GeneralSign(Buffer.from('x')).addSignature(key)
    if (guarded) one.setProtectedHeader({ ...guarded })
    if (open) one.setUnprotectedHeader({ ...open })
    return GeneralJws.parse(await one.sign())
  }
  expect(verifyDocument(await signed({ alg: 'RS256' }), [publicKey])?.toString()).toBe('x')
  expect(verifyDocument(await signed(undefined, { alg: 'RS256' }), [publicKey])?.toString()).toBe('x')
  expect(verifyDocument(await signed({ alg: 'PS256' }), [publicKey])).toBeUndefined()

  const [one] = (await signed({ alg: 'RS256' })).signatures
  const twice = {
    payload: 'eA',
    signatures: [{ ...one, signature: one?.signature ?? '', header: { alg: 'none' } }],
  }
  expect(verifyDocument(twice, [publicKey])).toBeUndefined()
})

test('is refused when it is missing, open to others, another kind of key, short, or without its certificate', async () => {
  const other = join(directory, 'other')
  const open = () => openDocumentKey(other, { create: false, now: NOW })
  await expect(open()).rejects.toThrow('cannot be read (ENOENT)')
  await openSigningKey(other, { create: true })
  await expect(open()).rejects.toThrow('openssl req -x509')
  await chmod(other, 0o644)
  await expect(open()).rejects.toThrow('chmod 600')
  await chmod(other, 0o600)
  for (const modulusLength of [1024, 2048]) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength })
    await writeFile(other, `${privateKey.export({ format: 'pem', type: 'pkcs8' })}${certificateOf(signer)}`)
    await expect(open()).rejects.toThrow('holds no RSA key of 2048 bits or more with its certificate')
  }
  expect(() => readDocumentKeys('nothing')).toThrow('no RSA public key')
})
