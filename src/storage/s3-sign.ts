import { createHmac, hash } from 'node:crypto'

export interface SigningKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined
}

export interface ToSign {
  readonly method: string
  /** Percent-encoded, as it is sent. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** SHA-256 of the body, in hex. */
  readonly bodySha256: string
}

export type Sign = (request: ToSign, keys: SigningKeys, at: Date) => Record<string, string>

const hmac = (key: string | Uint8Array, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest()

/** RFC 3986, as S3 signs it: encodeURIComponent leaves five characters too many as they are. */
export const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** By code unit, as the signature wants it, whatever the language. */
const byCode = (one: string, other: string): number => (one < other ? -1 : 1)

/** The query in the order and spelling that are signed, without the question mark; send it as it is. */
export const canonicalQuery = (query: Readonly<Record<string, string>>): string =>
  Object.keys(query)
    .sort(byCode)
    .map((name) => `${percentEncode(name)}=${percentEncode(query[name] ?? '')}`)
    .join('&')

/**
 * AWS Signature Version 4 in headers, for S3. The key derived for a day is kept, which is most of the
 * work; every request is signed for itself, so that nothing can be used for another range or later.
 */
export function makeSign({ host, region }: { host: string; region: string }): Sign {
  let derivedFor = ''
  let derived: Buffer = Buffer.alloc(0)

  function signingKey(secret: string, day: string): Buffer {
    const name = `${day} ${secret}`
    if (name !== derivedFor) {
      derived = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), 's3'), 'aws4_request')
      derivedFor = name
    }
    return derived
  }

  return function sign({ method, path, query, headers, bodySha256 }, keys, at) {
    const time = at.toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
    const day = time.slice(0, 8)
    const signed: Record<string, string> = {
      ...headers,
      host,
      'x-amz-content-sha256': bodySha256,
      'x-amz-date': time,
      ...(keys.sessionToken === undefined ? {} : { 'x-amz-security-token': keys.sessionToken }),
    }
    const names = Object.keys(signed).sort(byCode)
    const lines = names.map((name) => `${name}:${signed[name]?.trim()}\n`).join('')
    const list = names.join(';')
    const canonical = `${method}\n${path}\n${canonicalQuery(query)}\n${lines}\n${list}\n${bodySha256}`
    const scope = `${day}/${region}/s3/aws4_request`
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`
    const signature = hmac(signingKey(keys.secretAccessKey, day), text).toString('hex')
    signed.authorization = `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${list}, Signature=${signature}`
    return signed
  }
}
