import { z } from 'zod'
import { type Actor, isPerson } from '../access/actor.ts'
import { requireStepUp } from '../access/step-up.ts'
import type { Tx } from '../db/database.ts'
import { Problem } from '../kernel/problem.ts'
import { lockItemsIn, UNDECIDED, updateMixed } from './answer-queries.ts'
import { letGo } from './carry-out.ts'
import type { RequestPorts } from './file-request.ts'
import { actOnRequest, type Turn } from './request-act.ts'
import { tellMember } from './request-notices.ts'
import { type ItemRow, insertStep, type RequestRow } from './request-queries.ts'
import { type RequestJson, words } from './request-schema.ts'

export const ApprovalSchema = z
  .strictObject({
    approve: z.boolean(),
    note: words(2000).meta({ description: 'Why; for the officers only' }),
  })
  .meta({ id: 'RefusalApproval' })

/**
 * A second person agrees with the proposed refusals of a request, or does not; then the questions are open again.
 * Throws Problem as `actOnRequest` does; `human_required`, `second_person_required`, `step_up_required`.
 */
export const makeApproveRefusal =
  (ports: RequestPorts) =>
  (actor: Actor, id: string, { approve, note }: z.output<typeof ApprovalSchema>): Promise<RequestJson> =>
    actOnRequest(
      ports,
      actor,
      id,
      {
        type: approve ? 'privacy_request.refusal_approved' : 'privacy_request.refusal_declined',
        step: 'approve',
      },
      async (turn) => {
        if (!isPerson(actor)) throw new Problem('human_required')
        requireStepUp(actor, turn.at)
        const items = await lockItemsIn(turn.tx, turn.row.id, ['proposed'])
        if (items.some(({ decided_by }) => decided_by === actor.sub))
          throw new Problem('second_person_required')
        await (approve ? refuse(ports, turn, items) : reopen(turn, items))
        return {
          row: turn.row,
          step: { type: approve ? 'proposal_approved' : 'proposal_declined', detail: { note } },
          audit: { items: items.length },
        }
      },
    )

async function refuse(ports: RequestPorts, turn: Turn, items: readonly ItemRow[]): Promise<void> {
  const { tx, row, actor, at } = turn
  await updateMixed(tx, items, { state: 'refused', approved_by: actor.sub, approved_at: at })
  await letGo({ tx, rules: ports.rules, actor, at }, items, false)
  await announce(tx, row, items, at)
}

async function reopen({ tx }: Turn, items: readonly ItemRow[]): Promise<void> {
  await updateMixed(tx, items, UNDECIDED)
}

/** For the member the refusal begins here, with its text. */
async function announce(tx: Tx, row: RequestRow, items: readonly ItemRow[], at: Date): Promise<void> {
  await tellMember(tx, row, { kind: 'request_decided', at, cause: at.toISOString() })
  const texts = new Map(items.map(({ type, answer }) => [`${type} ${answer}`, { type, text: answer }]))
  const decisions = [...texts.values()].map((one) => ({ ...one, outcome: 'refused' }))
  await insertStep(tx, row.id, { type: 'decided', actor: null, at, detail: { decisions } })
}
