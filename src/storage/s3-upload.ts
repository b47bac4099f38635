import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
} from '@aws-sdk/client-s3'
import { ObjectStoreError } from './object-store.ts'
import { type Part, PartReader } from './part-reader.ts'
import type { S3Connection } from './s3-connection.ts'
import { codeOfS3, isTransient, translatedS3, translateS3 } from './s3-errors.ts'
import { removeAll, uploadsUnder, versionsUnder } from './s3-listing.ts'
import { withRetries } from './s3-retry.ts'

/** Names the put that wrote an object, so that after a lost answer it can be found and taken back. */
const PUT_HEADER = 'x-amz-meta-put'

export interface Stored {
  readonly versionId: string
  readonly bytes: number
}

/**
 * Stores a stream of unknown length: one request when it fits into one part, else a multipart upload.
 * Until the request that makes the object visible is sent, an abort or error leaves nothing; after that
 * the put is carried to its end. A key has one writer at a time.
 */
export async function putStream(
  connection: S3Connection,
  key: string,
  body: Readable,
  signal: AbortSignal,
): Promise<Stored> {
  // The body may fail between two reads; the next read then meets that error.
  body.on('error', () => undefined)
  try {
    const parts = new PartReader(body, signal)
    const upload = new Upload(connection, key, signal)
    const first = await parts.read()
    if (!first.isLast) return await upload.inParts(first, parts)
    try {
      signal.throwIfAborted()
      return await upload.whole(first)
    } finally {
      first.release()
    }
  } finally {
    body.destroy()
  }
}

class Upload {
  readonly #connection: S3Connection
  readonly #key: string
  readonly #signal: AbortSignal
  readonly #putId = randomUUID()

  constructor(connection: S3Connection, key: string, signal: AbortSignal) {
    this.#connection = connection
    this.#key = key
    this.#signal = signal
  }

  async whole({ bytes, sha256 }: Part): Promise<Stored> {
    let attempts = 0
    const put = async (attempt: number) => {
      attempts = attempt
      const headers = { 'content-type': 'application/octet-stream', [PUT_HEADER]: this.#putId }
      return this.#send({ headers, body: { bytes, sha256 } })
    }
    try {
      const answer = await withRetries(put, this.#signal)
      const versionId = String(answer['x-amz-version-id'] ?? 'null')
      // An attempt whose answer was lost may have stored the same bytes as another version.
      if (attempts > 1) await this.#removeOwnVersions(versionId)
      return { versionId, bytes: bytes.length }
    } catch (error) {
      await this.#cleanUp(() => this.#removeOwnVersions())
      throw translateS3(error, this.#signal)
    }
  }

  async inParts(first: Part, parts: PartReader): Promise<Stored> {
    let uploadId: string
    try {
      this.#signal.throwIfAborted()
      uploadId = await this.#begin()
    } catch (error) {
      first.release()
      throw error
    }
    try {
      const etags: string[] = []
      let bytes = 0
      // A stream may end exactly with a full part; the empty rest is then not sent.
      for (let part: Part | undefined = first; part !== undefined; ) {
        const { length } = part.bytes
        const [etag, next] = await this.#sendAndRead(uploadId, etags.length + 1, part, parts)
        bytes += length
        if (etag !== undefined) etags.push(etag)
        part = next
      }
      this.#signal.throwIfAborted()
      return await translatedS3(async () => this.#verified(bytes, await this.#complete(uploadId, etags)))
    } catch (error) {
      await this.#cleanUp(() => this.#abort(uploadId))
      throw error
    }
  }

  /**
   * Sends one part and reads the next, at the same time when there is memory to spare. Both have ended
   * when this returns or throws: nothing touches a buffer behind anybody's back.
   */
  async #sendAndRead(
    uploadId: string,
    number: number,
    part: Part,
    parts: PartReader,
  ): Promise<[string | undefined, Part | undefined]> {
    const ahead = part.isLast ? undefined : parts.readAhead()
    const sending = part.bytes.length === 0 ? undefined : this.#sendPart(uploadId, number, part)
    const [sent, read] = await Promise.allSettled([sending, ahead])
    part.release()
    if (sent.status === 'rejected') {
      if (read.status === 'fulfilled') read.value?.release()
      throw sent.reason
    }
    if (read.status === 'rejected') throw read.reason
    return [sent.value, read.value ?? (part.isLast ? undefined : await parts.read())]
  }

  async #begin(): Promise<string> {
    const { client, bucket } = this.#connection
    const input = {
      Bucket: bucket,
      Key: this.#key,
      ContentType: 'application/octet-stream',
      Metadata: { put: this.#putId },
    }
    try {
      const { UploadId, $metadata } = await client.send(new CreateMultipartUploadCommand(input))
      if (!UploadId) throw new ObjectStoreError('unavailable', 'the store began an upload without an id')
      if (($metadata.attempts ?? 1) > 1) await this.#abortOthers(UploadId)
      return UploadId
    } catch (error) {
      if (isTransient(error)) await this.#cleanUp(() => this.#abortOthers())
      throw translateS3(error, this.#signal)
    }
  }

  async #sendPart(uploadId: string, number: number, { bytes, sha256 }: Part): Promise<string> {
    const query = { partNumber: String(number), uploadId }
    const put = () => this.#send({ query, body: { bytes, sha256 }, signal: this.#signal })
    const { etag } = await translatedS3(() => withRetries(put, this.#signal), this.#signal)
    if (typeof etag !== 'string')
      throw new ObjectStoreError('unavailable', 'the store took a part without an ETag')
    return etag
  }

  async #send(call: Omit<Parameters<S3Connection['call']>[0], 'method' | 'key'>) {
    const { headers, body } = await this.#connection.call({ method: 'PUT', key: this.#key, ...call })
    await body.dump()
    return headers
  }

  async #complete(uploadId: string, etags: readonly string[]): Promise<string> {
    const { client, bucket } = this.#connection
    const Parts = etags.map((ETag, i) => ({ ETag, PartNumber: i + 1 }))
    const input = { Bucket: bucket, Key: this.#key, UploadId: uploadId, MultipartUpload: { Parts } }
    try {
      const { VersionId } = await client.send(new CompleteMultipartUploadCommand(input))
      return VersionId ?? (await this.#ownVersions())[0] ?? 'null'
    } catch (error) {
      // The answer of an earlier attempt may have been lost: then the upload is gone and the object there.
      const [versionId] = await this.#ownVersions()
      if (versionId === undefined) throw error
      return versionId
    }
  }

  async #verified(bytes: number, versionId: string): Promise<Stored> {
    const { headers } = await this.#headVersion(versionId)
    if (Number(headers['content-length']) === bytes) return { versionId, bytes }
    await removeAll(this.#connection, [{ key: this.#key, versionId }])
    throw new ObjectStoreError('unavailable', 'the store kept another number of bytes than it was sent')
  }

  #headVersion(versionId: string) {
    const query: Record<string, string> = versionId === 'null' ? {} : { versionId }
    return withRetries(() => this.#connection.call({ method: 'HEAD', key: this.#key, query }))
  }

  async #ownVersions(): Promise<string[]> {
    const own: string[] = []
    for await (const page of versionsUnder(this.#connection, this.#key)) {
      for (const { key, versionId, isMarker } of page) {
        if (key !== this.#key || isMarker) continue
        const { headers } = await this.#headVersion(versionId)
        if (headers[PUT_HEADER] === this.#putId) own.push(versionId)
      }
    }
    return own
  }

  async #removeOwnVersions(except?: string): Promise<void> {
    const own = (await this.#ownVersions()).filter((versionId) => versionId !== except)
    await removeAll(
      this.#connection,
      own.map((versionId) => ({ key: this.#key, versionId })),
    )
  }

  #abort(uploadId: string): Promise<void> {
    return abortUpload(this.#connection, this.#key, uploadId)
  }

  async #abortOthers(except?: string): Promise<void> {
    for await (const page of uploadsUnder(this.#connection, this.#key)) {
      for (const { key, uploadId } of page) {
        if (key === this.#key && uploadId !== except) await this.#abort(uploadId)
      }
    }
  }

  /** A store that is down cannot be cleaned now: listings of versions and uploads still show what is left. */
  async #cleanUp(act: () => Promise<void>): Promise<void> {
    await act().catch(() => undefined)
  }
}

/** Ends an unfinished upload and frees its parts; one that is already gone counts as ended. */
export async function abortUpload(connection: S3Connection, key: string, uploadId: string): Promise<void> {
  const { client, bucket } = connection
  const input = { Bucket: bucket, Key: key, UploadId: uploadId }
  await translatedS3(async () => {
    try {
      await client.send(new AbortMultipartUploadCommand(input))
    } catch (error) {
      if (codeOfS3(error) !== 'NoSuchUpload') throw error
    }
  })
}
