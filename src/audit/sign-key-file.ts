import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { codeOf } from '../storage/file-errors.ts'
import { makeSecretFile } from '../storage/secret-file.ts'
import { makeSigner, type Signer } from './sign.ts'

/** The signing key cannot be used; the message says what to do and never shows the key. */
export class SigningKeyError extends Error {
  override readonly name = 'SigningKeyError'
}

/**
 * The signer whose Ed25519 key is in this PKCS#8 PEM file, readable by its owner only. `create` makes the
 * file when there is none. Losing it loses no proof: its public half is in the database.
 * Throws SigningKeyError when the file is missing, open to others, or not such a key.
 */
export async function openSigningKey(path: string, options: { create: boolean }): Promise<Signer> {
  if (options.create) await makeSecretFile(path, newKey)
  const info = await stat(path).catch((cause) => {
    throw new SigningKeyError(`the signing key ${path} cannot be read (${codeOf(cause)})`, { cause })
  })
  if ((info.mode & 0o077) !== 0)
    throw new SigningKeyError(`the signing key ${path} is open to others; run: chmod 600 ${path}`)
  const key = parseKey(await readFile(path, 'utf8'))
  if (key?.asymmetricKeyType !== 'ed25519')
    throw new SigningKeyError(
      `${path} holds no Ed25519 key; make one with: openssl genpkey -algorithm ed25519`,
    )
  return makeSigner(key)
}

function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}

/** PKCS#8 in PEM, as `openssl genpkey` writes it. */
const newKey = (): string | Buffer =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' })
