import { Readable } from 'node:stream'
import { GetObjectTaggingCommand, HeadBucketCommand, PutObjectTaggingCommand } from '@aws-sdk/client-s3'
import { handOver } from '../kernel/give-back.ts'
import type { ByteSpan, ObjectStore, ObjectTags, ObjectVersion, OpenUpload } from './object-store.ts'
import { ObjectStoreError } from './object-store.ts'
import { S3Connection, type S3StoreConfig } from './s3-connection.ts'
import { S3Failure, translatedS3, translateS3 } from './s3-errors.ts'
import { putHold, readHold } from './s3-hold.ts'
import { nothingUnder, removeAll, storeTime, uploadsUnder, versionsUnder } from './s3-listing.ts'
import { withRetries } from './s3-retry.ts'
import { abortUpload, putStream } from './s3-upload.ts'

export type { S3StoreConfig } from './s3-connection.ts'

/** An object store in a bucket of AWS S3 or of any store that speaks its protocol. */
export function openS3ObjectStore(config: S3StoreConfig): ObjectStore {
  const connection = new S3Connection(config)
  const { client, bucket } = connection
  const object = (key: string, versionId: string | undefined) => ({
    Bucket: bucket,
    Key: key,
    ...(versionId === undefined ? {} : { VersionId: versionId }),
  })
  return {
    kind: 's3',
    put: (key, body, signal) => putStream(connection, key, body, signal),
    head: (key) => head(connection, key),
    open: (key, span, signal) => open(connection, key, span, signal),

    async setTags(key, tags, versionId) {
      const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
      const input = { ...object(key, versionId), Tagging: { TagSet } }
      await translatedS3(() => client.send(new PutObjectTaggingCommand(input)))
    },
    async tags(key, versionId) {
      const input = object(key, versionId)
      const { TagSet = [] } = await translatedS3(() => client.send(new GetObjectTaggingCommand(input)))
      return Object.fromEntries(TagSet.map(({ Key, Value }) => [Key, Value])) as Partial<ObjectTags>
    },
    setHold: (key, versionId, held) => putHold(connection, key, versionId, held),
    isHeld: (key, versionId) => readHold(connection, key, versionId),

    listVersions: (prefix) => listVersions(connection, prefix),
    isEmpty: async (prefix) => nothingUnder(connection, wholeSegments(prefix)),
    listUploads: (prefix) => listUploads(connection, prefix),
    removeVersions: (versions) => removeAll(connection, versions),
    abortUpload: ({ key, uploadId }) => abortUpload(connection, key, uploadId),
    now: () => storeTime(connection),
    ping: (signal) => requireBucket(connection, signal),
    close: () => connection.close(),
  }
}

async function* listVersions(
  connection: S3Connection,
  prefix: string,
): AsyncGenerator<readonly ObjectVersion[]> {
  yield* versionsUnder(connection, wholeSegments(prefix))
}

async function* listUploads(connection: S3Connection, prefix: string): AsyncGenerator<readonly OpenUpload[]> {
  yield* uploadsUnder(connection, wholeSegments(prefix))
}

/** Without the slash `recordings/1` would also name `recordings/12`. */
function wholeSegments(prefix: string): string {
  if (!prefix.endsWith('/')) throw new TypeError('a prefix ends in a slash')
  return prefix
}

async function head(connection: S3Connection, key: string) {
  try {
    const { headers, body } = await withRetries(() => connection.call({ method: 'HEAD', key }))
    await body.dump()
    return {
      bytes: Number(headers['content-length']),
      versionId: String(headers['x-amz-version-id'] ?? 'null'),
    }
  } catch (error) {
    if (!(error instanceof S3Failure) || error.status !== 404) throw translateS3(error)
    // HEAD has no body to say what is missing, and a missing bucket is not a missing object.
    await requireBucket(connection)
    return undefined
  }
}

async function requireBucket({ client, bucket }: S3Connection, signal?: AbortSignal): Promise<void> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }), signal && { abortSignal: signal })
  } catch (error) {
    const { $metadata } = error as { $metadata?: { httpStatusCode?: number } }
    if ($metadata?.httpStatusCode !== 404) throw translateS3(error, signal)
    throw new ObjectStoreError('unavailable', 'the bucket does not exist', error)
  }
}

async function open(
  connection: S3Connection,
  key: string,
  span: ByteSpan,
  signal: AbortSignal,
): Promise<Readable> {
  const { offset, length } = span
  const headers = { range: `bytes=${offset}-${offset + length - 1}` }
  try {
    const call = () => connection.call({ method: 'GET', key, headers, signal })
    const answer = await withRetries(call, signal)
    if (answersSpan(answer.statusCode, answer.headers['content-range'], span)) return handOver(answer.body)
    answer.body.destroy()
    throw new ObjectStoreError('unavailable', 'the store answered other bytes than it was asked for')
  } catch (error) {
    // The object ends before the span: the reader gets no bytes and knows how many it should have.
    if (error instanceof S3Failure && error.status === 416) return Readable.from([])
    throw translateS3(error, signal)
  }
}

function answersSpan(status: number, contentRange: unknown, { offset, length }: ByteSpan): boolean {
  const [, from, to] = /^bytes (\d+)-(\d+)\//.exec(String(contentRange)) ?? []
  return status === 206 && Number(from) === offset && Number(to) < offset + length
}
