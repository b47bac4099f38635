import type { Database } from '../db/database.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Recipient } from './package-call.ts'
import { recipientsOf } from './recipient-queries.ts'
import { listSuppliers } from './supplier-queries.ts'

/**
 * Who has a call, by name (Art. 15(1)(c) GDPR): to whom it was given, but for what a delay keeps back today, and
 * whoever works with the calls of its company under an agreement that is in force.
 */
export async function findRecipients(
  db: Database,
  { id, entity }: { readonly id: string; readonly entity: string },
  now: Date,
): Promise<Recipient[]> {
  const today = dayOf(now)
  const given = await recipientsOf(db, [id], today)
  const suppliers = await listSuppliers(db, [entity])
  return [
    ...given.map(({ legalName: name, country, type, legalBasis, purpose, givenAt }) => ({
      ...{ name, country, kind: type, legalBasis, purpose },
      ...{ at: givenAt, recordingId: id },
    })),
    ...suppliers
      // A partner has nothing but what is given to it.
      .filter(
        ({ type, valid_from: from, valid_until: until }) =>
          type !== 'partner' && from <= today && today <= until,
      )
      .map(({ legal_name: name, country, type, purposes }) => ({
        ...{ name, country, kind: type, legalBasis: null, purpose: purposes.join(', ') },
        ...{ at: null, recordingId: null },
      })),
  ]
}
