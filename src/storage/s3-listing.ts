import {
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3'
import {
  ObjectStoreError,
  type ObjectVersion,
  type OpenUpload,
  type RemovalFailure,
  type RemovalResult,
} from './object-store.ts'
import type { S3Connection } from './s3-connection.ts'
import { translatedS3 } from './s3-errors.ts'
import { withRetries } from './s3-retry.ts'

/** DeleteObjects takes up to 1,000, but answers only when all are done: smaller ones keep their deadline. */
const BATCH = 250
const PARALLEL_BATCHES = 4

/** Every version and marker whose key starts with this text, page by page. */
export async function* versionsUnder({ client, bucket }: S3Connection, prefix: string) {
  let from: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {}
  while (from) {
    const command: ListObjectVersionsCommand = new ListObjectVersionsCommand({
      Bucket: bucket,
      Prefix: prefix,
      ...from,
    })
    const page: ListObjectVersionsCommandOutput = await translatedS3(() => client.send(command))
    const versions = (page.Versions ?? []).map((version) => describe(version, false, version.Size))
    const markers = (page.DeleteMarkers ?? []).map((marker) => describe(marker, true, 0))
    if (versions.length + markers.length > 0) yield [...versions, ...markers]
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page
    from =
      page.IsTruncated && KeyMarker !== undefined
        ? { KeyMarker, ...(VersionIdMarker && { VersionIdMarker }) }
        : undefined
  }
}

/**
 * Asks for one entry only and reads the answer as text: it is asked once for every recording that is
 * destroyed, and the SDK's own reading costs more than the store's answer.
 */
export async function nothingUnder(connection: S3Connection, prefix: string): Promise<boolean> {
  const query = { 'max-keys': '1', prefix, versions: '' }
  const text = await translatedS3(() =>
    withRetries(async () => (await connection.call({ method: 'GET', key: '', query })).body.text()),
  )
  if (/<(?:Version|DeleteMarker)>/.test(text)) return false
  // Only a whole answer about this prefix proves anything.
  const isWhole = /<ListVersionsResult[ >]/.test(text) && text.includes('</ListVersionsResult>')
  if (isWhole && text.includes('<IsTruncated>false</IsTruncated>')) return true
  throw new ObjectStoreError('unavailable', 'the store did not answer a listing as it should')
}

/** The clock of the store, from the Date header that every answer carries. */
export async function storeTime(connection: S3Connection): Promise<Date> {
  const query = { 'max-keys': '0' }
  const { headers, body } = await translatedS3(() => connection.call({ method: 'GET', key: '', query }))
  await body.dump()
  const time = new Date(String(headers.date))
  if (Number.isNaN(time.getTime())) throw new ObjectStoreError('unavailable', 'the store told no time')
  return time
}

interface ListedVersion {
  readonly Key?: string | undefined
  readonly VersionId?: string | undefined
  readonly IsLatest?: boolean | undefined
  readonly LastModified?: Date | undefined
}

function describe(listed: ListedVersion, isMarker: boolean, size: number | undefined): ObjectVersion {
  return {
    key: listed.Key ?? '',
    // What a bucket without versioning calls its only version.
    versionId: listed.VersionId ?? 'null',
    isMarker,
    isLatest: listed.IsLatest === true,
    bytes: size ?? 0,
    lastModified: listed.LastModified ?? new Date(0),
  }
}

/** Every unfinished upload whose key starts with this text, page by page. */
export async function* uploadsUnder({ client, bucket }: S3Connection, prefix: string) {
  let from: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {}
  while (from) {
    const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
      Bucket: bucket,
      Prefix: prefix,
      ...from,
    })
    const page: ListMultipartUploadsCommandOutput = await translatedS3(() => client.send(command))
    const uploads: OpenUpload[] = (page.Uploads ?? []).map(({ Key, UploadId, Initiated }) => ({
      key: Key ?? '',
      uploadId: UploadId ?? '',
      initiated: Initiated ?? new Date(0),
    }))
    if (uploads.length > 0) yield uploads
    const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page
    from =
      page.IsTruncated && KeyMarker !== undefined
        ? { KeyMarker, ...(UploadIdMarker && { UploadIdMarker }) }
        : undefined
  }
}

type Named = Pick<ObjectVersion, 'key' | 'versionId'>
const nameOf = ({ key, versionId }: Named): string => `${versionId}\n${key}`

/** Removes these versions; a version the store does not confirm counts as still there. */
export async function removeAll(
  connection: S3Connection,
  versions: readonly Named[],
): Promise<RemovalResult> {
  const batches = Array.from({ length: Math.ceil(versions.length / BATCH) }, (_, i) =>
    versions.slice(i * BATCH, (i + 1) * BATCH),
  )
  const failed: RemovalFailure[] = []
  const worker = async (): Promise<void> => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      failed.push(...(await removeBatch(connection, batch)))
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_BATCHES }, worker))
  return { removed: versions.length - failed.length, failed }
}

/** Status 200 is no success here: the answer says of every key what became of it. */
async function removeBatch(
  { client, bucket }: S3Connection,
  batch: readonly Named[],
): Promise<RemovalFailure[]> {
  const Objects = batch.map(({ key, versionId }) => ({ Key: key, VersionId: versionId }))
  const answer = await translatedS3(() =>
    client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: false } })),
  )
  const name = ({
    Key = '',
    VersionId = 'null',
  }: {
    Key?: string | undefined
    VersionId?: string | undefined
  }) => nameOf({ key: Key, versionId: VersionId })
  const removed = new Set((answer.Deleted ?? []).map(name))
  const errors = new Map((answer.Errors ?? []).map((error) => [name(error), error.Code ?? 'NoCode']))
  return batch.flatMap(({ key, versionId }) => {
    const code = errors.get(nameOf({ key, versionId }))
    if (code === 'NoSuchVersion' || code === 'NoSuchKey') return []
    if (code !== undefined) return [{ key, versionId, code }]
    return removed.has(nameOf({ key, versionId })) ? [] : [{ key, versionId, code: 'NotConfirmed' }]
  })
}
