import type { Sentence } from '../retention/explain-words.ts'

/** A technical measure (Art. 30(1)(g) and 32 GDPR), with its term of the W3C Data Privacy Vocabulary where there is one. */
export interface SecurityMeasure {
  readonly words: Sentence
  readonly iri: string | null
}

const DPV = 'https://w3id.org/dpv#'

/** What the service itself sees to, whoever runs it. */
export const SECURITY_MEASURES: readonly SecurityMeasure[] = [
  {
    words: {
      nl: 'Elke opname is versleuteld opgeslagen met een eigen sleutel, die met de opname wordt vernietigd.',
      en: 'Every recording is stored encrypted with a key of its own, which is destroyed with it.',
    },
    iri: `${DPV}EncryptionAtRest`,
  },
  {
    words: {
      nl: 'Alles wat de dienst verlaat gaat over TLS; uitgaande verbindingen alleen naar toegestane adressen.',
      en: 'Everything that leaves the service goes over TLS; outgoing connections only to admitted addresses.',
    },
    iri: `${DPV}EncryptionInTransfer`,
  },
  {
    words: {
      nl: 'Toegang volgt uit rol, opgegeven doel en dossier, en wordt bij elk verzoek opnieuw beslist.',
      en: 'Access follows from role, declared purpose and file, and is decided anew for every request.',
    },
    iri: `${DPV}RoleBasedAccessControl`,
  },
  {
    words: {
      nl: 'Elke raadpleging staat in een verzegeld logboek voordat er iets wordt getoond; afwijkend gedrag wordt gemeld.',
      en: 'Every access is in a sealed log before anything is shown; unusual behaviour is reported.',
    },
    iri: `${DPV}ActivityMonitoring`,
  },
  {
    words: {
      nl: 'Voor training zijn stemmen vervormd en namen weggelaten.',
      en: 'For training voices are masked and names left out.',
    },
    iri: `${DPV}Pseudonymisation`,
  },
  {
    words: {
      nl: 'Onomkeerbare handelingen vragen om twee mensen en om een verse aanmelding.',
      en: 'What cannot be taken back needs two people and a fresh login.',
    },
    iri: null,
  },
  {
    words: {
      nl: 'Vernietiging op tijd, met een ondertekend certificaat dat iedereen kan controleren.',
      en: 'Destruction on time, with a signed certificate that anybody can check.',
    },
    iri: `${DPV}DigitalSignatures`,
  },
]
