/** What the public page reads of a destruction certificate (`/openapi.json` has the whole of it). */
export interface Certificate {
  readonly no: number
  readonly recordingId: string
  readonly entity: string
  readonly recordClass: string
  readonly purposes: readonly CertifiedPurpose[]
  readonly authority: {
    readonly kind: string
    readonly rules: readonly string[]
    readonly ruleBook: number | null
  }
  readonly method: string
  readonly removedBy: string
  readonly versionsRemoved: number
  readonly uploadsAborted: number
  readonly renditions: readonly string[]
  readonly startedAt: string
  readonly finishedAt: string
  readonly executor: string
  readonly approvers: readonly { readonly role: string; readonly person: string }[]
  readonly backupsGoneBy: string
  /** SHA-256 of the signed text of the certificate before; zeros for the first. */
  readonly previousSha256: string
}

export interface CertifiedPurpose {
  readonly purpose: string
  readonly legalBasis: string
  readonly rule: string
  readonly countedFrom: string
  /** Month of the last day, `YYYY-MM`; null when it had no end. */
  readonly endedIn: string | null
}

export interface ProvenCertificate {
  readonly certificate: Certificate
  readonly jws: string
}

/** A public Ed25519 key as RFC 8037 writes it. */
export interface SigningKey {
  readonly kty: string
  readonly crv: string
  readonly x: string
  readonly kid: string
}

export interface SigningKeys {
  readonly keys: readonly SigningKey[]
}
