import { z } from 'zod'
import { type Act, eventOf, requireRole, withRefusalsOnRecord } from '../access/act.ts'
import type { Actor, Role } from '../access/actor.ts'
import { appendAudit } from '../audit/append.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { idToLookUp, newId } from '../kernel/ids.ts'
import { Problem } from '../kernel/problem.ts'
import { EU_LIST, isInEu } from './eu-countries.ts'
import {
  findSupplier,
  hasLikePrefix,
  insertSupplier,
  listSuppliers,
  type SupplierRow,
  updateSupplier,
} from './supplier-queries.ts'

const words = (most: number) => z.string().trim().min(1).max(most)

export const SupplierWantedSchema = z
  .strictObject({
    legalName: words(200),
    country: z
      .string()
      .min(1)
      .max(60)
      .meta({ description: 'ISO 3166-1 alpha-2, in capitals; member states of the EU only' }),
    type: z.enum(['processor', 'partner', 'staffing']),
    agreementRef: words(200).meta({ description: 'The (processor) agreement' }),
    validFrom: z.iso.date(),
    validUntil: z.iso.date().meta({ description: 'Last day, inclusive; access ends with it' }),
    purposes: z.array(words(100)).min(1).max(20),
    products: z.array(words(100)).max(50).default([]).meta({
      description: 'Of a partner: the products that it may be given recordings of',
    }),
    subPrefix: z
      .string()
      .regex(/^[\w.:@-]{3,60}$/)
      .nullable()
      .default(null)
      .meta({ description: 'Its people have a `sub` that begins with this' }),
    contactMail: z.email().max(254).nullable().default(null),
  })
  .meta({ id: 'SupplierWanted' })

export type SupplierWanted = z.output<typeof SupplierWantedSchema>

const READERS: readonly Role[] = ['privacy_officer', 'records_manager', 'auditor']

/** The register of suppliers. Each throws Problem `forbidden`; for an unknown one `not_found`. */
export function makeSuppliers({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
  const acting = <T>(
    { type, action, actor, roles }: Pick<Act, 'type' | 'action' | 'actor'> & { roles: readonly Role[] },
    run: (act: Act) => Promise<T>,
  ): Promise<T> => {
    const act: Act = { type, action, actor, at: clock.now() }
    return withRefusalsOnRecord(db, act, async () => {
      requireRole(actor, act.at, ...roles)
      return run(act)
    })
  }
  const write = (act: Act, row: SupplierRow, before: SupplierRow | null): Promise<SupplierRow> =>
    db.transaction().execute(async (tx) => {
      if (row.sub_prefix !== null && (await hasLikePrefix(tx, row.id, row.sub_prefix)))
        throw wrong('subPrefix', 'is like that of another supplier, so its people could not be told apart')
      await (before ? updateSupplier(tx, row) : insertSupplier(tx, row))
      await appendAudit(
        tx,
        eventOf(
          { ...act, entities: row.entities },
          { supplier: row.id, euList: EU_LIST, was: before && agreementOf(before) },
        ),
      )
      return row
    })

  return {
    /** Throws Problem `outside_eu` and `invalid_disclosure` too, naming the field. */
    add: (actor: Actor, wanted: SupplierWanted): Promise<SupplierRow> =>
      acting({ type: 'supplier.added', action: 'C', actor, roles: ['privacy_officer'] }, (act) =>
        write(act, rowOf(newId(), wanted, act), null),
      ),

    /** Renews or corrects what is registered; what it was stays in the audit. */
    change: (actor: Actor, id: string, wanted: SupplierWanted): Promise<SupplierRow> =>
      acting({ type: 'supplier.changed', action: 'U', actor, roles: ['privacy_officer'] }, async (act) => {
        const before = await findSupplier(db, idToLookUp(id), actor.entities)
        if (!before) throw new Problem('not_found')
        return write(act, rowOf(before.id, wanted, act), before)
      }),

    list: (actor: Actor): Promise<SupplierRow[]> =>
      acting({ type: 'supplier.listed', action: 'R', actor, roles: READERS }, async (act) => {
        const rows = await listSuppliers(db, actor.entities)
        await appendAudit(db, eventOf(act, { count: rows.length }))
        return rows
      }),
  }
}

export type Suppliers = ReturnType<typeof makeSuppliers>

function rowOf(id: string, wanted: SupplierWanted, { actor, at }: Act): SupplierRow {
  if (!isInEu(wanted.country)) throw outsideEu('country')
  if (wanted.validUntil < wanted.validFrom) throw wrong('validUntil', 'lies before validFrom')
  if (wanted.type === 'partner' && wanted.products.length === 0)
    throw wrong('products', 'a partner needs the products that are its own')
  return {
    id,
    legal_name: wanted.legalName,
    country: wanted.country,
    type: wanted.type,
    agreement_ref: wanted.agreementRef,
    valid_from: wanted.validFrom,
    valid_until: wanted.validUntil,
    purposes: wanted.purposes,
    products: wanted.products,
    sub_prefix: wanted.subPrefix,
    contact_mail: wanted.contactMail,
    entities: [...actor.entities],
    changed_by: actor.sub,
    changed_at: at,
  }
}

/** Of an organisation, never of a person: fit for the audit. */
const agreementOf = ({
  country,
  agreement_ref,
  valid_from,
  valid_until,
  purposes,
  products,
}: SupplierRow) => ({
  ...{
    country,
    agreementRef: agreement_ref,
    validFrom: valid_from,
    validUntil: valid_until,
    purposes,
    products,
  },
})

export const outsideEu = (field: string): Problem =>
  new Problem('outside_eu', {
    errors: [{ field, message: `is not the code of a member state (list of ${EU_LIST}), in capitals` }],
  })

export const wrong = (field: string, message: string): Problem =>
  new Problem('invalid_disclosure', { errors: [{ field, message }] })
