import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { verifySigned } from '../../../src/audit/sign.ts'
import { openSigningKey } from '../../../src/audit/sign-key-file.ts'

let directory: string
let path: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listenback-signing-'))
  path = join(directory, 'data', 'signing-key')
})
afterEach(() => rm(directory, { recursive: true }))

it('is made once, for its owner only, and is the same after that', async () => {
  const signers = await Promise.all([1, 2, 3].map(() => openSigningKey(path, { create: true })))
  const again = await openSigningKey(path, { create: false })
  expect(new Set([...signers, again].map(({ publicJwk }) => publicJwk.kid)).size).toBe(1)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readdir(join(directory, 'data'))).toEqual(['signing-key'])
  expect(verifySigned(again.sign('x'), [again.publicJwk])).toBe('x')
})

it('is refused when it is missing, open to others, or another kind of key', async () => {
  await expect(openSigningKey(path, { create: false })).rejects.toThrow('cannot be read (ENOENT)')
  await openSigningKey(path, { create: true })
  await chmod(path, 0o640)
  await expect(openSigningKey(path, { create: true })).rejects.toThrow('chmod 600')
  await chmod(path, 0o600)
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  for (const text of ['not a key', rsa.export({ format: 'pem', type: 'pkcs8' }).toString()]) {
    await writeFile(path, text)
    await expect(openSigningKey(path, { create: true })).rejects.toThrow('holds no Ed25519 key')
    expect(await readFile(path, 'utf8')).toBe(text)
  }
})
