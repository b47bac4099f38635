import type { LegalBasis } from '../recordings/model.ts'
import type { RequestType } from './request-model.ts'

type Row = Readonly<Record<LegalBasis, boolean>>

const ALWAYS: Row = { consent: true, contract: true, legal_obligation: true, legitimate_interests: true }

/**
 * Which right exists against which legal basis of Art. 6(1) GDPR: `legal_basis_rights_mapping` of the W3C Data
 * Privacy Vocabulary 2.0. It lists no human review against a legal obligation; Art. 40(3) UAVG gives it there too.
 */
const RIGHTS: Readonly<Record<RequestType, Row>> = {
  access: ALWAYS,
  copy: ALWAYS,
  audit_view: ALWAYS,
  rectification: ALWAYS,
  restriction: ALWAYS,
  human_review: ALWAYS,
  erasure: { ...ALWAYS, legal_obligation: false },
  portability: { consent: true, contract: true, legal_obligation: false, legitimate_interests: false },
  objection: { consent: false, contract: false, legal_obligation: false, legitimate_interests: true },
  consent_withdrawal: {
    consent: true,
    contract: false,
    legal_obligation: false,
    legitimate_interests: false,
  },
}

/** Whether the right can be used against data that are kept on this basis. Pure. */
export const hasRight = (type: RequestType, basis: LegalBasis): boolean => RIGHTS[type][basis]
