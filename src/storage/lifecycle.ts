import { isDeepStrictEqual } from 'node:util'
import {
  GetBucketLifecycleConfigurationCommand,
  type GetBucketLifecycleConfigurationCommandOutput,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
} from '@aws-sdk/client-s3'
import { judgeLifecycle } from './lifecycle-judge.ts'
import { isOurs, type LifecycleTerms, lifecycleRules, MOST_RULES } from './lifecycle-rules.ts'
import { S3Connection, type S3StoreConfig } from './s3-connection.ts'
import { codeOfS3 } from './s3-errors.ts'

/** `unsupported`: the store has no lifecycle rules; only the service itself ends recordings. */
export type LifecycleOutcome = 'unchanged' | 'written' | 'unsupported'

/** The bucket has rules beside ours that could delete recordings early, or too many of them. */
export class LifecycleConflictError extends Error {
  override readonly name = 'LifecycleConflictError'
}

type Current = Pick<GetBucketLifecycleConfigurationCommandOutput, 'TransitionDefaultMinimumObjectSize'> & {
  readonly rules: readonly LifecycleRule[]
}

const UNSUPPORTED = new Set(['NotImplemented', 'MethodNotAllowed'])

/**
 * Brings the bucket's lifecycle rules in step with `lifecycleRules`, leaves harmless rules of others as
 * they are, and reads back what it wrote. Writes only what differs, as a bucket has all rules in one
 * document. Throws LifecycleConflictError, RangeError for terms that ask for too many rules, and
 * whatever the store answers.
 */
export async function keepLifecycle(config: S3StoreConfig, terms: LifecycleTerms): Promise<LifecycleOutcome> {
  const connection = new S3Connection(config)
  try {
    return await replaceOurs(connection, lifecycleRules(terms))
  } catch (error) {
    if (isUnsupported(error)) return 'unsupported'
    throw error
  } finally {
    connection.close()
  }
}

/** Whether a store says that it has no lifecycle rules at all. */
export const isUnsupported = (error: unknown): boolean => UNSUPPORTED.has(codeOfS3(error))

async function replaceOurs(
  connection: S3Connection,
  ours: readonly LifecycleRule[],
): Promise<LifecycleOutcome> {
  const { client, bucket } = connection
  const current = await readLifecycle(connection)
  const foreign = current.rules.filter((rule) => !isOurs(rule))
  refuseDangerous(foreign)
  const wanted = [...foreign, ...ours]
  if (wanted.length > MOST_RULES)
    throw new LifecycleConflictError(
      `${foreign.length} lifecycle rules of others leave no room for our ${ours.length}`,
    )
  if (sameRules(current.rules, wanted)) return 'unchanged'
  await client.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket: bucket,
      LifecycleConfiguration: { Rules: wanted },
      // Belongs to the document as a whole: leaving it out would change what others have set.
      ...(current.TransitionDefaultMinimumObjectSize && {
        TransitionDefaultMinimumObjectSize: current.TransitionDefaultMinimumObjectSize,
      }),
    }),
  )
  if (!sameRules((await readLifecycle(connection)).rules, wanted))
    throw new Error('the store did not keep the lifecycle rules as they were written')
  return 'written'
}

function refuseDangerous(foreign: readonly LifecycleRule[]): void {
  const { state, detail } = judgeLifecycle(foreign)
  if (state === 'fail') throw new LifecycleConflictError(detail)
}

/** The rules a bucket has now. */
export async function readLifecycle({ client, bucket }: S3Connection): Promise<Current> {
  try {
    const answer = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }))
    return { ...answer, rules: answer.Rules ?? [] }
  } catch (error) {
    if (codeOfS3(error) === 'NoSuchLifecycleConfiguration') return { rules: [] }
    throw error
  }
}

/** Stores give the rules back in their own order, and some of them a prefix in another place. */
const sameRules = (one: readonly LifecycleRule[], other: readonly LifecycleRule[]): boolean =>
  isDeepStrictEqual(one.map(essence).sort(), other.map(essence).sort())

function essence({ Filter, Prefix, ...rule }: LifecycleRule): string {
  const { And } = Filter ?? {}
  const tags = And?.Tags ?? (Filter?.Tag ? [Filter.Tag] : [])
  return JSON.stringify({
    id: rule.ID,
    status: rule.Status,
    prefix: And?.Prefix ?? Filter?.Prefix ?? Prefix ?? '',
    tags: tags.map(({ Key, Value }) => `${Key}=${Value}`).sort(),
    sizes: [
      And?.ObjectSizeGreaterThan ?? Filter?.ObjectSizeGreaterThan,
      And?.ObjectSizeLessThan ?? Filter?.ObjectSizeLessThan,
    ],
    date: rule.Expiration?.Date?.toISOString(),
    days: rule.Expiration?.Days,
    markers: rule.Expiration?.ExpiredObjectDeleteMarker ?? false,
    noncurrent: [
      rule.NoncurrentVersionExpiration?.NoncurrentDays,
      rule.NoncurrentVersionExpiration?.NewerNoncurrentVersions,
    ],
    abort: rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
    transitions: [rule.Transitions ?? [], rule.NoncurrentVersionTransitions ?? []],
  })
}
