import type { Actor } from '../access/actor.ts'
import type { TagState } from '../db/schema.ts'
import type { RecordingJson } from '../recordings/present.ts'
import { TRAINING } from '../recordings/training-use.ts'
import {
  type Change,
  changePurpose,
  isOfMember,
  type PurposeAddress,
  type PurposePorts,
} from './purpose-change.ts'
import { stateWhenObjected, stateWhenRefused, stateWhenResumed } from './purpose-decisions.ts'
import { type HeldPurpose, type PurposeSubject, setState } from './purpose-queries.ts'

/**
 * Objects to a purpose. What a privacy officer files is suspended at once while it is considered (Art. 18(1)(d)
 * GDPR): nobody uses the recording for it, and the bytes stay. Against training of their own call a member
 * objects alone: that is a choice we offer, so nothing is weighed and it ends at once and for good. Throws
 * Problem: `not_found`, `forbidden`, `right_not_available`, `purpose_over`, `statutory_minimum`.
 */
export function makeObjectToPurpose(ports: PurposePorts) {
  return async function objectToPurpose(actor: Actor, address: PurposeAddress): Promise<RecordingJson> {
    return changePurpose(ports, actor, {
      type: 'recording.purpose_objected',
      address,
      membersOwn: [TRAINING],
      async act(tx, recording, now) {
        const tag = tagOf(recording, address)
        const rule = tag && ports.rules(now).find(tag.ruleId, tag.ruleVersion)
        const isChoice = isOfMember(actor, recording) && address.purpose === TRAINING
        const state = isChoice ? stateWhenRefused(tag, rule, now) : stateWhenObjected(tag, now)
        return become(tx, recording, address, state)
      },
    })
  }
}

/** Ends the suspension of a purpose whose objection was not upheld. Throws Problem: `not_found`, `forbidden`. */
export function makeResumePurpose(ports: PurposePorts) {
  return async function resumePurpose(actor: Actor, address: PurposeAddress): Promise<RecordingJson> {
    return changePurpose(ports, actor, resumption(address))
  }
}

/** The suspension of a purpose while an objection to it is considered, as a change of its recording. */
export const suspension = (address: PurposeAddress): Change => ({
  type: 'recording.purpose_objected',
  address,
  act: (tx, recording, now) =>
    become(tx, recording, address, stateWhenObjected(tagOf(recording, address), now)),
})

/** The end of that suspension. */
export const resumption = (address: PurposeAddress): Change => ({
  type: 'recording.purpose_resumed',
  address,
  act: (tx, recording, now) =>
    become(tx, recording, address, stateWhenResumed(tagOf(recording, address), now)),
})

const tagOf = ({ tags }: PurposeSubject, { purpose }: PurposeAddress): HeldPurpose | undefined =>
  tags.find((tag) => tag.purpose === purpose)

/** Resolves to whether there was anything to change. */
async function become(
  tx: Parameters<typeof setState>[0],
  { id }: PurposeSubject,
  { purpose }: PurposeAddress,
  state: TagState | undefined,
): Promise<boolean> {
  if (state === undefined) return false
  await setState(tx, { id, purpose }, state)
  return true
}
