/** Rights that a member can ask for (Art. 7(3), 15-18, 20-22 GDPR), and who listened to their calls. */
export const REQUEST_TYPES = [
  'access',
  'copy',
  'rectification',
  'erasure',
  'restriction',
  'objection',
  'human_review',
  'portability',
  'consent_withdrawal',
  'audit_view',
] as const
export type RequestType = (typeof REQUEST_TYPES)[number]

export const REQUEST_STATES = [
  'received',
  'identity_check',
  'in_review',
  'extended',
  'decided',
  'fulfilled',
  'closed',
  'withdrawn',
] as const
export type RequestState = (typeof REQUEST_STATES)[number]

/** How a request reached the organisation; each of them starts the clock. */
export const CHANNELS = ['portal', 'mail', 'post', 'phone', 'in_person'] as const
export type Channel = (typeof CHANNELS)[number]

/** How somebody made sure who asks. A copy of an identity document is none of them. */
export const IDENTITY_METHODS = ['login', 'callback', 'portal', 'in_person', 'document_check'] as const

/**
 * `unconfirmed`: filed by staff, and nobody called back yet; `asked`: there is reasonable doubt and a question
 * (Art. 12(6) GDPR); `answered`: an officer has to judge the answer.
 */
export type Identity = 'confirmed' | 'unconfirmed' | 'asked' | 'answered' | 'failed'

export const PROXY_RELATIONS = ['proxy', 'guardian', 'parent', 'heir'] as const
export const EXTENSION_REASONS = ['ComplexityOfProcess', 'HighVolumeOfProcesses'] as const
export const FEE_GROUNDS = ['ProcessExcessive', 'ProcessUnfounded', 'further_copy'] as const

/** Why a request is not, or not yet, honoured: terms of the W3C Data Privacy Vocabulary 2.0. */
export const REASON_CODES = [
  'LegallyExempted',
  'LegalClaimDefenceImpaired',
  'LegalClaimEstablishmentImpaired',
  'CrimeInvestigationImpaired',
  'ThirdPartyRightsImpaired',
  'ContractPerformanceNecessity',
  'LegitimateInterestOverride',
  'IdentityVerificationFailure',
  'ProcessExcessive',
  'ProcessUnfounded',
  'FulfilmentImpossible',
] as const
export type ReasonCode = (typeof REASON_CODES)[number]

/** Restrictions of Art. 41 UAVG: necessary and proportionate, reviewed on a day, and approved by a second person. */
export const UAVG_41_CODES: readonly ReasonCode[] = ['CrimeInvestigationImpaired']

export type Outcome = 'granted' | 'partial' | 'refused'

/** Answered purpose by purpose, because each has its own legal basis. */
export const BY_PURPOSE: readonly RequestType[] = ['erasure', 'objection', 'consent_withdrawal']
/** Answered recording by recording. */
export const BY_RECORDING: readonly RequestType[] = [
  'access',
  'copy',
  'rectification',
  'restriction',
  'portability',
  'audit_view',
]
/** What the member gets in a package; honoured once that was delivered. */
export const DELIVERED: readonly RequestType[] = ['access', 'copy', 'portability']

/**
 * The ways to complain that every refusal names (Art. 12(4) GDPR): the authority, and the court within
 * six weeks (Art. 35 UAVG).
 */
export const ROUTES = {
  authority: {
    name: 'Autoriteit Persoonsgegevens',
    url: 'https://autoriteitpersoonsgegevens.nl/een-tip-of-klacht-indienen-bij-de-ap',
  },
  court: { law: 'Uitvoeringswet AVG, artikel 35', within: 'P6W' },
} as const
