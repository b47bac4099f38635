import { type AuditActor, type AuditEvent, appendAudit } from '../audit/append.ts'
import type { Tx } from '../db/database.ts'
import type { OnReceived } from '../recordings/model.ts'
import type { BusinessEvent } from './events.ts'
import {
  type ConcernedRecording,
  changeTags,
  keysOfRecording,
  lockConcerned,
  standingEvents,
  type TagChange,
  takeTurns,
  turnOf,
} from './events-queries.ts'
import { type Redated, type RulesInUse, redate } from './events-redate.ts'
import { recomputeEnds } from './recompute.ts'

export interface Applied {
  /** Recordings that have new dates. */
  readonly changed: readonly string[]
  /** Recordings for which the events came too late: the purpose had ended, or destruction had begun. */
  readonly late: readonly string[]
  /** Recordings with a purpose whose rule nobody knows any more. */
  readonly unknown: readonly string[]
}

/** Statements with more would take their parameters from the memory that others need. */
const BATCH = 1000

export interface Occasion {
  readonly now: Date
  /** Who caused it; null: the service itself. */
  readonly actor: AuditActor | null
  readonly cause?: 'event' | 'rectification'
  /** What the events make of a tag; by default only what they change themselves. */
  readonly decide?: typeof redate
}

/** Brings the tags and dates of some recordings in step with all events about them, and audits each change. */
export async function applyEvents(
  tx: Tx,
  ids: readonly string[],
  rules: RulesInUse,
  occasion: Occasion,
): Promise<Applied> {
  const { now } = occasion
  const results = ids.length === 0 ? [] : await redateAll(tx, await lockConcerned(tx, ids), rules, occasion)
  const changes = results.flatMap(({ result }) => (result.kind === 'changed' ? [result.change] : []))
  await inBatches(changes, (batch) => changeTags(tx, batch))
  const changed = [...new Set(changes.map(({ recordingId }) => recordingId))]
  await recomputeEnds(tx, changed, now)
  await inBatches(changes, (batch) =>
    appendAudit(tx, ...batch.map((change) => changeEvent(change, occasion))),
  )
  const idsOf = (kind: Redated['kind']) => [
    ...new Set(results.flatMap(({ id, result }) => (result.kind === kind ? [id] : []))),
  ]
  return { changed, late: idsOf('over'), unknown: idsOf('unknown_rule') }
}

async function redateAll(
  tx: Tx,
  recordings: readonly ConcernedRecording[],
  rules: RulesInUse,
  { now, decide = redate }: Occasion,
) {
  const byRef = Map.groupBy(await standingEvents(tx, recordings.flatMap(refsOf)), ({ ref }) => ref)
  return recordings.flatMap((recording) => {
    const events = refsOf(recording).flatMap((ref): BusinessEvent[] => byRef.get(ref) ?? [])
    return recording.tags.map((tag) => {
      const result = decide(recording, tag, events, rules, now)
      // Nothing can be changed any more: whatever the events say comes too late.
      const isLate = recording.status === 'destroying' && result.kind === 'changed'
      return { id: recording.id, result: isLate ? ({ kind: 'over' } as const) : result }
    })
  })
}

/** Every number that events about this recording could be about. */
const refsOf = ({ links, tags }: ConcernedRecording): string[] => [
  ...new Set([
    ...Object.values(links).flatMap((ref) => ref ?? []),
    ...tags.flatMap(({ awaits }) => awaits.flatMap(({ ref }) => ref ?? [])),
  ]),
]

async function inBatches<T>(items: readonly T[], act: (batch: readonly T[]) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += BATCH) await act(items.slice(start, start + BATCH))
}

const changeEvent = (change: TagChange, { now: at, actor, cause = 'event' }: Occasion): AuditEvent => ({
  type: 'recording.retention_changed',
  action: 'U',
  outcome: 'ok',
  at,
  actor,
  recordingId: change.recordingId,
  purpose: change.purpose,
  detail: {
    cause,
    rule: `${change.ruleId}@${change.ruleVersion}`,
    triggerDate: change.triggerDate,
    retainUntil: change.retainUntil,
  },
})

/** Applies to a new recording what was reported before it arrived. */
export const makeApplyKnownEvents =
  (rules: (now: Date) => RulesInUse): OnReceived =>
  async (tx, { id, now }) => {
    const keys = await keysOfRecording(tx, id)
    if (keys.length === 0) return false
    await takeTurns(tx, keys.map(turnOf), 'arrival')
    const { changed } = await applyEvents(tx, [id], rules(now), { now, actor: null })
    return changed.length > 0
  }
