import { createHash, createHmac } from 'node:crypto'
import type { TestBucket } from '../support/rgw.ts'

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** Path and query of a GET that is good for an hour (AWS Signature Version 4, query parameters). */
export function presignedPath(bucket: TestBucket, key: string, now = new Date()): string {
  const time = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const scope = `${time.slice(0, 8)}/${bucket.region}/s3/aws4_request`
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${bucket.accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': '3600',
    'X-Amz-SignedHeaders': 'host',
  })
  const path = `/${bucket.bucket}/${key}`
  const request = [
    'GET',
    path,
    query.toString(),
    `host:${new URL(bucket.endpoint).host}`,
    '',
    'host',
    'UNSIGNED-PAYLOAD',
  ]
  const digest = createHash('sha256').update(request.join('\n')).digest('hex')
  const day = hmac(`AWS4${bucket.secretAccessKey}`, time.slice(0, 8))
  const signing = hmac(hmac(hmac(day, bucket.region), 's3'), 'aws4_request')
  const signature = hmac(signing, ['AWS4-HMAC-SHA256', time, scope, digest].join('\n')).toString('hex')
  return `${path}?${query}&X-Amz-Signature=${signature}`
}
