import type { Actor } from '../access/actor.ts'
import type { TagState } from '../db/schema.ts'
import type { RecordingJson } from '../recordings/present.ts'
import { changePurpose, type PurposeAddress, type PurposePorts } from './purpose-change.ts'
import { stateWhenObjected, stateWhenResumed } from './purpose-decisions.ts'
import { type HeldPurpose, setState } from './purpose-queries.ts'

/**
 * Suspends a purpose at once while an objection to it is considered (Art. 18(1)(d) GDPR): nobody uses
 * the recording for it, and the bytes stay. Throws Problem: `not_found`, `forbidden`,
 * `right_not_available`, `purpose_over`.
 */
export const makeObjectToPurpose = (ports: PurposePorts) => changeState(ports, 'objected', stateWhenObjected)

/** Ends the suspension of a purpose whose objection was not upheld. Throws Problem: `not_found`, `forbidden`. */
export const makeResumePurpose = (ports: PurposePorts) => changeState(ports, 'resumed', stateWhenResumed)

const changeState = (
  ports: PurposePorts,
  name: 'objected' | 'resumed',
  decide: (tag: HeldPurpose | undefined, now: Date) => TagState | undefined,
) =>
  async function changeStateOfPurpose(actor: Actor, address: PurposeAddress): Promise<RecordingJson> {
    return changePurpose(ports, actor, {
      type: `recording.purpose_${name}`,
      address,
      async act(tx, { id, tags }, now) {
        const state = decide(
          tags.find(({ purpose }) => purpose === address.purpose),
          now,
        )
        if (state === undefined) return false
        await setState(tx, { id, purpose: address.purpose }, state)
        return true
      },
    })
  }
