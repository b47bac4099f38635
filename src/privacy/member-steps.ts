import { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { eraseDelivered } from './deliver-request.ts'
import type { RequestPorts } from './file-request.ts'
import { actOnRequest } from './request-act.ts'
import { updateRequest } from './request-queries.ts'
import { type RequestJson, words } from './request-schema.ts'

export const ViewSchema = z.strictObject({ text: words(4000) }).meta({ id: 'MemberView' })

/** The member's own view of an automated decision (Art. 22(3) GDPR). Throws Problem as `actOnRequest` does. */
export const makeAddView =
  (ports: RequestPorts) =>
  (actor: Actor, id: string, { text }: z.output<typeof ViewSchema>): Promise<RequestJson> =>
    actOnRequest(
      ports,
      actor,
      id,
      { type: 'privacy_request.view_added', step: 'add_view' },
      async ({ row }) => ({
        row,
        step: { type: 'view_added', detail: { text } },
      }),
    )

/** The member says that the address of the other controller is right; nothing is sent before. Throws Problem as `actOnRequest` does. */
export const makeConfirmAddress =
  (ports: RequestPorts) =>
  (actor: Actor, id: string): Promise<RequestJson> =>
    actOnRequest(
      ports,
      actor,
      id,
      { type: 'privacy_request.address_confirmed', step: 'confirm_address' },
      async ({ tx, row, at }) => ({
        row: await updateRequest(tx, row.id, { transfer_confirmed_at: at }),
        step: { type: 'address_confirmed' },
      }),
    )

/** The member has what was delivered; what was to be erased afterwards is erased now. Throws Problem as `actOnRequest` does. */
export const makeConfirmDownload =
  (ports: RequestPorts) =>
  (actor: Actor, id: string): Promise<RequestJson> =>
    actOnRequest(
      ports,
      actor,
      id,
      { type: 'privacy_request.download_confirmed', step: 'confirm_download' },
      async ({ tx, row, at }) => {
        const confirmed = await updateRequest(tx, row.id, { download_confirmed_at: at })
        await eraseDelivered({ tx, rules: ports.rules, actor, at }, confirmed)
        return { row: confirmed, step: { type: 'download_confirmed' } }
      },
    )
