import { partsOf } from './parts.ts'

export interface WantedRecording {
  /** Tells the rows of the form apart. */
  readonly key: number
  readonly recordingId: string
  /** As somebody writes it; empty: all of the recording. */
  readonly parts: string
}

/** A disclosure as it is filled in; what is empty is left out. */
export interface Draft {
  readonly type: string
  readonly supplierId: string
  readonly legalName: string
  readonly country: string
  readonly contactMail: string
  readonly recordings: readonly WantedRecording[]
  readonly purpose: string
  readonly legalBasis: string
  readonly statute: string
  readonly letterRef: string
  readonly privacyRequestId: string
  readonly pushUrl: string
  readonly reason: string
  readonly channel: string
  readonly returnBy: string
  /** null: the member sees it at once. */
  readonly delay: { readonly until: string; readonly reason: string } | null
}

export const NEW_DRAFT: Draft = {
  ...{ type: 'authority', supplierId: '', legalName: '', country: 'NL', contactMail: '' },
  recordings: [{ key: 0, recordingId: '', parts: '' }],
  ...{
    purpose: '',
    legalBasis: 'legal_obligation',
    statute: '',
    letterRef: '',
    privacyRequestId: '',
    pushUrl: '',
  },
  ...{ reason: '', channel: 'portal', returnBy: '', delay: null },
}

/** Recipients of which the register of suppliers says name, country and agreement. */
export const isFromRegister = (type: string): boolean => type === 'processor' || type === 'partner'

const orNull = (text: string): string | null => text.trim() || null

/** What the API is asked; to be called when all parts can be read. */
export const bodyOf = (draft: Draft) => ({
  recipient: isFromRegister(draft.type)
    ? { type: draft.type, supplierId: draft.supplierId }
    : {
        ...{ type: draft.type, legalName: draft.legalName, country: draft.country },
        contactMail: orNull(draft.contactMail),
      },
  recordings: draft.recordings.map(({ recordingId, parts }) => ({
    recordingId: recordingId.trim(),
    ranges: partsOf(parts) ?? null,
  })),
  ...{ purpose: draft.purpose, legalBasis: draft.legalBasis, reason: draft.reason, channel: draft.channel },
  ...{ statute: orNull(draft.statute), letterRef: orNull(draft.letterRef) },
  ...(draft.type === 'member_controller' && {
    ...{ privacyRequestId: orNull(draft.privacyRequestId), pushUrl: orNull(draft.pushUrl) },
  }),
  ...{ returnBy: orNull(draft.returnBy), delay: draft.delay },
})
