import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  decodeIdentity,
  decodeRecipient,
  decryptAgeFile,
  encodeIdentity,
  encodeRecipient,
  encryptForRecipients,
  newAgeFile,
  recipientOf,
} from '../../../src/storage/age/index.ts'

const SIZES = [0, 1, 65_535, 65_536, 65_537, 131_072, 3_000_001]

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'listenback-age-'))
})
afterAll(() => rm(dir, { recursive: true }))

/** Runs the real age program of the distribution. */
async function age(args: readonly string[], input: Buffer): Promise<Buffer> {
  const child = spawn('age', args)
  const complaint = buffer(child.stderr)
  child.stdin.on('error', () => child.kill())
  child.stdin.end(input)
  const output = await buffer(child.stdout)
  const code = await new Promise((resolve) =>
    child.exitCode === null ? child.on('exit', resolve) : resolve(child.exitCode),
  )
  if (code !== 0) throw new Error(`age ended with ${code}: ${await complaint}`)
  return output
}

const through = (plain: Buffer, transform: NodeJS.ReadWriteStream) =>
  buffer(Readable.from([plain]).pipe(transform))

describe('age files', () => {
  it.each(SIZES)('of %i bytes that we write are opened by the age program', async (bytes) => {
    const plain = randomBytes(bytes)
    const { identity, encrypt } = newAgeFile()
    const sealed = await through(plain, encrypt)
    const identityFile = join(dir, `identity-${bytes}`)
    await writeFile(identityFile, `${encodeIdentity(identity)}\n`)
    expect((await age(['-d', '-i', identityFile], sealed)).equals(plain)).toBe(true)
    expect((await through(sealed, decryptAgeFile([identity]))).equals(plain)).toBe(true)
  })

  it.each(SIZES)('of %i bytes that the age program writes are opened by us', async (bytes) => {
    const plain = randomBytes(bytes)
    const identity = randomBytes(32)
    const others = [1, 2].flatMap(() => ['-r', encodeRecipient(recipientOf(randomBytes(32)))])
    const sealed = await age([...others, '-r', encodeRecipient(recipientOf(identity))], plain)
    expect((await through(sealed, decryptAgeFile([randomBytes(32), identity]))).equals(plain)).toBe(true)
    await expect(through(sealed, decryptAgeFile([randomBytes(32)]))).rejects.toMatchObject({
      kind: 'no_match',
    })
  })

  it('for several recipients open for each of them', async () => {
    const identities = [randomBytes(32), randomBytes(32)]
    const plain = randomBytes(70_000)
    const sealed = await through(plain, encryptForRecipients(identities.map(recipientOf)))
    for (const identity of identities) {
      expect((await through(sealed, decryptAgeFile([identity]))).equals(plain)).toBe(true)
    }
  })

  it('start with the header that is kept for seeking', async () => {
    const { header, encrypt } = newAgeFile()
    const sealed = await through(Buffer.from('hello'), encrypt)
    expect(sealed.subarray(0, header.length).equals(header)).toBe(true)
  })

  it('never share an identity or a payload nonce', async () => {
    const files = Array.from({ length: 50 }, () => newAgeFile())
    expect(new Set(files.map((file) => Buffer.from(file.identity).toString('hex'))).size).toBe(50)
    expect(new Set(files.map((file) => file.header.subarray(-16).toString('hex'))).size).toBe(50)
  })
})

describe('age keys as text', () => {
  it('are those of age-keygen', async () => {
    const file = join(dir, 'keygen.txt')
    await new Promise((resolve) => spawn('age-keygen', ['-o', file]).on('exit', resolve))
    const text = await readFile(file, 'utf8')
    const recipient = /public key: (\S+)/.exec(text)?.[1] ?? ''
    const secret = /AGE-SECRET-KEY-1\S+/.exec(text)?.[0] ?? ''
    expect(encodeRecipient(recipientOf(decodeIdentity(secret)))).toBe(recipient)
    expect(encodeIdentity(decodeIdentity(secret))).toBe(secret)
    expect(decodeRecipient(recipient).equals(recipientOf(decodeIdentity(secret)))).toBe(true)
  })

  it('are refused with a typing error, in the wrong case or of another kind', () => {
    const text = encodeIdentity(randomBytes(32))
    const typo = text.slice(0, -1) + (text.endsWith('Q') ? 'P' : 'Q')
    for (const wrong of [typo, text.toLowerCase(), text.slice(0, -2), `${text}Q`, 'AGE-SECRET-KEY-1', '']) {
      expect(() => decodeIdentity(wrong)).toThrow(TypeError)
    }
    expect(() => decodeRecipient(text)).toThrow(TypeError)
  })
})
