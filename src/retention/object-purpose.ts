import type { Actor } from '../access/actor.ts'
import type { RecordingJson } from '../recordings/present.ts'
import { TRAINING } from '../recordings/training-use.ts'
import { type StateChange, stateChange } from './change-states.ts'
import { changePurpose, isOfMember, type PurposeAddress, type PurposePorts } from './purpose-change.ts'
import { stateWhenObjected, stateWhenRefused, stateWhenResumed } from './purpose-decisions.ts'
import type { HeldPurpose, PurposeSubject } from './purpose-queries.ts'

/**
 * Objects to a purpose. What a privacy officer files is suspended at once while it is considered (Art. 18(1)(d)
 * GDPR): nobody uses the recording for it, and the bytes stay. Against training of their own call a member
 * objects alone: that is a choice we offer, so nothing is weighed and it ends at once and for good. Throws
 * Problem: `not_found`, `forbidden`, `right_not_available`, `purpose_over`, `statutory_minimum`.
 */
export function makeObjectToPurpose(ports: PurposePorts) {
  return async function objectToPurpose(actor: Actor, address: PurposeAddress): Promise<RecordingJson> {
    const objection = stateChange({
      type: 'recording.purpose_objected',
      address,
      membersOwn: [TRAINING],
      stateOf(recording, now) {
        const tag = tagOf(recording, address)
        const rule = tag && ports.rules(now).find(tag.ruleId, tag.ruleVersion)
        const isChoice = isOfMember(actor, recording) && address.purpose === TRAINING
        return isChoice ? stateWhenRefused(tag, rule, now) : stateWhenObjected(tag, now)
      },
    })
    return changePurpose(ports, actor, objection)
  }
}

/** Ends the suspension of a purpose whose objection was not upheld. Throws Problem: `not_found`, `forbidden`. */
export function makeResumePurpose(ports: PurposePorts) {
  return async function resumePurpose(actor: Actor, address: PurposeAddress): Promise<RecordingJson> {
    return changePurpose(ports, actor, resumption(address))
  }
}

/** The suspension of a purpose while an objection to it is considered, as a change of its recording. */
export const suspension = (address: PurposeAddress): StateChange =>
  stateChange({
    type: 'recording.purpose_objected',
    address,
    stateOf: (recording, now) => stateWhenObjected(tagOf(recording, address), now),
  })

/** The end of that suspension. */
export const resumption = (address: PurposeAddress): StateChange =>
  stateChange({
    type: 'recording.purpose_resumed',
    address,
    stateOf: (recording, now) => stateWhenResumed(tagOf(recording, address), now),
  })

const tagOf = ({ tags }: PurposeSubject, { purpose }: PurposeAddress): HeldPurpose | undefined =>
  tags.find((tag) => tag.purpose === purpose)
