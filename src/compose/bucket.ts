import type { Config } from '../config/config.ts'
import type { Clock } from '../kernel/clock.ts'
import { SECOND } from '../kernel/units.ts'
import type { Finding } from '../storage/qualify.ts'
import type { Logger } from '../telemetry/logger.ts'
import { s3ConfigOf } from './s3-config.ts'

const RETRY_MS = 10 * SECOND
const LOOPBACK = /^(127\.|localhost$|\[?::1\]?$)/

export interface BucketQualification extends Disposable {
  /** Throws until the bucket was reached and found fit. */
  requirePassed(): void
  /** What was found out the last time; empty for files, and before the bucket was reached. */
  findings(): readonly Finding[]
}

/** What the bucket really does; an empty list when recordings are files. */
export async function examineBucket(config: Config, clock: Clock): Promise<readonly Finding[]> {
  const { storage } = config
  if (storage.kind === 'files') return []
  const { qualifyBucket } = await import('../storage/qualify.ts')
  const isHere = storage.endpoint !== undefined && LOOPBACK.test(new URL(storage.endpoint).hostname)
  return qualifyBucket(
    s3ConfigOf(storage),
    // The region of a store on this machine is a label, not a place.
    { allowedRegions: isHere ? [...config.allowedRegions, storage.region] : config.allowedRegions, clock },
  )
}

/**
 * Examines the bucket at start. One that would lose or expose recordings ends the start; one that
 * cannot be reached is tried again, and until then the service is not ready.
 */
export async function qualifyAtStart(
  config: Config,
  clock: Clock,
  logger: Logger,
): Promise<BucketQualification> {
  let passed = false
  let known: readonly Finding[] = []
  let timer: NodeJS.Timeout | undefined
  let ended = false

  async function attempt(): Promise<readonly Finding[]> {
    const findings = await examineBucket(config, clock)
    known = findings
    passed = findings.every(({ state }) => state !== 'fail')
    for (const { check, state, detail } of findings) {
      if (state !== 'ok') logger.warn('bucket', { check, state, detail })
    }
    return findings
  }

  async function again(): Promise<void> {
    const findings = await attempt().catch((error: unknown) => {
      logger.warn('the bucket could not be examined', { error })
      return []
    })
    if (!ended && !passed) timer = setTimeout(() => void again(), RETRY_MS)
    else if (findings.length > 0) logger.info('the bucket was examined and is fit')
  }

  const failures = (await attempt()).filter(({ state }) => state === 'fail')
  const unreachable = failures.some(({ check }) => check === 'reach')
  if (failures.length > 0 && !unreachable) {
    throw new Error(
      `the bucket is not fit for recordings: ${failures.map(({ detail }) => detail).join('; ')}`,
    )
  }
  if (unreachable) timer = setTimeout(() => void again(), RETRY_MS)
  return {
    requirePassed() {
      if (!passed) throw new Error('the bucket was not reached yet')
    },
    findings: () => known,
    [Symbol.dispose]() {
      ended = true
      clearTimeout(timer)
    },
  }
}
