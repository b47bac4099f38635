import { hash } from 'node:crypto'
import { S3Client } from '@aws-sdk/client-s3'
import { type Dispatcher, Pool } from 'undici'
import { KIB, SECOND } from '../kernel/units.ts'
import { S3Failure } from './s3-errors.ts'
import { canonicalQuery, makeSign, percentEncode, type Sign } from './s3-sign.ts'

export interface S3StoreConfig {
  readonly bucket: string
  readonly region: string
  /** Of a store that is not AWS. */
  readonly endpoint?: string
  readonly forcePathStyle: boolean
  /** Else the SDK's own chain finds them. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

export interface S3Call {
  readonly method: 'GET' | 'HEAD' | 'PUT'
  readonly key: string
  readonly query?: Record<string, string>
  readonly headers?: Record<string, string>
  readonly body?: { readonly bytes: Uint8Array; readonly sha256: string }
  readonly signal?: AbortSignal
}

export type S3Answer = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>

const CONNECT_TIMEOUT_MS = 3 * SECOND
const FIRST_BYTE_TIMEOUT_MS = 10 * SECOND
const IDLE_BODY_TIMEOUT_MS = 30 * SECOND
const READ_CONNECTIONS = 256
const WRITE_CONNECTIONS = 64
const CONTROL_ATTEMPTS = 4
const MAX_ERROR_BYTES = 64 * KIB
const SHA256_OF_NOTHING = hash('sha256', '')

/** One bucket of one store: the SDK's client for control calls, and signed requests for the bytes. */
export class S3Connection {
  readonly bucket: string
  readonly client: S3Client
  /** Where the bucket answers, with the path that leads to it in path style. */
  readonly address: URL
  readonly #sign: Sign
  // Readers and writers queue apart, so a burst of uploads cannot keep a listener waiting.
  readonly #readers: Pool
  readonly #writers: Pool

  constructor(config: S3StoreConfig) {
    this.bucket = config.bucket
    this.client = openClient(config)
    this.address = bucketAddress(this.client, config)
    this.#sign = makeSign({ host: this.address.host, region: config.region })
    this.#readers = openPool(this.address, READ_CONNECTIONS)
    this.#writers = openPool(this.address, WRITE_CONNECTIONS)
  }

  /** Sends one request and hands over the answer when it is a success; throws S3Failure when it is not. */
  async call(call: S3Call): Promise<S3Answer> {
    const answer = await this.#send(call)
    if (answer.statusCode < 300) return answer
    throw new S3Failure(answer.statusCode, await errorCode(answer, call.method))
  }

  async #send({ method, key, query = {}, headers = {}, body, signal }: S3Call): Promise<S3Answer> {
    const path = `${this.address.pathname.replace(/\/$/, '')}/${key.split('/').map(percentEncode).join('/')}`
    // The store refuses a body that does not hash to this: bytes cannot change on the way.
    const bodySha256 = body?.sha256 ?? SHA256_OF_NOTHING
    // The client's provider refreshes temporary credentials and remembers them until then.
    const keys = await this.client.config.credentials()
    const search = canonicalQuery(query)
    const pool = method === 'PUT' ? this.#writers : this.#readers
    const answer = await pool.request({
      method,
      path: search === '' ? path : `${path}?${search}`,
      headers: this.#sign({ method, path, query, headers, bodySha256 }, keys, new Date()),
      body: body?.bytes ?? null,
      ...(signal && { signal }),
    })
    // undici reports even a plain destroy() as an error, which nobody may be there to hear any more.
    answer.body.on('error', () => undefined)
    return answer
  }

  close(): void {
    this.client.destroy()
    const closed = new Error('the object store was closed')
    void Promise.all([this.#readers.destroy(closed), this.#writers.destroy(closed)])
  }
}

function openClient({ region, endpoint, forcePathStyle, credentials }: S3StoreConfig): S3Client {
  // Stores that are not AWS often refuse or mangle the SDK's default checksums (aws-sdk-js-v3#6810).
  const checksums = endpoint ? 'WHEN_REQUIRED' : 'WHEN_SUPPORTED'
  return new S3Client({
    region,
    forcePathStyle,
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    maxAttempts: CONTROL_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: FIRST_BYTE_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  })
}

/** Where the bucket is, by the SDK's own rules for regions, partitions and path style. */
function bucketAddress(client: S3Client, { bucket, region, endpoint, forcePathStyle }: S3StoreConfig): URL {
  const { url } = client.config.endpointProvider({
    Bucket: bucket,
    Region: region,
    ForcePathStyle: forcePathStyle,
    UseFIPS: false,
    UseDualStack: false,
    ...(endpoint && { Endpoint: endpoint }),
  })
  return url
}

function openPool(base: URL, connections: number): Pool {
  return new Pool(base.origin, {
    connections,
    pipelining: 1,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: FIRST_BYTE_TIMEOUT_MS,
    bodyTimeout: IDLE_BODY_TIMEOUT_MS,
  })
}

async function errorCode({ body, statusCode }: S3Answer, method: string): Promise<string> {
  if (method === 'HEAD') {
    await body.dump()
    return statusCode === 404 ? 'NotFound' : 'NoCode'
  }
  let text = ''
  for await (const piece of body as AsyncIterable<Buffer>) {
    text += piece.toString('latin1')
    if (text.length > MAX_ERROR_BYTES) break
  }
  return /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? 'NoCode'
}
