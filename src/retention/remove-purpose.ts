import type { Actor } from '../access/actor.ts'
import type { RecordingJson } from '../recordings/present.ts'
import { type Change, changePurpose, type PurposeAddress, type PurposePorts } from './purpose-change.ts'
import { type Reason, stateWhenRemoved } from './purpose-decisions.ts'
import { setState } from './purpose-queries.ts'

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
export function removal(ports: Pick<PurposePorts, 'rules'>, request: RemovePurpose): Change {
  const { because, ...address } = request
  return {
    type: 'recording.purpose_removed',
    address,
    detail: { because },
    async act(tx, { id, tags }, now) {
      const tag = tags.find(({ purpose }) => purpose === address.purpose)
      const rule = tag && ports.rules(now).find(tag.ruleId, tag.ruleVersion)
      const state = stateWhenRemoved(tag, because, rule, now)
      if (state === undefined) return false
      await setState(tx, { id, purpose: address.purpose }, state)
      return true
    },
  }
}
