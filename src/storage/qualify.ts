import { randomUUID } from 'node:crypto'
import {
  GetBucketPolicyStatusCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
} from '@aws-sdk/client-s3'
import type { Clock } from '../kernel/clock.ts'
import { isUnsupported, readLifecycle } from './lifecycle.ts'
import { judgeLifecycle } from './lifecycle-judge.ts'
import { Probe } from './probe.ts'
import { S3Connection, type S3StoreConfig } from './s3-connection.ts'
import { codeOfS3 } from './s3-errors.ts'

export type CheckName =
  | 'reach'
  | 'region'
  | 'versioning'
  | 'object-lock'
  | 'tagging'
  | 'multipart-tagging'
  | 'if-none-match'
  | 'public-access'
  | 'lifecycle'
  | 'clock'
  | 'probe-removed'

/** What the service found out about its bucket, for the operator. */
export interface Finding {
  readonly check: CheckName
  /** `warn`: the service works around it. `fail`: do not keep recordings here. */
  readonly state: 'ok' | 'warn' | 'fail'
  readonly detail: string
}

export interface QualifyOptions {
  readonly allowedRegions: readonly string[]
  readonly clock: Clock
}

type Verdict = Omit<Finding, 'check'>
const ok = (detail: string): Verdict => ({ state: 'ok', detail })
const warn = (detail: string): Verdict => ({ state: 'warn', detail })
const fail = (detail: string): Verdict => ({ state: 'fail', detail })

const WARN_CLOCK_MS = 5_000
const FAIL_CLOCK_MS = 60_000

/**
 * Finds out what a bucket really does, by trying it under `probes/`, as stores differ from what they
 * claim: some accept a legal hold and delete the object all the same. Leaves nothing behind.
 */
export async function qualifyBucket(config: S3StoreConfig, options: QualifyOptions): Promise<Finding[]> {
  const connection = new S3Connection(config)
  try {
    const reach = await found('reach', () => checkReach(connection))
    if (reach.state === 'fail') return [reach]
    return [reach, ...(await checkReachable(connection, config, options))]
  } finally {
    connection.close()
  }
}

async function checkReachable(
  connection: S3Connection,
  config: S3StoreConfig,
  { allowedRegions, clock }: QualifyOptions,
) {
  const probe = new Probe(connection, `probes/${randomUUID()}/`)
  const findings: Finding[] = []
  const checks: [CheckName, () => Promise<Verdict>][] = [
    ['region', () => checkRegion(connection, config, allowedRegions)],
    ['versioning', () => checkVersioning(connection)],
    ['object-lock', () => checkObjectLock(probe)],
    ['tagging', () => checkTagging(probe)],
    ['multipart-tagging', () => checkMultipartTagging(probe)],
    ['if-none-match', () => checkIfNoneMatch(probe)],
    ['public-access', () => checkPublicAccess(connection, probe)],
    ['lifecycle', () => checkLifecycle(connection)],
    ['clock', () => checkClock(probe, clock)],
    // Last, and run whatever the others found.
    ['probe-removed', () => checkRemoved(probe)],
  ]
  for (const [name, check] of checks) findings.push(await found(name, check))
  return findings
}

/** A check that cannot be made is a finding too, never an exception. */
async function found(check: CheckName, judge: () => Promise<Verdict>): Promise<Finding> {
  try {
    return { check, ...(await judge()) }
  } catch (error) {
    return { check, ...fail(`could not be checked: ${codeOfS3(error) || String(error)}`) }
  }
}

async function checkReach({ client, bucket }: S3Connection): Promise<Verdict> {
  await client.send(new HeadBucketCommand({ Bucket: bucket }))
  return ok(`bucket ${bucket} answers`)
}

async function checkRegion(
  { client, bucket }: S3Connection,
  { region, endpoint }: S3StoreConfig,
  allowed: readonly string[],
): Promise<Verdict> {
  const { BucketRegion } = await client.send(new HeadBucketCommand({ Bucket: bucket }))
  const actual = BucketRegion || region
  if (allowed.includes(actual)) return ok(`the bucket is in ${actual}`)
  // On this machine a region is only a label.
  if (isOnThisMachine(endpoint)) return warn(`${actual} is the label of a store on this machine`)
  return fail(`the bucket is in ${actual}, which is not one of the allowed regions`)
}

const isOnThisMachine = (endpoint: string | undefined): boolean =>
  endpoint !== undefined && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(endpoint).hostname)

async function checkVersioning({ client, bucket }: S3Connection): Promise<Verdict> {
  const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: bucket }))
  if (Status === 'Enabled') return ok('versions are kept')
  return warn(
    `versioning is ${Status === 'Suspended' ? 'suspended' : 'off'}: a mistaken delete cannot be undone`,
  )
}

async function checkObjectLock(probe: Probe): Promise<Verdict> {
  const versionId = await probe.put('held')
  const refused = await probe.hold('held', versionId, true)
  if (refused) return warn(`no Object Lock (${refused}): holds are kept by the service alone`)
  const failures = await probe.remove('held', versionId)
  if (failures.length === 0) return fail('Object Lock is NOT ENFORCED: a held object could be deleted')
  await probe.hold('held', versionId, false)
  return ok('a held object cannot be deleted')
}

async function checkTagging(probe: Probe): Promise<Verdict> {
  await probe.put('tagged')
  return (await probe.keepsTags('tagged')) ? ok('tags are kept') : fail('tags are not kept')
}

async function checkMultipartTagging(probe: Probe): Promise<Verdict> {
  await probe.putInParts('parts', { probe: 'multipart' })
  const tags = await probe.tags('parts')
  return tags.probe === 'multipart'
    ? ok('tags given with a multipart upload are kept')
    : warn('tags given with a multipart upload are dropped; they are set afterwards')
}

async function checkIfNoneMatch(probe: Probe): Promise<Verdict> {
  await probe.put('once')
  return (await probe.refusesSecondPut('once'))
    ? ok('If-None-Match is honoured')
    : warn('If-None-Match is ignored; keys are never used twice anyway')
}

async function checkPublicAccess({ client, bucket }: S3Connection, probe: Probe): Promise<Verdict> {
  await probe.put('secret')
  const reached = await probe.reachedByAnybody('secret')
  if (reached.length > 0) return fail(`anybody can ${reached.join(' and ')}`)
  const command = new GetBucketPolicyStatusCommand({ Bucket: bucket })
  // Without a policy, and in stores without this call, there is no status to read.
  const status = await client.send(command).catch(() => undefined)
  if (status?.PolicyStatus?.IsPublic) return fail('the bucket policy makes the bucket public')
  return ok('anonymous requests are refused')
}

async function checkLifecycle(connection: S3Connection): Promise<Verdict> {
  try {
    return judgeLifecycle((await readLifecycle(connection)).rules)
  } catch (error) {
    if (isUnsupported(error)) return warn('no lifecycle rules: the service alone ends what is due')
    throw error
  }
}

async function checkClock(probe: Probe, clock: Clock): Promise<Verdict> {
  await probe.put('clock')
  const theirs = await probe.dateOf('clock')
  // The header has whole seconds, so half a second is the best guess of the rest.
  const differenceMs = Math.abs(theirs.getTime() + 500 - clock.now().getTime())
  const detail = `the clocks differ by about ${Math.round(differenceMs / 1000)} s`
  if (Number.isNaN(differenceMs)) return warn('the store does not tell its time')
  if (differenceMs > FAIL_CLOCK_MS) return fail(detail)
  return differenceMs > WARN_CLOCK_MS ? warn(detail) : ok(detail)
}

async function checkRemoved(probe: Probe): Promise<Verdict> {
  const left = await probe.clear()
  return left === 0 ? ok('nothing is left under probes/') : fail(`${left} probe objects could not be removed`)
}
