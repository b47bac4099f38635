import { z } from 'zod'
import type { DisclosureRow } from './disclosure-queries.ts'
import type { Disclosure } from './disclosures.ts'

const Instant = z.iso.datetime({ offset: true })
const Person = z.strictObject({ by: z.string(), at: Instant })

export const DisclosureSchema = z
  .strictObject({
    id: z.uuid(),
    entity: z.string(),
    state: z.enum(['requested', 'lapsed', 'approved', 'sent', 'revoked']),
    recipient: z.strictObject({
      type: z.string(),
      legalName: z.string(),
      country: z.string(),
      supplierId: z.uuid().nullable(),
      contactMail: z.string().nullable(),
    }),
    euList: z.string().meta({ description: 'Version of the list of member states by which it was judged' }),
    purpose: z.string(),
    legalBasis: z.string(),
    statute: z.string().nullable(),
    letterRef: z.string().nullable(),
    agreementRef: z.string().nullable(),
    privacyRequestId: z.uuid().nullable(),
    pushUrl: z.string().nullable(),
    pushConfirmedAt: Instant.nullable(),
    reason: z.string(),
    channel: z.string(),
    returnBy: z.iso.date().nullable(),
    returned: z.strictObject({ how: z.string(), on: z.iso.date(), by: z.string() }).nullable(),
    asked: Person,
    approveUntil: Instant,
    approvals: z.array(Person),
    revoked: z.strictObject({ by: z.string(), at: Instant, reason: z.string() }).nullable(),
    delay: z.strictObject({ until: z.iso.date(), reason: z.string(), by: z.string() }).nullable(),
    secretUntil: Instant.nullable().meta({ description: 'Until when the delivery can be opened' }),
    sentAt: Instant.nullable(),
  })
  .meta({ id: 'Disclosure' })

export const DisclosureDetailSchema = z
  .strictObject({
    ...DisclosureSchema.shape,
    recordings: z.array(
      z.strictObject({
        recordingId: z.uuid(),
        n: z.int(),
        ranges: z.array(z.strictObject({ fromSeconds: z.number(), toSeconds: z.number() })).nullable(),
        openedAt: Instant.nullable(),
        sentAt: Instant.nullable(),
        sha256: z.string().nullable().meta({ description: 'Of the bytes that the recipient has' }),
        bytes: z.int().nullable(),
      }),
    ),
  })
  .meta({ id: 'DisclosureDetail' })

const iso = (at: Date | null): string | null => at?.toISOString() ?? null

export function presentDisclosure(row: DisclosureRow, now: Date): z.input<typeof DisclosureSchema> {
  const isLapsed = row.state === 'requested' && now > row.approve_until
  return {
    ...{ id: row.id, entity: row.entity, state: isLapsed ? 'lapsed' : row.state },
    recipient: {
      ...{ type: row.recipient_type, legalName: row.recipient_name, country: row.recipient_country },
      ...{ supplierId: row.supplier_id, contactMail: row.contact_mail },
    },
    ...{ euList: row.eu_list, purpose: row.purpose, legalBasis: row.legal_basis, statute: row.statute },
    ...{ letterRef: row.letter_ref, agreementRef: row.agreement_ref, reason: row.reason },
    ...{ privacyRequestId: row.privacy_request_id, pushUrl: row.push_url },
    ...{ pushConfirmedAt: iso(row.push_confirmed_at), channel: row.channel, returnBy: row.return_by },
    returned: returnOf(row),
    asked: { by: row.requested_by, at: row.requested_at.toISOString() },
    approveUntil: row.approve_until.toISOString(),
    approvals: [
      ...approval(row.first_approver, row.first_approved_at),
      ...approval(row.second_approver, row.second_approved_at),
    ],
    revoked: row.revoked_at && {
      ...{ by: row.revoked_by ?? '', at: row.revoked_at.toISOString(), reason: row.revoke_reason ?? '' },
    },
    delay: row.delay_until === null ? null : delayOf(row, row.delay_until),
    ...{ secretUntil: iso(row.secret_until), sentAt: iso(row.sent_at) },
  }
}

const approval = (by: string | null, at: Date | null) =>
  by !== null && at !== null ? [{ by, at: at.toISOString() }] : []

const returnOf = ({ returned_how: how, returned_on: on, return_confirmed_by: by }: DisclosureRow) =>
  how !== null && on !== null && by !== null ? { how, on, by } : null

const delayOf = (row: DisclosureRow, until: string) => ({
  ...{ until, reason: row.delay_reason ?? '', by: row.delay_by ?? '' },
})

export const presentDetail = (
  { row, recordings }: Disclosure,
  now: Date,
): z.input<typeof DisclosureDetailSchema> => ({
  ...presentDisclosure(row, now),
  recordings: recordings.map(({ recordingId, n, ranges, openedAt, sentAt, sha256, bytes }) => ({
    ...{ recordingId, n, ranges: ranges === null ? null : [...ranges], bytes },
    ...{ openedAt: iso(openedAt), sentAt: iso(sentAt), sha256: sha256?.toString('hex') ?? null },
  })),
})
