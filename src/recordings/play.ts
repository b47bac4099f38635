import type { Readable } from 'node:stream'
import type { AuditEvent } from '../audit/append.ts'
import type { AuditTrail } from '../audit/trail.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { readPieces } from '../kernel/read-pieces.ts'
import { KIB } from '../kernel/units.ts'
import type { SpanDecryption } from '../storage/age/index.ts'
import { type ByteSpan, type ObjectStore, ObjectStoreError } from '../storage/object-store.ts'
import { currentRequestId } from '../telemetry/request-id.ts'
import { type Admission, eventTypeOf, type Grant, groundOf } from './admit.ts'
import type { Unlock } from './unlock.ts'
import { makeWatch, type Watch } from './watch.ts'

export interface PlayPorts {
  readonly store: Pick<ObjectStore, 'open'>
  readonly unlock: Unlock
  readonly admission: Pick<Admission, 'stillHolds'>
  readonly trail: AuditTrail
  readonly clock: Clock
}

/** Where the audio goes. */
export interface Listener {
  /** Takes verified pieces; a promise means that the listener is behind. Throws when the listener left. */
  send(pieces: readonly Buffer[]): Promise<void> | undefined
  /** Resolves when all of it was handed over. */
  end(): Promise<void>
  /** Aborted by the listener's side when they leave, and by ours when they must stop. */
  readonly stop: AbortController
  isStillAuthenticated(): Promise<boolean>
}

/** Verified bytes that leave in one go: fewer system calls, and a short range leaves with its head. */
const SEND_BYTES = 128 * KIB

/** How a delivery ended, as the audit says it. */
type Ending = 'complete' | 'aborted' | 'revoked' | 'damaged_recording' | 'unavailable'

const OUTCOMES: Record<Ending, AuditEvent['outcome']> = {
  complete: 'ok',
  aborted: 'ok',
  revoked: 'denied',
  damaged_recording: 'error',
  unavailable: 'error',
}

/**
 * Sends a span of granted audio. The event that says so is durable before the first byte leaves; while
 * that commits, the store is already asked, and nothing is released before its integrity check held.
 * Resolves when all bytes are handed over or the listener left; rejects with Problem
 * `damaged_recording`, `unavailable` or `forbidden` (no longer allowed).
 */
export function makePlay({ store, unlock, admission, trail, clock }: PlayPorts) {
  return async function play(grant: Grant, span: ByteSpan, listener: Listener): Promise<void> {
    const { stop } = listener
    const describe = makeDescribe(grant, span)
    const watch = makeWatch({
      recorded: trail.append(
        describe({ type: eventTypeOf(grant.request.act), at: clock.now(), outcome: 'ok' }),
      ),
      holds: async () => (await listener.isStillAuthenticated()) && (await admission.stillHolds(grant)),
      stop,
    })
    let ending: Ending = 'complete'
    try {
      const payload = await unlock(grant.locked)
      const source = await store.open(grant.objectKey, payload.cipherSpan(span, grant.bytes), stop.signal)
      await deliver(source, payload.decryptSpan(span, grant.bytes), watch, listener)
    } catch (error) {
      const problem = problemOf(error, stop.signal)
      ending = endingOf(problem)
      if (problem) throw problem
    } finally {
      watch.close()
      const sent = watch.admittedBytes()
      const outcome = OUTCOMES[ending]
      trail.appendLater(
        describe({ type: 'recording.audio_delivered', at: clock.now(), outcome, code: ending }, { sent }),
      )
    }
  }
}

/**
 * Verifies, asks the watch, sends: nothing leaves that did not pass both. Ends at once when the signal is
 * aborted, whatever it waits for then.
 */
async function deliver(
  source: Readable,
  decryption: SpanDecryption,
  watch: Watch,
  listener: Listener,
): Promise<void> {
  const { signal } = listener.stop
  const cut = Promise.withResolvers<never>()
  const onAbort = (): void => {
    cut.reject(signal.reason)
    source.destroy()
  }
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  try {
    await Promise.race([sendAll(source, decryption, watch, listener), cut.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function sendAll(
  source: Readable,
  decryption: SpanDecryption,
  watch: Watch,
  listener: Listener,
): Promise<void> {
  let pieces: Buffer[] = []
  let bytes = 0
  let sending: Promise<void> | undefined

  function flush(): Promise<void> | undefined {
    const [sent, size] = [pieces, bytes]
    pieces = []
    bytes = 0
    const wait = watch.admit(size)
    if (wait === undefined) return listener.send(sent)
    return wait.then(() => {
      // While they waited the delivery may have been cut: then they must not leave any more.
      listener.stop.signal.throwIfAborted()
      return listener.send(sent)
    })
  }

  /** While one batch leaves the next one is read; the store waits only when that is full as well. */
  function sendNext(): Promise<void> | undefined {
    if (sending !== undefined) return sending.then(sendNext)
    sending = flush()?.then(() => {
      sending = undefined
    })
    // Whoever waits for it next hears of a failure.
    sending?.catch(() => {})
    return undefined
  }

  await readPieces(source, (sealed) => {
    for (const piece of decryption.push(sealed)) {
      pieces.push(piece)
      bytes += piece.length
    }
    return bytes < SEND_BYTES ? undefined : sendNext()
  })
  decryption.end()
  await sending
  if (bytes > 0) await flush()
  await listener.end()
}

export type Play = ReturnType<typeof makePlay>

/** Events of one delivery: `stream` ties its end to its beginning. Offsets and lengths are plain bytes. */
function makeDescribe(grant: Grant, span: ByteSpan) {
  const stream = newId()
  const requestId = currentRequestId() ?? null
  return (event: Pick<AuditEvent, 'type' | 'at' | 'outcome' | 'code'>, detail: object = {}): AuditEvent => ({
    ...event,
    action: grant.request.act === 'copy' ? 'E' : 'R',
    actor: grant.request.actor,
    recordingId: grant.recordingId,
    ...(grant.playbackId === null ? {} : { playbackId: grant.playbackId }),
    purpose: grant.intent.purpose ?? null,
    caseRef: grant.intent.caseRef ?? null,
    requestId,
    detail: {
      stream,
      rendition: grant.rendition,
      ...groundOf(grant),
      ...span,
      of: grant.bytes,
      ...detail,
    },
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

function endingOf(problem: Problem | undefined): Ending {
  if (!problem) return 'aborted'
  if (problem.code === 'forbidden') return 'revoked'
  return problem.code === 'damaged_recording' ? 'damaged_recording' : 'unavailable'
}
