import type { Actor } from '../access/actor.ts'
import { lockItemsIn, updateMixed } from './answer-queries.ts'
import { letGo } from './carry-out.ts'
import type { RequestPorts } from './file-request.ts'
import { actOnRequest } from './request-act.ts'
import { tellMember } from './request-notices.ts'
import { updateRequest } from './request-queries.ts'
import type { RequestJson } from './request-schema.ts'

/**
 * The member takes a request back, or whoever filed it for them does so when they say so. What was carried out stays;
 * everything else ends, and so do its locks. Throws Problem as `actOnRequest` does.
 */
export const makeWithdrawRequest =
  (ports: RequestPorts) =>
  (actor: Actor, id: string): Promise<RequestJson> =>
    actOnRequest(
      ports,
      actor,
      id,
      { type: 'privacy_request.withdrawn', step: 'withdraw' },
      async ({ tx, row, at }) => {
        const items = await lockItemsIn(tx, row.id, ['open', 'proposed', 'granted', 'partial'])
        const unfinished = items.filter(({ executed_at }) => executed_at === null)
        await updateMixed(tx, unfinished, { state: 'withdrawn' })
        await letGo({ tx, rules: ports.rules, actor, at }, unfinished, false)
        await tellMember(tx, row, { kind: 'request_withdrawn', at })
        return {
          row: await updateRequest(tx, row.id, { state: 'withdrawn' }),
          step: { type: 'withdrawn' },
          audit: { items: unfinished.length },
        }
      },
    )
