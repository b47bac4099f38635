import { appendAudit } from '../audit/append.ts'
import type { AudioWorkKind } from '../db/audio-schema.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { DAY } from '../kernel/units.ts'
import type { RenditionName } from '../storage/keys.ts'
import type { Logger } from '../telemetry/logger.ts'
import { withAudioTurn } from './audio-turn-queries.ts'
import { queueWork } from './audio-work-queries.ts'
import type { CheckStored, Pace, Verdict } from './integrity-check.ts'
import { type DamageKind, forgetDamage, noteDamage } from './integrity-queries.ts'
import { forgetRendition, lockAgain, markChecked, readAgain, type StoredFile } from './scrub-queries.ts'

export interface ScrubOnePorts {
  readonly db: Database
  readonly clock: Clock
  readonly logger: Logger
  readonly checkStored: CheckStored
  /** Days after its end from which the store may have removed a recording by its own lifecycle rules. */
  readonly lifecycleMarginDays: number
}

export type ScrubOutcome =
  | { readonly kind: 'right' }
  /** The original is damaged: a loss, which is on record now. `isNew`: nobody knew. */
  | { readonly kind: 'lost'; readonly damage: DamageKind; readonly isNew: boolean }
  /** Something that was made of the original is damaged; it is made again. */
  | { readonly kind: 'remade'; readonly damage: DamageKind }
  /** It was replaced, destroyed, or somebody is at it. */
  | { readonly kind: 'passed' }
  /** The store or the keyring gave no answer: nothing is known of the object. */
  | { readonly kind: 'unchecked'; readonly error: unknown }

export type ScrubOne = (rendition: StoredFile, signal: AbortSignal, pace?: Pace) => Promise<ScrubOutcome>

/**
 * Checks one stored object. What looks damaged is looked at a second time, in a turn in which nobody stores
 * or destroys anything of that recording, before it counts; then it is on record, or made again.
 */
export function makeScrubOne(ports: ScrubOnePorts): ScrubOne {
  return async function scrubOne(rendition, signal, pace) {
    const verdict = await ports.checkStored(rendition, signal, pace)
    if (verdict.kind === 'unreadable') return { kind: 'unchecked', error: verdict.error }
    if (verdict.kind === 'right') return settleRight(ports, rendition)
    const outcome = await withAudioTurn(ports.db, rendition.recordingId, (tx) =>
      lookAgain(ports, tx, rendition, signal),
    )
    if (outcome === 'busy') return { kind: 'passed' }
    // After the commit: what was rolled back is not said.
    tell(ports.logger, rendition, outcome)
    return outcome
  }
}

async function settleRight(ports: ScrubOnePorts, rendition: StoredFile): Promise<ScrubOutcome> {
  // The usual case is one statement.
  if (rendition.isLost) await ports.db.transaction().execute((tx) => restore(ports, tx, rendition))
  else await markChecked(ports.db, rendition, ports.clock.now())
  return { kind: 'right' }
}

async function restore({ clock }: ScrubOnePorts, tx: Tx, rendition: StoredFile): Promise<void> {
  const now = clock.now()
  const isSame = await markChecked(tx, rendition, now)
  if (isSame && (await forgetDamage(tx, rendition)))
    await appendAudit(tx, eventOf('recording.integrity_restored', rendition, now, {}))
}

async function lookAgain(
  ports: ScrubOnePorts,
  tx: Tx,
  rendition: StoredFile,
  signal: AbortSignal,
): Promise<ScrubOutcome> {
  const current = await readAgain(tx, rendition)
  if (!current) return { kind: 'passed' }
  const verdict = await ports.checkStored(current, signal)
  if (verdict.kind === 'unreadable') return { kind: 'unchecked', error: verdict.error }
  if (verdict.kind === 'right') {
    await restore(ports, tx, current)
    return { kind: 'right' }
  }
  // Destruction that began meanwhile is no damage; one that begins later finds what is written here.
  if (!(await lockAgain(tx, current))) return { kind: 'passed' }
  return settleDamage(ports, tx, current, verdict)
}

async function settleDamage(
  ports: ScrubOnePorts,
  tx: Tx,
  rendition: StoredFile,
  verdict: Extract<Verdict, { kind: DamageKind }>,
): Promise<ScrubOutcome> {
  const now = ports.clock.now()
  if (verdict.kind === 'missing' && mayHaveEnded(rendition, now, ports.lifecycleMarginDays))
    return { kind: 'passed' }
  if (rendition.name === 'original') {
    const isNew = await noteDamage(tx, rendition, verdict.kind, now)
    if (isNew) await appendAudit(tx, lossEvent(rendition, now, verdict))
    await markChecked(tx, rendition, null)
    return { kind: 'lost', damage: verdict.kind, isNew }
  }
  await forgetRendition(tx, rendition)
  for (const kind of [MADE_BY[rendition.name], 'tidy'] as const)
    await queueWork(tx, rendition.recordingId, kind, now)
  return { kind: 'remade', damage: verdict.kind }
}

/** Which work makes what. */
const MADE_BY: Record<Exclude<RenditionName, 'original'>, AudioWorkKind> = {
  playback: 'playback',
  waveform: 'playback',
  mix: 'channels',
  channel1: 'channels',
  channel2: 'channels',
  masked: 'masked',
  copy: 'copy',
}

/** Long after its end the store's own lifecycle may have been faster than the sweep; that is no loss. */
const mayHaveEnded = ({ dueAt }: StoredFile, now: Date, marginDays: number): boolean =>
  dueAt !== null && dueAt.getTime() + marginDays * DAY <= now.getTime()

function tell(logger: Logger, { recordingId, name }: StoredFile, outcome: ScrubOutcome): void {
  if (outcome.kind === 'lost' && outcome.isNew)
    logger.error('a recording is not what was stored', {
      ...{ alarm: 'recording_damaged', recordingId, rendition: name, damage: outcome.damage },
    })
  if (outcome.kind === 'remade')
    logger.warn('something made of a recording is not what was stored; it is made again', {
      ...{ recordingId, rendition: name, damage: outcome.damage },
    })
}

const lossEvent = (rendition: StoredFile, at: Date, verdict: Verdict) =>
  eventOf('recording.integrity_lost', rendition, at, {
    damage: verdict.kind,
    lastRightAt: rendition.checkedAt?.toISOString() ?? null,
    ...('why' in verdict ? { why: verdict.why } : {}),
  })

const eventOf = (
  type: string,
  { recordingId, name }: StoredFile,
  at: Date,
  detail: Readonly<Record<string, unknown>>,
) => ({
  ...({ type, action: 'U', outcome: 'ok', at, actor: null, recordingId } as const),
  detail: { rendition: name, ...detail },
})
