import type { Endpoint } from '../http/endpoint.ts'
import type { Job } from '../jobs/schedule.ts'
import { HOUR, MINUTE } from '../kernel/units.ts'
import type { AudioEngine } from '../media/engine.ts'
import { makeAskDisclosure } from '../privacy/ask-disclosure.ts'
import { makeDeliverDisclosure } from '../privacy/deliver-disclosure.ts'
import { deliveryEndpoints } from '../privacy/delivery-routes.ts'
import { disclosureEndpoints } from '../privacy/disclosure-routes.ts'
import { makeDisclosures, makeReadDisclosures } from '../privacy/disclosures.ts'
import { makePushPackage } from '../privacy/push-package.ts'
import { supplierEndpoints } from '../privacy/supplier-routes.ts'
import { makeSuppliers } from '../privacy/suppliers.ts'
import { makeLookAfterDelays } from '../privacy/tell-members.ts'
import { makeRecipientNotices, makeTellRecipients } from '../privacy/tell-recipients.ts'
import { makeReadPlain } from '../recordings/read-plain.ts'
import { makeUnlock } from '../recordings/unlock.ts'
import type { Foundation } from './foundation.ts'
import type { Notices } from './notices.ts'

export interface Disclosing {
  readonly endpoints: readonly Endpoint[]
  readonly jobs: readonly Job[]
  /** Sends a member's package to the controller of their choice. */
  readonly pushPackage: ReturnType<typeof makePushPackage>
}

/** What is given to others, and who works for the organisation. */
export function composeDisclosures(
  foundation: Pick<Foundation, 'db' | 'clock' | 'store' | 'keyring' | 'logger'>,
  engine: AudioEngine | undefined,
  { outbound, post }: Pick<Notices, 'outbound' | 'post'>,
  publicUrl: string,
): Disclosing {
  const { db, clock, logger } = foundation
  const ports = { db, clock, outbound }
  const readPlain = makeReadPlain({ store: foundation.store, unlock: makeUnlock(foundation) })
  const tellRecipients = makeTellRecipients({ db, clock, logger, post, publicUrl })
  return {
    pushPackage: makePushPackage(ports),
    endpoints: [
      ...supplierEndpoints(makeSuppliers(ports), clock),
      ...disclosureEndpoints({
        clock,
        askDisclosure: makeAskDisclosure(ports),
        disclosures: { ...makeDisclosures(ports), ...makeReadDisclosures(ports) },
      }),
      ...deliveryEndpoints({
        deliver: makeDeliverDisclosure({ db, clock, engine, readPlain }),
        recipientNotices: makeRecipientNotices(ports),
      }),
    ],
    jobs: [
      { name: 'tell-recipients', everyMs: MINUTE, everywhere: true, run: (signal) => tellRecipients(signal) },
      { name: 'look-after-delays', everyMs: HOUR, run: makeLookAfterDelays(ports) },
    ],
  }
}
