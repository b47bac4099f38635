import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { request } from 'undici'
import type { RemovalFailure } from './object-store.ts'
import type { S3Connection } from './s3-connection.ts'
import { codeOfS3 } from './s3-errors.ts'
import { removeAll, uploadsUnder, versionsUnder } from './s3-listing.ts'
import { abortUpload } from './s3-upload.ts'

const CONTENT = Buffer.from('Listenback tries out this bucket.\n')

/** Small experiments with objects under a prefix of their own. */
export class Probe {
  readonly #connection: S3Connection
  readonly #prefix: string

  constructor(connection: S3Connection, prefix: string) {
    this.#connection = connection
    this.#prefix = prefix
  }

  #at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.#connection.bucket, Key: this.#prefix + name }
  }

  async put(name: string): Promise<string> {
    const command = new PutObjectCommand({ ...this.#at(name), Body: CONTENT })
    return (await this.#connection.client.send(command)).VersionId ?? 'null'
  }

  /** Sets or lifts a legal hold; the store's code when it will not. */
  async hold(name: string, versionId: string, held: boolean): Promise<string | undefined> {
    const LegalHold = { Status: held ? ('ON' as const) : ('OFF' as const) }
    const command = new PutObjectLegalHoldCommand({ ...this.#at(name), VersionId: versionId, LegalHold })
    return this.#connection.client.send(command).then(() => undefined, codeOfS3)
  }

  async remove(name: string, versionId: string): Promise<readonly RemovalFailure[]> {
    return (await removeAll(this.#connection, [{ key: this.#prefix + name, versionId }])).failed
  }

  async keepsTags(name: string): Promise<boolean> {
    const wanted = {
      purpose: 'a+b',
      'retain-until': '2027-05-22',
      rule: 'probe@1',
      hold: 'none',
      class: 'original',
    }
    const TagSet = Object.entries(wanted).map(([Key, Value]) => ({ Key, Value }))
    await this.#connection.client.send(
      new PutObjectTaggingCommand({ ...this.#at(name), Tagging: { TagSet } }),
    )
    const kept = await this.tags(name)
    return Object.entries(wanted).every(([key, value]) => kept[key] === value)
  }

  async tags(name: string): Promise<Record<string, string>> {
    const { TagSet = [] } = await this.#connection.client.send(new GetObjectTaggingCommand(this.#at(name)))
    return Object.fromEntries(TagSet.map(({ Key = '', Value = '' }) => [Key, Value]))
  }

  async putInParts(name: string, tags: Record<string, string>): Promise<void> {
    const { client } = this.#connection
    const at = this.#at(name)
    const Tagging = new URLSearchParams(tags).toString()
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at, Tagging }))
    const part = await client.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: CONTENT }))
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: part.ETag }] }
    await client.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload }))
  }

  async refusesSecondPut(name: string): Promise<boolean> {
    const command = new PutObjectCommand({ ...this.#at(name), Body: CONTENT, IfNoneMatch: '*' })
    return this.#connection.client.send(command).then(
      () => false,
      (error) => codeOfS3(error) === 'PreconditionFailed',
    )
  }

  /** What a request without credentials can do here. */
  async reachedByAnybody(name: string): Promise<string[]> {
    const { address } = this.#connection
    const base = address.href.replace(/\/$/, '')
    const attempts = {
      [`${base}/${this.#prefix}${name}`]: 'read objects',
      [`${base}/?list-type=2`]: 'list the bucket',
    }
    const reached: string[] = []
    for (const [url, what] of Object.entries(attempts)) {
      const { statusCode, body } = await request(url)
      await body.dump()
      if (statusCode < 300) reached.push(what)
    }
    return reached
  }

  /** The store's own time, from the answer to a request. */
  async dateOf(name: string): Promise<Date> {
    const { headers, body } = await this.#connection.call({ method: 'HEAD', key: this.#prefix + name })
    await body.dump()
    return new Date(String(headers.date))
  }

  /** Removes every version and upload of the probe; how many objects are still there. */
  async clear(): Promise<number> {
    for await (const page of uploadsUnder(this.#connection, this.#prefix)) {
      for (const { key, uploadId } of page) await abortUpload(this.#connection, key, uploadId)
    }
    const versions = await this.#versions()
    const { failed } = await removeAll(this.#connection, versions)
    for (const { key, versionId } of failed) await this.hold(key.slice(this.#prefix.length), versionId, false)
    if (failed.length > 0) await removeAll(this.#connection, failed)
    return (await this.#versions()).length
  }

  async #versions() {
    const all: { key: string; versionId: string }[] = []
    for await (const page of versionsUnder(this.#connection, this.#prefix)) all.push(...page)
    return all
  }
}
