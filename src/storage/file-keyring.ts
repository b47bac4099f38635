import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { Problem } from '../kernel/problem.ts'
import { codeOf } from './file-errors.ts'
import { unwrapSecret, wrapSecret } from './key-wrapping.ts'
import type { Keyring, WrappedIdentity } from './keyring.ts'
import { makeSecretFile } from './secret-file.ts'

const KEK_BYTES = 32

const KeyringFile = z.strictObject({
  keys: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[\w-]{1,64}$/),
        // 32 bytes in base64 are 43 digits and one padding character.
        key: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
      }),
    )
    .min(1),
})
type KeyringFile = z.infer<typeof KeyringFile>

/** The keyring file cannot be used; the message says what to do and never shows a key. */
export class KeyringFileError extends Error {
  override readonly name = 'KeyringFileError'
}

/**
 * A keyring in a JSON file `{ "keys": [{ "id", "key": base64 of 32 bytes }] }` that only its owner can
 * read. The last key, the newest, wraps new identities; the others still open theirs. The content
 * is held in memory and `check` compares it with the file, so a lost file is noticed while it can still
 * be written back. `create` makes the file with one key when there is none.
 * Throws KeyringFileError when the file is missing, open to others, or not a keyring.
 */
export async function openFileKeyring(path: string, options: { create: boolean }): Promise<Keyring> {
  if (options.create) await makeSecretFile(path, firstKey)
  const file = await readKeyring(path)
  const keys = new Map(file.keys.map(({ id, key }) => [id, Buffer.from(key, 'base64')]))
  const [newestId, newestKey] = [...keys].at(-1) ?? noKeys(path)

  return {
    async wrap(secret, recordingId): Promise<WrappedIdentity> {
      return { kekId: newestId, wrapped: wrapSecret(newestKey, newestId, recordingId, secret) }
    },
    async unwrap({ kekId, wrapped }, recordingId) {
      const kek = keys.get(kekId)
      const secret = kek && unwrapSecret(kek, kekId, recordingId, wrapped)
      if (secret) return secret
      const why = kek ? `key ${kekId} does not open this identity` : `key ${kekId} is not in the keyring`
      throw new Problem('unavailable', { cause: new Error(why) })
    },
    async check() {
      const now = await readKeyring(path).catch((cause) => {
        throw new Problem('unavailable', { cause })
      })
      const lost = file.keys.find(
        (key) => !now.keys.some(({ id, key: text }) => id === key.id && text === key.key),
      )
      if (lost) throw new Problem('unavailable', { cause: new Error(`key ${lost.id} left the keyring file`) })
    },
  }
}

async function readKeyring(path: string): Promise<KeyringFile> {
  const info = await stat(path).catch((cause) => {
    const why = codeOf(cause) === 'ENOENT' ? 'does not exist' : `cannot be read (${codeOf(cause)})`
    throw new KeyringFileError(`the keyring file ${path} ${why}`, { cause })
  })
  if (!info.isFile()) throw new KeyringFileError(`the keyring file ${path} is not a file`)
  if ((info.mode & 0o077) !== 0) {
    throw new KeyringFileError(`the keyring file ${path} is open to others; run: chmod 600 ${path}`)
  }
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new KeyringFileError(`the keyring file ${path} cannot be read (${codeOf(cause)})`, { cause })
  })
  const parsed = KeyringFile.safeParse(parseJson(text))
  // The parser's own message could quote a key, so it is not passed on.
  if (!parsed.success) throw new KeyringFileError(`the keyring file ${path} is not a keyring`)
  if (new Set(parsed.data.keys.map(({ id }) => id)).size !== parsed.data.keys.length) {
    throw new KeyringFileError(`the keyring file ${path} names a key twice`)
  }
  return parsed.data
}

function noKeys(path: string): never {
  throw new KeyringFileError(`the keyring file ${path} has no keys`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function firstKey(): string {
  const key = { id: randomBytes(8).toString('hex'), key: randomBytes(KEK_BYTES).toString('base64') }
  return `${JSON.stringify({ keys: [key] }, null, 2)}\n`
}
