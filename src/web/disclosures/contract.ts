/** What the pages about what is given to others read of the public API. */

export const RECIPIENTS = [
  'authority',
  'other_institution',
  'processor',
  'partner',
  'member_controller',
] as const

export const BASES = ['legal_obligation', 'legitimate_interests', 'contract', 'consent'] as const
export const CHANNELS = ['portal', 'secure_mail', 'in_person'] as const
export const SUPPLIER_TYPES = ['processor', 'partner', 'staffing'] as const

interface ByAt {
  readonly by: string
  readonly at: string
}

export interface Disclosure {
  readonly id: string
  readonly entity: string
  readonly state: 'requested' | 'lapsed' | 'approved' | 'sent' | 'revoked'
  readonly recipient: {
    readonly type: string
    readonly legalName: string
    readonly country: string
    readonly contactMail: string | null
  }
  readonly purpose: string
  readonly legalBasis: string
  readonly statute: string | null
  readonly letterRef: string | null
  readonly agreementRef: string | null
  readonly privacyRequestId: string | null
  readonly pushUrl: string | null
  readonly pushConfirmedAt: string | null
  readonly reason: string
  readonly channel: string
  /** Calendar day. */
  readonly returnBy: string | null
  readonly returned: { readonly how: string; readonly on: string; readonly by: string } | null
  readonly asked: ByAt
  readonly approveUntil: string
  readonly approvals: readonly ByAt[]
  readonly revoked: (ByAt & { readonly reason: string }) | null
  readonly delay: { readonly until: string; readonly reason: string; readonly by: string } | null
  readonly secretUntil: string | null
  readonly sentAt: string | null
}

export interface DisclosedRecording {
  readonly recordingId: string
  readonly n: number
  readonly ranges: readonly Range[] | null
  readonly openedAt: string | null
  readonly sentAt: string | null
  /** In hexadecimal, of what the recipient has. */
  readonly sha256: string | null
}

export interface Range {
  readonly fromSeconds: number
  readonly toSeconds: number
}

export interface DisclosureDetail extends Disclosure {
  readonly recordings: readonly DisclosedRecording[]
}

export interface DisclosurePage {
  readonly items: readonly Disclosure[]
  readonly nextCursor: string | null
}

/** Said once: the service keeps no copy of the secret. */
export interface Invitation {
  readonly secret: string
  readonly until: string
}

export interface Supplier {
  readonly id: string
  readonly legalName: string
  readonly country: string
  readonly type: string
  readonly agreementRef: string
  /** Calendar days; the last one included. */
  readonly validFrom: string
  readonly validUntil: string
  readonly purposes: readonly string[]
  readonly products: readonly string[]
  readonly subPrefix: string | null
  readonly contactMail: string | null
  readonly inForce: boolean
}

export interface SupplierList {
  readonly items: readonly Supplier[]
}

export interface RecipientNotice {
  readonly id: string
  readonly disclosureId: string
  readonly recordingId: string
  readonly legalName: string
  readonly what: 'rectified' | 'erased' | 'restricted'
  readonly happenedAt: string
  readonly toldAt: string | null
  /** When officers heard that nobody answers. */
  readonly alarmedAt: string | null
  readonly reply: string | null
  readonly repliedAt: string | null
}

export interface RecipientNoticeList {
  readonly items: readonly RecipientNotice[]
}
