import { type Act, eventOf, isEngaged, withRefusalsOnRecord } from '../access/act.ts'
import { type Actor, hasRole } from '../access/actor.ts'
import { scopeOf } from '../access/policy.ts'
import { appendAudit } from '../audit/append.ts'
import type { Tx } from '../db/database.ts'
import { idToLookUp, isId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { joinHolds } from '../recordings/hold-join.ts'
import { notifyRecipients } from '../recordings/notify-recipients.ts'
import type { RecordingJson } from '../recordings/present.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Link } from './events.ts'
import { applyEvents } from './events-apply.ts'
import { takeTurns, turnOf } from './events-queries.ts'
import type { RulesInUse } from './events-redate.ts'
import { type PurposePorts, showChanged } from './purpose-change.ts'
import { linksInScope } from './purpose-queries.ts'
import { recomputeEnds } from './recompute.ts'
import { type Corrected, type Correction, correct, linkedAs, oldValueOf } from './rectification.ts'
import { redateCorrected } from './rectify-dates.ts'
import {
  endPlaybacksOfMember,
  insertOldValues,
  lockRectifiable,
  type Rectifiable,
  wasHeardByMember,
  writeCorrected,
  writeLinked,
} from './rectify-queries.ts'
import { honourTrainingChoice } from './training-choice.ts'

export interface RectifyPorts extends PurposePorts {
  readonly logger: Logger
}

/**
 * Corrects what a recording says of its call (Art. 16 GDPR), also while it is held, restricted or out of use,
 * and answers with the recording. Its purposes and dates are then those of a recording that was delivered so,
 * as far as they have not ended; nothing is destroyed here. A member who is no longer the one of the call
 * loses it at once. The audit names the fields; what they said is kept beside it as long as the recording.
 * Throws Problem: `not_found`, `forbidden`, `invalid_metadata`, `no_rule`.
 */
export function makeRectify(ports: RectifyPorts) {
  return async function rectify(actor: Actor, id: string, correction: Correction): Promise<RecordingJson> {
    const { db, clock, logger } = ports
    const at = clock.now()
    const recordingId = idToLookUp(id)
    const act: Act = {
      ...{ type: 'recording.rectified', action: 'U', actor, at },
      ...(isId(id) ? { recordingId } : {}),
    }
    const isBreach = await withRefusalsOnRecord(db, act, () =>
      db.transaction().execute((tx) => rectifyIn(tx, ports, { ...act, recordingId }, correction)),
    )
    if (isBreach) alarm(logger, recordingId)
    return showChanged(db, actor, recordingId, at)
  }
}

/** The same in the caller's transaction; resolves to whether somebody may have heard what was not theirs. */
export async function rectifyIn(
  tx: Tx,
  ports: Pick<RectifyPorts, 'rules'>,
  act: Act & { readonly recordingId: string },
  correction: Correction,
): Promise<boolean> {
  const { actor, at, recordingId } = act
  if (!isEngaged(actor, at)) throw new Problem('forbidden')
  await takeTurnsAsArrival(tx, actor, recordingId, correction)
  const recording = await lockRectifiable(tx, recordingId, scopeOf(actor))
  if (!recording) throw new Problem('not_found')
  if (!hasRole(actor, 'privacy_officer')) throw new Problem('forbidden')
  const rules = ports.rules(at)
  const corrected = correct(recording.facts, correction, rules.current, at)
  return apply(tx, { recordingId, recording, corrected, rules, act })
}

/** To be said once the correction stands: the wrong member may have to be told of a breach. */
export const alarm = (logger: Logger, recordingId: string): void => {
  logger.error('a member heard a recording that was not theirs', {
    alarm: 'heard_by_wrong_member',
    recordingId,
  })
}

interface Rectification {
  readonly recordingId: string
  readonly recording: Rectifiable
  readonly corrected: Corrected
  readonly rules: RulesInUse
  readonly act: Act
}

/** Resolves to whether somebody may have heard what was not theirs. */
async function apply(tx: Tx, rectification: Rectification): Promise<boolean> {
  const { recordingId, recording, corrected, act } = rectification
  const { fields, after } = corrected
  if (fields.length === 0) return false
  await writeCorrected(tx, recordingId, after)
  const isMoved = fields.includes('memberRef')
  const isLinked = isMoved && (await link(tx, rectification))
  if (corrected.redates) await redate(tx, rectification)
  if (corrected.redates || isLinked) await recomputeEnds(tx, [recordingId], act.at)
  // What its member chose counts for this call too.
  if (isMoved)
    await honourTrainingChoice(tx, recordingId, { rules: rectification.rules, now: act.at, actor: null })
  // It may now be what an open hold was placed for; one that it is under goes on.
  await joinHolds(tx, { id: recordingId, now: act.at })
  const isBreach = isMoved && recording.facts.memberRef !== null && (await wasHeardByMember(tx, recordingId))
  const old = fields.map((field) => oldValueOf(recording.facts, field))
  await insertOldValues(tx, recordingId, old, act.at)
  const commitments = Object.fromEntries(old.map(({ field, commitment }) => [field, commitment]))
  await appendAudit(
    tx,
    eventOf(act, { fields, old: commitments, ...(isBreach ? { heardBefore: true } : {}) }),
  )
  await notifyRecipients(tx, recordingId, 'rectified', act.at)
  return isBreach
}

/** Resolves to whether the date by which a member has to be found came or went. */
async function link(
  tx: Tx,
  { recordingId, recording, corrected, rules, act }: Rectification,
): Promise<boolean> {
  await endPlaybacksOfMember(tx, recordingId)
  const { status, audio } = recording
  const linked = linkedAs(status, corrected.after.memberRef, audio, rules.current.unlinkedFor, act.at)
  if (linked) await writeLinked(tx, recordingId, linked)
  return linked !== undefined
}

async function redate(tx: Tx, { recordingId, rules, act }: Rectification): Promise<void> {
  const { unknown } = await applyEvents(tx, [recordingId], rules, {
    ...{ now: act.at, actor: act.actor, cause: 'rectification', decide: redateCorrected },
  })
  if (unknown.length > 0) throw new Problem('no_rule')
}

/** Before the recording is locked, because events take their turn first and lock recordings afterwards. */
async function takeTurnsAsArrival(
  tx: Tx,
  actor: Actor,
  id: string,
  { links: named }: Correction,
): Promise<void> {
  const links = [
    ...Object.entries(await linksInScope(tx, id, scopeOf(actor))),
    ...Object.entries(named ?? {}),
  ]
  const turns = links.flatMap(([link, ref]) => (ref ? [turnOf({ link: link as Link, ref })] : []))
  await takeTurns(tx, turns, 'arrival')
}
