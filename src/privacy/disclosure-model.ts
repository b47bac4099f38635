import { z } from 'zod'
import { addPeriod, type CalendarDay, dayOf } from '../kernel/calendar.ts'
import { Problem } from '../kernel/problem.ts'
import { isInEu } from './eu-countries.ts'
import type { SupplierRow } from './supplier-queries.ts'
import { outsideEu, wrong } from './suppliers.ts'

const words = (most: number) => z.string().trim().min(1).max(most)
const Country = z
  .string()
  .min(1)
  .max(60)
  .meta({ description: 'ISO 3166-1 alpha-2, in capitals; member states of the EU only' })

/** Who is to get it. Of suppliers and partners the register says name, country and agreement. */
const RecipientSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['processor', 'partner']), supplierId: z.uuid() }),
  z.strictObject({
    type: z.enum(['authority', 'other_institution', 'member_controller']),
    legalName: words(200),
    country: Country,
    contactMail: z.email().max(254).nullable().default(null),
  }),
])

const Seconds = z.number().min(0).max(864_000)
const ScopeSchema = z.strictObject({
  recordingId: z.uuid(),
  ranges: z
    .array(z.strictObject({ fromSeconds: Seconds, toSeconds: Seconds }))
    .min(1)
    .max(100)
    .nullable()
    .default(null)
    .meta({ description: 'Only these parts, in seconds; the rest is silent. null: all of it' }),
})

export const DisclosureWantedSchema = z
  .strictObject({
    recipient: RecipientSchema,
    recordings: z.array(ScopeSchema).min(1).max(500),
    purpose: words(200).meta({ description: 'What the recipient needs it for; the member reads this' }),
    legalBasis: z.enum(['consent', 'contract', 'legal_obligation', 'legitimate_interests']),
    statute: words(300)
      .nullable()
      .default(null)
      .meta({ description: 'Statutory provision; an authority needs one' }),
    letterRef: words(200)
      .nullable()
      .default(null)
      .meta({ description: 'Reference of the letter that asks for it' }),
    privacyRequestId: z.uuid().nullable().default(null),
    pushUrl: words(2000).nullable().default(null).meta({
      description: 'Of a controller the member chose: the address that the member confirmed with the request',
    }),
    reason: words(2000),
    channel: z.enum(['portal', 'secure_mail', 'in_person']),
    returnBy: z.iso
      .date()
      .nullable()
      .default(null)
      .meta({ description: 'Day by which it is returned or deleted' }),
    delay: z
      .strictObject({ until: z.iso.date(), reason: words(2000) })
      .nullable()
      .default(null)
      .meta({
        description: 'The member does not see it until after this day (Art. 41 UAVG); a year at most',
      }),
  })
  .meta({ id: 'DisclosureWanted' })

export type DisclosureWanted = z.output<typeof DisclosureWantedSchema>
export type Scope = DisclosureWanted['recordings'][number]

const LONGEST_DELAY = 'P1Y'

export interface Recipient {
  readonly name: string
  readonly country: string
  readonly contactMail: string | null
  readonly supplierId: string | null
  readonly agreementRef: string | null
}

/** The facts of one of the recordings on which it depends whether it may go out. */
export interface Disclosable {
  readonly id: string
  readonly entity: string
  readonly product: string | null
  readonly memberRef: string | null
  readonly restricted: boolean
}

/** What else narrows which recordings may go to a recipient. */
export interface ScopeLimits {
  /** Products of a partner; undefined: of no partner. */
  readonly products?: readonly string[] | undefined
  /** Whose request it is that asks for it; undefined: nobody's. */
  readonly memberRef?: string | undefined
}

/**
 * Pure: everything that the kind of recipient demands. Throws Problem `outside_eu` or `invalid_disclosure`, naming
 * the field.
 */
export function recipientOf(
  wanted: DisclosureWanted,
  supplier: SupplierRow | undefined,
  now: Date,
): Recipient {
  const today = dayOf(now)
  if (wanted.returnBy !== null && wanted.returnBy < today) throw wrong('returnBy', 'lies in the past')
  checkDelay(wanted, today)
  const { recipient } = wanted
  if ('supplierId' in recipient) return fromRegister(recipient.type, supplier, today)
  if (!isInEu(recipient.country)) throw outsideEu('recipient.country')
  checkGround(wanted)
  const { legalName: name, country, contactMail } = recipient
  return { name, country, contactMail, supplierId: null, agreementRef: null }
}

function checkDelay({ delay }: DisclosureWanted, today: CalendarDay): void {
  if (delay !== null && (delay.until <= today || delay.until > addPeriod(today, LONGEST_DELAY)))
    throw wrong('delay.until', 'must lie within the year to come')
}

function fromRegister(
  type: 'processor' | 'partner',
  supplier: SupplierRow | undefined,
  today: CalendarDay,
): Recipient {
  const field = 'recipient.supplierId'
  if (supplier?.type !== type) throw wrong(field, `is no ${type} in the register`)
  if (today < supplier.valid_from || today > supplier.valid_until)
    throw wrong(field, 'has no agreement that is in force')
  if (!isInEu(supplier.country)) throw outsideEu(field)
  return {
    ...{ name: supplier.legal_name, country: supplier.country, contactMail: supplier.contact_mail },
    ...{ supplierId: supplier.id, agreementRef: supplier.agreement_ref },
  }
}

/** An authority names its provision and its letter, another institution its letter, a controller the member's request. */
function checkGround({
  recipient: { type },
  statute,
  letterRef,
  privacyRequestId,
  pushUrl,
}: DisclosureWanted): void {
  if (type === 'authority' && statute === null)
    throw wrong('statute', 'an authority needs a statutory provision')
  if (type !== 'member_controller' && letterRef === null)
    throw wrong('letterRef', 'the letter that asks for it is needed')
  if (type !== 'member_controller' && pushUrl !== null)
    throw wrong('pushUrl', 'is for a controller that the member chose')
  if (type === 'member_controller' && privacyRequestId === null)
    throw wrong('privacyRequestId', 'the request of the member is needed')
}

/** The same for a recording of somebody else and for one that there never was. */
export const notOfMember = (): Problem =>
  wrong('recordings', 'must all be calls of the member whose request it is')

/** Pure: whether each of them may go to this recipient. Throws Problem `invalid_disclosure` or `forbidden`. */
export function checkScope(recordings: readonly Disclosable[], { products, memberRef }: ScopeLimits): string {
  const [first] = recordings
  if (!first || recordings.some(({ entity }) => entity !== first.entity))
    throw wrong('recordings', 'must all be of one entity')
  if (products && recordings.some(({ product }) => product === null || !products.includes(product)))
    throw wrong('recordings', 'a partner gets recordings of its own products only')
  // Art. 20(2) GDPR: members have their own data passed on, and nobody else's.
  if (memberRef !== undefined && recordings.some((recording) => recording.memberRef !== memberRef))
    throw notOfMember()
  // Art. 18 GDPR: a restricted recording is stored and nothing else.
  if (recordings.some(({ restricted }) => restricted))
    throw new Problem('forbidden', { detail: 'One of the recordings is restricted.' })
  return first.entity
}
