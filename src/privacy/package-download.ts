import { eventOf, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { requireStepUp } from '../access/step-up.ts'
import { type AuditEvent, appendAudit } from '../audit/append.ts'
import type { AuditTrail } from '../audit/trail.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import type { Listener } from '../recordings/play.ts'
import { makeWatch } from '../recordings/watch.ts'
import { type ByteSpan, ObjectStoreError } from '../storage/object-store.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import { noteDelivered } from './deliver-request.ts'
import { isWhole } from './package-audio-queries.ts'
import { settledRecordings } from './package-file-queries.ts'
import { ownRequest } from './package-find.ts'
import type { makeOpenPackage, OpenPackage } from './package-open.ts'
import { endPackage, latestPackage, markPackageDelivered, type PackageRow } from './package-queries.ts'
import type { RequestRow } from './request-queries.ts'

export interface DownloadPorts {
  readonly db: Database
  readonly clock: Clock
  readonly trail: AuditTrail
  readonly openPackage: ReturnType<typeof makeOpenPackage>
}

/** A package that a member may fetch now. */
export interface Download {
  readonly packaged: PackageRow
  readonly archive: OpenPackage
  readonly actor: Actor
  /** The companies that the request was made to. */
  readonly entities: readonly string[]
  readonly etag: string
}

/**
 * Lets a member fetch the package of their own request, after a fresh login. Throws Problem: `not_found`,
 * `step_up_required`, `package_not_ready`.
 */
export function makeAdmitDownload({ db, clock, openPackage }: DownloadPorts) {
  return async function admitDownload(actor: Actor, requestId: string): Promise<Download> {
    const act = { type: 'package.fetched', action: 'E', actor, at: clock.now() } as const
    return withRefusalsOnRecord(db, act, async () => {
      const request = await ownRequest(db, actor, requestId)
      const packaged = request && (await latestPackage(db, request.id))
      if (!packaged || packaged.member_ref !== actor.memberRef) throw new Problem('not_found')
      requireStepUp(actor, act.at)
      if (request.state === 'withdrawn' || !isOpen(packaged, act.at)) throw new Problem('package_not_ready')
      if (!(await isWhole(db, packaged.id))) {
        await endChanged(db, packaged.id, request, act.at)
        throw new Problem('package_not_ready')
      }
      const etag = `"${packaged.sha256?.toString('base64url').slice(0, 32)}"`
      const { entities } = request
      return { packaged, archive: await openPackage(packaged), actor, entities, etag }
    })
  }
}

const isOpen = ({ state, expires_at: until }: PackageRow, now: Date): boolean =>
  state === 'ready' && until !== null && now < until

/** What it says is not true any more, so nobody gets it; it can be made anew. */
async function endChanged(
  db: Database,
  id: string,
  { entities }: Pick<RequestRow, 'entities'>,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if (await endPackage(tx, id, 'changed', at))
      await appendAudit(tx, {
        ...({ type: 'package.ended', action: 'D', outcome: 'ok', actor: null, at } as const),
        ...{ entities, detail: { package: id, because: 'changed' } },
      })
  })
}

/**
 * Sends a part of a package. That it leaves is on record before its first byte, and it stops when the member may
 * not have it any more. Whoever gets the last byte has the package: then the request is answered. Rejects with
 * Problem `package_not_ready`, `damaged_recording`, `unavailable`.
 */
export function makeSendPackage(ports: DownloadPorts) {
  const { clock, trail } = ports
  return async function sendPackage(
    { packaged, archive, actor, entities }: Download,
    span: ByteSpan,
    listener: Listener,
  ): Promise<void> {
    const stream = newId()
    const describe = (type: string, outcome: AuditEvent['outcome'], more: object = {}): AuditEvent => ({
      ...eventOf({ type, action: 'E', actor, at: clock.now(), entities }),
      outcome,
      requestId: currentRequestId() ?? null,
      detail: { package: packaged.id, stream, ...span, of: archive.bytes, ...more },
    })
    const watch = makeWatch({
      recorded: trail.append(describe('package.fetched', 'ok')),
      holds: async () => (await listener.isStillAuthenticated()) && (await stillOpen(ports, packaged)),
      stop: listener.stop,
    })
    let outcome: AuditEvent['outcome'] = 'error'
    try {
      for await (const piece of archive.read(span, listener.stop.signal)) {
        await watch.admit(piece.length)
        listener.stop.signal.throwIfAborted()
        await listener.send([piece])
      }
      await listener.end()
      outcome = 'ok'
      if (span.offset + span.length === archive.bytes) await noteLastByte(ports, packaged, actor)
    } catch (error) {
      const problem = problemOf(error, listener.stop.signal)
      if (!problem) outcome = 'ok'
      else throw problem
    } finally {
      watch.close()
      trail.appendLater(describe('package.sent', outcome, { sent: watch.admittedBytes() }))
    }
  }
}

async function stillOpen({ db, clock }: DownloadPorts, packaged: PackageRow): Promise<boolean> {
  const now = await latestPackage(db, packaged.request_id)
  return now?.id === packaged.id && isOpen(now, clock.now())
}

/** Each recording says from now on that its member has a copy of it. */
async function noteLastByte({ db, clock }: DownloadPorts, packaged: PackageRow, actor: Actor): Promise<void> {
  const at = clock.now()
  await db.transaction().execute(async (tx) => {
    // The request before its package: everybody locks them in this order.
    await noteDelivered(tx, packaged.request_id, at)
    if (!(await markPackageDelivered(tx, packaged.id, at))) return
    const settled = await settledRecordings(tx, packaged.id)
    const copied = settled
      .filter(({ state }) => state === 'included')
      .map(({ recordingId }) => ({
        ...eventOf({ type: 'recording.copied', action: 'E', actor, at, recordingId }),
        detail: { package: packaged.id, stream: packaged.id },
      }))
    if (copied.length > 0) await appendAudit(tx, ...copied)
  })
}

/** Undefined when the listener left, which is nobody's failure. */
function problemOf(error: unknown, signal: AbortSignal): Problem | undefined {
  if (signal.aborted) return signal.reason instanceof Problem ? signal.reason : undefined
  if (error instanceof Problem) return error
  // The database knows the object and the store does not: that is loss, not absence.
  const isLost = error instanceof ObjectStoreError && error.kind === 'missing'
  return new Problem(isLost ? 'damaged_recording' : 'unavailable', { cause: error })
}
