import { createPrivateKey, generateKeyPair as generate, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { DAY } from '../kernel/units.ts'
import { codeOf } from '../storage/file-errors.ts'
import { makeSecretFile } from '../storage/secret-file.ts'
import { selfSigned } from './self-signed.ts'
import { type DocumentSigner, makeDocumentSigner } from './sign-document.ts'
import { SigningKeyError } from './sign-key-file.ts'

const generateKeyPair = promisify(generate)

const HOW_TO_MAKE = `make one with: openssl req -x509 -newkey rsa:3072 -noenc -days 3650 -subj "/CN=..." -keyout key.pem -out cert.pem
and put both into one file`

/**
 * The signer of what people take elsewhere: an RSA private key (PKCS#8 PEM) and the certificate of its public half,
 * with the chain behind it if there is one, in one file that only its owner can read. `create` makes a key with a
 * self-signed certificate when there is none. Throws SigningKeyError when the file cannot be used.
 */
export async function openDocumentKey(
  path: string,
  options: { readonly create: boolean; readonly now: Date },
): Promise<DocumentSigner> {
  if (options.create) await makeSecretFile(path, () => newKey(options.now))
  const info = await stat(path).catch((cause) => {
    throw new SigningKeyError(`the document key ${path} cannot be read (${codeOf(cause)})`, { cause })
  })
  if ((info.mode & 0o077) !== 0)
    throw new SigningKeyError(`the document key ${path} is open to others; run: chmod 600 ${path}`)
  const pem = await readFile(path, 'utf8')
  try {
    return makeDocumentSigner(privateKeyIn(pem), certificatesIn(pem))
  } catch (cause) {
    throw new SigningKeyError(
      `${path} holds no RSA key of 2048 bits or more with its certificate; ${HOW_TO_MAKE}`,
      { cause },
    )
  }
}

const privateKeyIn = (pem: string): KeyObject => createPrivateKey(pem)

const certificatesIn = (pem: string): X509Certificate[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)].map(
    ([block]) => new X509Certificate(block),
  )

/** Signatures are checked by the key; the certificate only carries it to tools that want one. */
const VALID_MS = 10 * 365 * DAY

async function newKey(now: Date): Promise<string> {
  const { privateKey } = await generateKeyPair('rsa', { modulusLength: 3072 })
  const until = new Date(now.getTime() + VALID_MS)
  const certificate = selfSigned(privateKey, { commonName: 'Listenback packages', from: now, until })
  return `${privateKey.export({ format: 'pem', type: 'pkcs8' })}${certificate}`
}
