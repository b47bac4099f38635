import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Instance } from '../db/instance.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/ids.ts'
import { MINUTE, SECOND } from '../kernel/units.ts'
import type { Keyring } from '../storage/keyring.ts'
import type { Logger } from '../telemetry/logger.ts'
import { nextRecording } from './package-file-queries.ts'
import type { Finish } from './package-finish.ts'
import type { Include } from './package-include.ts'
import {
  claimPackage,
  insertPackage,
  latestPackage,
  lockForPackage,
  type PackageRow,
  packageItems,
  postponePackage,
  requestsToAnswer,
} from './package-queries.ts'
import { newPackageKey, openPackageKey } from './package-sealing.ts'

export interface BuildPorts {
  readonly db: Database
  readonly clock: Clock
  readonly logger: Logger
  readonly keyring: Keyring
  readonly instance: Pick<Instance, 'id' | 'isRegistered'>
  readonly include: Include
  readonly finish: Finish
}

const REQUESTS = 20
/** While something of a recording is still being made. */
const WAIT_MS = 10 * SECOND
/** After that the package is made without it. */
const MOST_WAITS = 60
const RETRY_MS = MINUTE

/**
 * Makes the packages of requests that were decided, until nothing is to be done. Every recording that is in is in
 * for good: whoever goes on after a crash begins with the next. `stopping` ends it after the recording that is
 * being read, `deadline` at once.
 */
export function makeBuildPackages(ports: BuildPorts) {
  const inFlight = new Set<string>()

  async function next(): Promise<PackageRow | undefined> {
    // A process that the database does not see would be taken for dead, and its claims for free.
    if (!ports.instance.isRegistered()) return undefined
    const claimant = { instance: ports.instance.id, inFlight: [...inFlight], now: ports.clock.now() }
    return claimPackage(ports.db, claimant)
  }

  return async function buildPackages(stopping: AbortSignal, deadline: AbortSignal): Promise<void> {
    for (const requestId of await requestsToAnswer(ports.db, REQUESTS)) await startPackage(ports, requestId)
    while (!stopping.aborted && !deadline.aborted) {
      const packaged = await next()
      if (!packaged) return
      inFlight.add(packaged.id)
      try {
        await build(ports, packaged, { stopping, deadline })
      } finally {
        inFlight.delete(packaged.id)
      }
    }
  }
}

/** Begins a package of a request; the one that is there already is left as it is. */
export async function startPackage(
  { db, clock, keyring }: Pick<BuildPorts, 'db' | 'clock' | 'keyring'>,
  requestId: string,
): Promise<void> {
  const id = newId()
  // Before the transaction: a key service may be far away.
  const key = await newPackageKey(keyring, id)
  await db.transaction().execute((tx) => begin(tx, { id, requestId, key, now: clock.now() }))
}

interface Beginning {
  readonly id: string
  readonly requestId: string
  readonly key: Awaited<ReturnType<typeof newPackageKey>>
  readonly now: Date
}

async function begin(tx: Tx, { id, requestId, key, now }: Beginning): Promise<void> {
  const request = await lockForPackage(tx, requestId)
  const last = await latestPackage(tx, requestId)
  if (!request || request.state === 'withdrawn' || (last && last.state !== 'ended')) return
  const granted = (await packageItems(tx, requestId)).filter(({ state }) => state !== 'refused')
  const recordingIds = [...new Set(granted.map(({ recordingId }) => recordingId))]
  const kind = granted.every(({ type }) => type === 'portability') ? 'portability' : 'access'
  await insertPackage(tx, { id, requestId, memberRef: request.member_ref, kind, recordingIds, ...key, now })
  await appendAudit(tx, {
    ...({ type: 'package.started', action: 'C', outcome: 'ok', actor: null, at: now } as const),
    entities: request.entities,
    detail: { package: id, privacyRequest: requestId, recordings: recordingIds.length },
  })
}

interface Signals {
  readonly stopping: AbortSignal
  readonly deadline: AbortSignal
}

async function build(ports: BuildPorts, packaged: PackageRow, signals: Signals): Promise<void> {
  const { db, clock, logger } = ports
  const after = (ms: number): Date => new Date(clock.now().getTime() + ms)
  try {
    const result = await goOn(ports, packaged, signals)
    if (result === 'done') return
    const waits = packaged.attempts + (result === 'waiting' ? 1 : 0)
    await postponePackage(db, packaged, { attempts: waits, runAt: after(result === 'waiting' ? WAIT_MS : 0) })
  } catch (error) {
    if (!signals.deadline.aborted)
      logger.warn('a package could not be made; it is tried again', { packageId: packaged.id, error })
    const runAt = after(signals.deadline.aborted ? 0 : RETRY_MS)
    await postponePackage(db, packaged, { attempts: packaged.attempts, runAt })
  }
}

/** `waiting`: something in it is still being made; `stopped`: the service ends, or it was taken over. */
async function goOn(
  { db, keyring, include, finish }: BuildPorts,
  packaged: PackageRow,
  { stopping, deadline }: Signals,
): Promise<'done' | 'waiting' | 'stopped'> {
  const { seal } = await openPackageKey(keyring, packaged)
  const including = { seal, signal: deadline, isPatient: packaged.attempts < MOST_WAITS }
  let isWaiting = false
  for (let n = 0; ; ) {
    const one = await nextRecording(db, packaged.id, n)
    if (!one) break
    if (stopping.aborted) return 'stopped'
    const result = await include(packaged, one, including)
    if (result === 'lost') return 'stopped'
    isWaiting ||= result === 'waiting'
    n = one.n
  }
  if (isWaiting) return 'waiting'
  return (await finish(packaged, seal)) ? 'done' : 'waiting'
}
