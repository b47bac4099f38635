import type { Actor } from '../access/actor.ts'
import type { RecordingJson } from '../recordings/present.ts'
import { type StateChange, stateChange } from './change-states.ts'
import { changePurpose, type PurposeAddress, type PurposePorts } from './purpose-change.ts'
import { type Reason, stateWhenRemoved } from './purpose-decisions.ts'

export interface RemovePurpose extends PurposeAddress {
  readonly because: Reason
}

/**
 * Ends a purpose before its time; the recording may be due the moment after. Doing it again changes
 * nothing. Throws Problem: `not_found`, `forbidden`, and those of `stateWhenRemoved`.
 */
export function makeRemovePurpose(ports: PurposePorts) {
  return async function removePurpose(actor: Actor, request: RemovePurpose): Promise<RecordingJson> {
    return changePurpose(ports, actor, removal(ports, request))
  }
}

/** The end of a purpose before its time, as a change of its recording. */
export function removal(ports: Pick<PurposePorts, 'rules'>, request: RemovePurpose): StateChange {
  const { because, ...address } = request
  return stateChange({
    type: 'recording.purpose_removed',
    address,
    detail: { because },
    stateOf({ tags }, now) {
      const tag = tags.find(({ purpose }) => purpose === address.purpose)
      const rule = tag && ports.rules(now).find(tag.ruleId, tag.ruleVersion)
      return stateWhenRemoved(tag, because, rule, now)
    },
  })
}
