import {
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  PutObjectLegalHoldCommand,
} from '@aws-sdk/client-s3'
import type { S3Connection } from './s3-connection.ts'
import { codeOfS3, translatedS3 } from './s3-errors.ts'

/** What stores answer to a legal hold in a bucket without Object Lock, and some of them to other mistakes. */
const PERHAPS_UNSUPPORTED = new Set(['InvalidRequest', 'InvalidBucketState', 'MethodNotAllowed'])
/** Said of a bucket without Object Lock, and of a version that never had a hold. */
const NO_LOCK = 'ObjectLockConfigurationNotFoundError'

/** Sets or lifts the legal hold of one version, unless the bucket has no Object Lock. */
export function putHold(
  connection: S3Connection,
  key: string,
  versionId: string,
  held: boolean,
): Promise<'done' | 'unsupported'> {
  const { client, bucket } = connection
  const LegalHold = { Status: held ? ('ON' as const) : ('OFF' as const) }
  const command = new PutObjectLegalHoldCommand({ Bucket: bucket, Key: key, VersionId: versionId, LegalHold })
  return unlessUnsupported(connection, async () => {
    await client.send(command)
    return 'done' as const
  })
}

/** Whether one version is under a legal hold, as the store says it. */
export async function readHold(connection: S3Connection, key: string, versionId: string): Promise<boolean> {
  const { client, bucket } = connection
  const command = new GetObjectLegalHoldCommand({ Bucket: bucket, Key: key, VersionId: versionId })
  const answer = await unlessUnsupported(connection, async () => {
    try {
      return (await client.send(command)).LegalHold?.Status === 'ON'
    } catch (error) {
      if (codeOfS3(error) === NO_LOCK) return false
      throw error
    }
  })
  return answer === true
}

const unlessUnsupported = <T>(connection: S3Connection, act: () => Promise<T>): Promise<T | 'unsupported'> =>
  translatedS3(async () => {
    try {
      return await act()
    } catch (error) {
      if (await isUnsupported(connection, error)) return 'unsupported'
      throw error
    }
  })

/** The refusal of one call has many causes, so the bucket itself is asked. */
async function isUnsupported({ client, bucket }: S3Connection, error: unknown): Promise<boolean> {
  const code = codeOfS3(error)
  if (code === 'NotImplemented') return true
  if (!PERHAPS_UNSUPPORTED.has(code)) return false
  try {
    const lock = await client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket }))
    return lock.ObjectLockConfiguration?.ObjectLockEnabled !== 'Enabled'
  } catch (cause) {
    if (codeOfS3(cause) === NO_LOCK) return true
    throw cause
  }
}
