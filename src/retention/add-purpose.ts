import { type Actor, hasRole } from '../access/actor.ts'
import { scopeOf } from '../access/policy.ts'
import type { Tx } from '../db/database.ts'
import { Problem } from '../kernel/problem.ts'
import { isOver } from '../recordings/ends.ts'
import type { RecordingJson } from '../recordings/present.ts'
import { insertTags } from '../recordings/tag-queries.ts'
import { TRAINING } from '../recordings/training-use.ts'
import type { Link } from './events.ts'
import { applyEvents } from './events-apply.ts'
import { takeTurns, turnOf } from './events-queries.ts'
import { changePurpose, type PurposeAddress, type PurposePorts } from './purpose-change.ts'
import { tagToAdd } from './purpose-decisions.ts'
import { lastDayOf, linksInScope, type PurposeSubject } from './purpose-queries.ts'
import { isRefused } from './training-choice-queries.ts'

export interface AddPurpose extends PurposeAddress {
  /** Why the purpose is compatible with those for which the call was recorded (Art. 6(4) GDPR). */
  readonly compatibleUse?: string | undefined
}

/**
 * Adds a purpose to a recording that is in use, under the rules in force, and answers with the
 * recording. A privacy officer says why; a fraud analyst names the case. Throws Problem: `not_found`,
 * `forbidden`, `invalid_request` without the reason, and those of `tagToAdd`.
 */
export function makeAddPurpose(ports: PurposePorts) {
  return async function addPurpose(actor: Actor, request: AddPurpose): Promise<RecordingJson> {
    const { compatibleUse = null, ...address } = request
    return changePurpose(ports, actor, {
      type: 'recording.purpose_added',
      address,
      prepare: (tx, id) => takeTurnsAsArrival(tx, actor, id, address.caseRef),
      async act(tx, recording, now) {
        refuseWithoutReason(actor, request)
        await refuseAgainstChoice(tx, recording, address)
        const rules = ports.rules(now)
        const tag = tagToAdd(recording, address, rules.current, now)
        await insertTags(tx, recording.id, [tag], compatibleUse)
        await applyEvents(tx, [recording.id], rules, { now, actor })
        const lastDay = await lastDayOf(tx, recording.id, tag.purpose)
        if (lastDay !== null && isOver(lastDay, now)) throw new Problem('nothing_to_keep')
        return true
      },
    })
  }
}

function refuseWithoutReason(actor: Actor, { compatibleUse, caseRef }: AddPurpose): void {
  const isCase = hasRole(actor, 'fraud_analyst') && caseRef !== undefined
  if (compatibleUse === undefined && !isCase)
    throw new Problem('invalid_request', {
      errors: [
        { field: 'compatibleUse', message: 'says why this is compatible with why the call was recorded' },
      ],
    })
}

/** Looked up once the recording is locked: a choice made at the same moment finds the purpose, or is found here. */
async function refuseAgainstChoice(
  tx: Tx,
  { memberRef }: PurposeSubject,
  { purpose }: PurposeAddress,
): Promise<void> {
  if (purpose === TRAINING && memberRef !== null && (await isRefused(tx, memberRef, 'training')))
    throw new Problem('forbidden', {
      detail: 'The member does not want their calls to be used for training.',
    })
}

/** Before the recording is locked, because events take their turn first and lock recordings afterwards. */
async function takeTurnsAsArrival(
  tx: Tx,
  actor: Actor,
  id: string,
  caseRef: string | undefined,
): Promise<void> {
  const links = Object.entries(await linksInScope(tx, id, scopeOf(actor)))
  const keys = links.map(([link, ref]) => ({ link: link as Link, ref }))
  const ofCase = caseRef === undefined ? [] : [{ link: 'complaint' as const, ref: caseRef }]
  await takeTurns(tx, [...keys, ...ofCase].map(turnOf), 'arrival')
}
