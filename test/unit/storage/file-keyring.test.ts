import { randomBytes, randomUUID } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeyringFileError, openFileKeyring } from '../../../src/storage/file-keyring.ts'

const unavailable = expect.objectContaining({ name: 'Problem', code: 'unavailable' })

describe('the keyring in a file', () => {
  let dir: string
  let path: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'listenback-keyring-'))
    path = join(dir, 'secrets', 'keyring.json')
  })
  afterEach(() => rm(dir, { recursive: true }))

  const create = () => openFileKeyring(path, { create: true })

  it('gives back the secret of the recording it was wrapped for', async () => {
    const keyring = await create()
    const recordingId = randomUUID()
    const secret = randomBytes(32)
    const identity = await keyring.wrap(secret, recordingId)
    expect(Buffer.from(identity.wrapped).includes(secret)).toBe(false)
    expect(Buffer.from(await keyring.unwrap(identity, recordingId)).equals(secret)).toBe(true)
    const reopened = await openFileKeyring(path, { create: false })
    expect(Buffer.from(await reopened.unwrap(identity, recordingId)).equals(secret)).toBe(true)
    await reopened.check()
  })

  it('refuses an identity that was moved to another recording', async () => {
    const keyring = await create()
    const identity = await keyring.wrap(randomBytes(32), randomUUID())
    await expect(keyring.unwrap(identity, randomUUID())).rejects.toEqual(unavailable)
  })

  it('refuses an identity with any bit changed', async () => {
    const keyring = await create()
    const recordingId = randomUUID()
    const { kekId, wrapped } = await keyring.wrap(randomBytes(32), recordingId)
    const anyBit = fc.asyncProperty(fc.nat(wrapped.length - 1), fc.nat(7), async (at, bit) => {
      const changed = Buffer.from(wrapped)
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at)
      await expect(keyring.unwrap({ kekId, wrapped: changed }, recordingId)).rejects.toEqual(unavailable)
    })
    await fc.assert(anyBit, { numRuns: 300 })
    await expect(keyring.unwrap({ kekId, wrapped: Buffer.of() }, recordingId)).rejects.toEqual(unavailable)
  })

  it('never wraps the same secret to the same bytes', async () => {
    const keyring = await create()
    const secret = randomBytes(32)
    const all = await Promise.all(Array.from({ length: 100 }, () => keyring.wrap(secret, 'x')))
    expect(new Set(all.map(({ wrapped }) => Buffer.from(wrapped).toString('hex'))).size).toBe(100)
  })

  it('wraps with the last key and still opens what older keys wrapped', async () => {
    const recordingId = randomUUID()
    const secret = randomBytes(32)
    const before = await (await create()).wrap(secret, recordingId)
    const file = JSON.parse(await readFile(path, 'utf8'))
    file.keys.push({ id: 'next', key: randomBytes(32).toString('base64') })
    await writeFile(path, JSON.stringify(file))
    const keyring = await openFileKeyring(path, { create: false })
    expect((await keyring.wrap(secret, recordingId)).kekId).toBe('next')
    expect(Buffer.from(await keyring.unwrap(before, recordingId)).equals(secret)).toBe(true)
  })

  it('is unavailable for an identity whose key it does not have', async () => {
    const foreign = await (await openFileKeyring(join(dir, 'other.json'), { create: true })).wrap(
      randomBytes(32),
      'x',
    )
    await expect((await create()).unwrap(foreign, 'x')).rejects.toEqual(unavailable)
  })

  it('makes one file that only its owner reads, even when eight start at the same time', async () => {
    const keyrings = await Promise.all(Array.from({ length: 8 }, create))
    const ids = await Promise.all(
      keyrings.map(async (keyring) => (await keyring.wrap(randomBytes(32), 'x')).kekId),
    )
    expect(new Set(ids).size).toBe(1)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(dir, 'secrets'))).toEqual(['keyring.json'])
  })

  it('notices when the file is lost or another one is in its place', async () => {
    const keyring = await create()
    await keyring.check()
    await rm(path)
    await expect(keyring.check()).rejects.toEqual(unavailable)
    await create()
    await expect(keyring.check()).rejects.toEqual(unavailable)
  })

  it('refuses a file that others can read', async () => {
    await create()
    await chmod(path, 0o640)
    await expect(create()).rejects.toThrow(/chmod 600/)
  })

  it('refuses a missing file unless told to create it', async () => {
    await expect(openFileKeyring(path, { create: false })).rejects.toThrow(/does not exist/)
  })

  it.each([
    ['nothing', ''],
    ['half a file', '{"keys": [{"id": "a", "key": "AAAA'],
    ['no keys', '{"keys": []}'],
    ['a short key', '{"keys": [{"id": "a", "key": "c2VjcmV0c2VjcmV0"}]}'],
    ['an unknown field', `{"keys": [{"id": "a", "key": "${'A'.repeat(43)}=", "x": 1}]}`],
    ['one id twice', JSON.stringify({ keys: [1, 2].map(() => ({ id: 'a', key: `${'A'.repeat(43)}=` })) })],
  ])('refuses %s, without quoting it', async (_what, content) => {
    await create()
    await writeFile(path, content)
    const failure = await openFileKeyring(path, { create: true }).catch((error) => error)
    expect(failure).toBeInstanceOf(KeyringFileError)
    expect(failure.message).not.toMatch(/AAAA|c2VjcmV0/)
    expect(await readFile(path, 'utf8')).toBe(content)
  })
})
