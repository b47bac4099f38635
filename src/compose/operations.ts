import type { Endpoint } from '../http/endpoint.ts'
import type { Readiness } from '../http/health.ts'
import { makeReadOperations } from '../retention/operations.ts'
import { operationsEndpoints } from '../retention/operations-routes.ts'
import type { BucketQualification } from './bucket.ts'
import type { Foundation } from './foundation.ts'
import type { AudioTools } from './health.ts'

export interface OperationsParts {
  readonly version: string
  readonly readiness: Readiness
  readonly bucket: BucketQualification
  readonly audio: AudioTools
}

/** What the operator looks at. */
export const composeOperations = (
  { db, clock, store }: Foundation,
  { version, readiness, bucket, audio }: OperationsParts,
): Endpoint[] =>
  operationsEndpoints(
    makeReadOperations({
      db,
      clock,
      ownState: async () => ({
        ...(await readiness()),
        ...{
          version,
          engine: audio.words,
          storeKind: store.kind === 's3' ? 's3' : 'files',
          findings: bucket.findings(),
        },
      }),
    }),
  )
