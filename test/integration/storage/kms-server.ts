import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/**
 * A small key server that speaks the JSON protocol of AWS KMS (Encrypt and Decrypt) with real AES-GCM.
 * It is not KMS: it knows no policies, grants or rotation, and checks no signature.
 */
export interface KmsServer {
  readonly endpoint: string
  readonly arn: string
  /** Encryption contexts it was given, as KMS would write them to its log. */
  readonly contexts: Record<string, string>[]
  /** How many of the next requests to fail with an internal error. */
  failNext: number
  stop(): Promise<void>
}

interface KmsRequest {
  readonly KeyId?: string
  readonly Plaintext?: string
  readonly CiphertextBlob?: string
  readonly EncryptionContext?: Record<string, string>
}

const refusal = (type: string) => ({ status: 400, body: { __type: type, message: type } })

export async function startKmsServer(): Promise<KmsServer> {
  const arn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
  const key = randomBytes(32)
  const aad = (context: Record<string, string> = {}) =>
    createHash('sha256')
      .update(JSON.stringify(Object.entries(context).toSorted()))
      .digest()

  function encrypt({ KeyId, Plaintext = '', EncryptionContext }: KmsRequest) {
    if (KeyId !== arn && KeyId !== 'alias/recordings') return refusal('NotFoundException')
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad(EncryptionContext))
    const text = Buffer.concat([cipher.update(Buffer.from(Plaintext, 'base64')), cipher.final()])
    const blob = Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64')
    return {
      status: 200,
      body: { CiphertextBlob: blob, KeyId: arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
    }
  }

  function decrypt({ KeyId, CiphertextBlob = '', EncryptionContext }: KmsRequest) {
    if (KeyId !== arn) return refusal('IncorrectKeyException')
    const blob = Buffer.from(CiphertextBlob, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', key, blob.subarray(0, 12)).setAAD(aad(EncryptionContext))
    decipher.setAuthTag(blob.subarray(12, 28))
    try {
      const plain = Buffer.concat([decipher.update(blob.subarray(28)), decipher.final()])
      return { status: 200, body: { Plaintext: plain.toString('base64'), KeyId: arn } }
    } catch {
      return refusal('InvalidCiphertextException')
    }
  }

  async function answer(req: IncomingMessage) {
    const request = (await json(req)) as KmsRequest
    if (request.EncryptionContext) server.contexts.push(request.EncryptionContext)
    if (server.failNext > 0) {
      server.failNext -= 1
      return { status: 500, body: { __type: 'KMSInternalException', message: 'try again' } }
    }
    return req.headers['x-amz-target'] === 'TrentService.Encrypt' ? encrypt(request) : decrypt(request)
  }

  const http = createServer(async (req, res) => {
    const { status, body } = await answer(req)
    res.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const server: KmsServer = {
    endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    arn,
    contexts: [],
    failNext: 0,
    stop: () =>
      new Promise((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
  return server
}
