import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { isId } from '../kernel/ids.ts'
import type { RenditionName } from '../storage/keys.ts'
import { queueWork } from './audio-work-queries.ts'
import { lockKept } from './hold-target.ts'
import { dropRenditions } from './rendition-drop-queries.ts'
import { type CallSpans, sameSpans, spansOf, type WantedSpans } from './span-list.ts'
import { callOfSpans, findSpans, replaceSpans } from './span-queries.ts'

export interface SpanPorts {
  readonly db: Database
  readonly clock: Clock
}

/**
 * Parts of a call that are not to be heard in what is made of it: beeps in the masked rendition, cuts in the
 * copy for the member. The original keeps them. For a privacy officer of the entity; both throw Problem:
 * `forbidden`, `not_found`, `deletion_in_progress`, `destroyed`.
 */
export function makeSpans(ports: SpanPorts) {
  return {
    listSpans: (actor: Actor, id: string): Promise<CallSpans> =>
      inTransaction(ports, { type: 'recording.spans_viewed', action: 'R', actor, id }, async (tx, act) => {
        const spans = await findSpans(tx, act.recordingId)
        await appendAudit(tx, eventOf(act))
        return spans
      }),

    /**
     * Replaces the lists. What was made with the old ones is not heard any more once it resolves, and is made
     * anew. Throws Problem('invalid_spans') too, naming the field.
     */
    replaceSpans: (actor: Actor, id: string, wanted: WantedSpans): Promise<CallSpans> =>
      inTransaction(ports, { type: 'recording.spans_replaced', action: 'U', actor, id }, async (tx, act) => {
        const spans = spansOf(wanted, await callOfSpans(tx, act.recordingId))
        const stale = staleAfter(await findSpans(tx, act.recordingId), spans)
        if (stale.length === 0) return spans
        await replaceSpans(tx, act.recordingId, spans)
        await makeAnew(tx, act, stale)
        const { beeps, cuts } = spans
        await appendAudit(tx, eventOf(act, { beeps: beeps.length, cuts: cuts.length, madeAnew: stale }))
        return spans
      }),
  }
}

export type Spans = ReturnType<typeof makeSpans>

type RecordingAct = Act & { readonly recordingId: string }

async function inTransaction<T>(
  { db, clock }: SpanPorts,
  { id, ...doing }: Pick<Act, 'type' | 'action' | 'actor'> & { readonly id: string },
  run: (tx: Tx, act: RecordingAct) => Promise<T>,
): Promise<T> {
  const at = clock.now()
  const act: Act = { ...doing, at, ...(isId(id) ? { recordingId: id } : {}) }
  return withRefusalsOnRecord(db, act, async () => {
    requireRole(act.actor, at, 'privacy_officer')
    return db.transaction().execute(async (tx) => {
      const recordingId = await lockKept(tx, id, act.actor.entities)
      return run(tx, { ...act, recordingId })
    })
  })
}

type Stale = Extract<RenditionName, 'masked' | 'copy'>

const staleAfter = (before: CallSpans, after: CallSpans): Stale[] => [
  ...(sameSpans(before.beeps, after.beeps) ? [] : (['masked'] as const)),
  ...(sameSpans(before.cuts, after.cuts) ? [] : (['copy'] as const)),
]

/** Whether there is still something to make is for the work itself to find out. */
async function makeAnew(tx: Tx, { recordingId, at }: RecordingAct, names: readonly Stale[]): Promise<void> {
  const dropped = await dropRenditions(tx, [recordingId], names)
  for (const name of names) await queueWork(tx, recordingId, name, at)
  if (dropped.length > 0) await queueWork(tx, recordingId, 'tidy', at)
}
