import type { StorageConfig } from '../config/config.ts'
import type { S3StoreConfig } from '../storage/s3-connection.ts'

/** Where the bucket is, as the storage toolkit wants to be told. */
export function s3ConfigOf(storage: Extract<StorageConfig, { kind: 's3' }>): S3StoreConfig {
  const { kind: _kind, endpoint, credentials, ...rest } = storage
  return { ...rest, ...(endpoint && { endpoint }), ...(credentials && { credentials }) }
}
