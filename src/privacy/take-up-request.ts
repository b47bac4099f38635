import type { Actor } from '../access/actor.ts'
import type { RequestPorts } from './file-request.ts'
import { actOnRequest } from './request-act.ts'
import { updateRequest } from './request-queries.ts'
import type { RequestJson } from './request-schema.ts'

/** An officer takes a request up, so that the others know. Throws Problem as `actOnRequest` does. */
export const makeTakeUpRequest =
  (ports: RequestPorts) =>
  (actor: Actor, id: string): Promise<RequestJson> =>
    actOnRequest(ports, actor, id, { type: 'privacy_request.taken_up', step: 'take_up' }, async (turn) => ({
      row: await updateRequest(turn.tx, turn.row.id, { taken_up_by: actor.sub, taken_up_at: turn.at }),
      step: { type: 'taken_up' },
    }))
