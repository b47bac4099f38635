import { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import type { RequestPorts } from './file-request.ts'
import { actOnRequest } from './request-act.ts'
import { EXTENSION_REASONS } from './request-model.ts'
import { tellMember } from './request-notices.ts'
import { updateRequest } from './request-queries.ts'
import { type RequestJson, words } from './request-schema.ts'

export const ExtensionSchema = z
  .strictObject({
    reason: z.enum(EXTENSION_REASONS),
    text: words(2000).meta({ description: 'What the member reads, in plain Dutch' }),
  })
  .meta({ id: 'PrivacyRequestExtension' })

/**
 * Adds two months, counted from the receipt, and tells the member so in the same transaction: within the first month,
 * because a later notice is none (Art. 12(3) GDPR). Throws Problem as `actOnRequest` does: `period_over` after the
 * first last day, `not_open` when it was extended before.
 */
export const makeExtendRequest =
  (ports: RequestPorts) =>
  (actor: Actor, id: string, { reason, text }: z.output<typeof ExtensionSchema>): Promise<RequestJson> =>
    actOnRequest(
      ports,
      actor,
      id,
      { type: 'privacy_request.extended', step: 'extend' },
      async ({ tx, row, at }) => {
        const deadline = row.extended_due_date
        await tellMember(tx, row, { kind: 'request_extended', at, facts: { deadline } })
        return {
          row: await updateRequest(tx, row.id, {
            ...{ extended_at: at, extended_by: actor.sub, extension_reason: reason, deadline },
          }),
          step: { type: 'extended', detail: { reason, text } },
          audit: { reason, deadline },
        }
      },
    )
