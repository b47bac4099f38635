import { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { Problem } from '../kernel/problem.ts'
import { hadCopyBefore } from './answer-queries.ts'
import type { RequestPorts } from './file-request.ts'
import { actOnRequest } from './request-act.ts'
import { FEE_GROUNDS } from './request-model.ts'
import { tellMember } from './request-notices.ts'
import { updateRequest } from './request-queries.ts'
import { type RequestJson, words } from './request-schema.ts'

/** Reasonable means what it costs us (Art. 12(5) GDPR); more than this is a mistake in the amount. */
const MOST_CENTS = 10_000

export const FeeSchema = z
  .strictObject({
    cents: z.int().min(1).max(MOST_CENTS).meta({ description: 'In euro cents, no more than what it costs' }),
    ground: z.enum(FEE_GROUNDS),
    note: words(2000).meta({ description: 'Why the ground is there, which is for us to show' }),
  })
  .meta({ id: 'PrivacyRequestFee' })

/**
 * A fee is nothing unless an officer records a lawful ground for this one request; how often somebody asks is none.
 * It stops no clock. Throws Problem as `actOnRequest` does, and `invalid_privacy_request` for a further copy of
 * which there was no first.
 */
export const makeRecordFee =
  (ports: RequestPorts) =>
  (actor: Actor, id: string, { cents, ground, note }: z.output<typeof FeeSchema>): Promise<RequestJson> =>
    actOnRequest(
      ports,
      actor,
      id,
      { type: 'privacy_request.fee_recorded', step: 'record_fee' },
      async ({ tx, row, at }) => {
        if (ground === 'further_copy' && !(await hadCopyBefore(tx, row)))
          throw new Problem('invalid_privacy_request', {
            errors: [{ field: 'ground', message: 'the member has had no copy before: the first is free' }],
          })
        await tellMember(tx, row, { kind: 'request_fee', at, cause: at.toISOString() })
        return {
          row: await updateRequest(tx, row.id, {
            ...{ fee_cents: cents, fee_ground: ground, fee_note: note, fee_by: actor.sub, fee_at: at },
          }),
          step: { type: 'fee_recorded', detail: { cents, ground, note } },
          audit: { cents, ground },
        }
      },
    )

/** The member accepts the fee. Throws Problem as `actOnRequest` does. */
export const makeAcceptFee =
  (ports: RequestPorts) =>
  (actor: Actor, id: string): Promise<RequestJson> =>
    actOnRequest(
      ports,
      actor,
      id,
      { type: 'privacy_request.fee_accepted', step: 'accept_fee' },
      async ({ tx, row, at }) => ({
        row: await updateRequest(tx, row.id, { fee_accepted_at: at }),
        step: { type: 'fee_accepted' },
      }),
    )
