/** A text in both languages, as the service has it. */
export interface Sentence {
  readonly nl: string
  readonly en: string
}

export interface ProcessingRecord {
  readonly at: string
  readonly rulesVersion: number
  readonly controllers: readonly string[]
  readonly contact: string
  readonly activities: readonly Activity[]
  readonly suppliers: readonly RecordedSupplier[]
  readonly disclosed: readonly Disclosed[]
  readonly dataSubjects: Sentence
  readonly categories: readonly { readonly name: string; readonly words: Sentence }[]
  readonly transfers: Sentence
  readonly measures: readonly { readonly words: Sentence; readonly iri: string | null }[]
}

/** Everything that is done for one purpose. */
export interface Activity {
  readonly purpose: string
  readonly words: Sentence
  readonly legalBasis: string
  /** Roles inside that may listen for it. */
  readonly listeners: readonly string[]
  readonly suppliers: readonly string[]
  readonly retention: readonly Retention[]
}

export interface Retention {
  readonly products: readonly string[]
  readonly sensitivity: readonly string[] | null
  readonly rule: string
  readonly words: Sentence
  readonly ground: string
}

export interface RecordedSupplier {
  readonly name: string
  readonly country: string
  readonly type: string
  readonly agreementRef: string
  /** Last day, `YYYY-MM-DD`. */
  readonly validUntil: string
  readonly purposes: readonly string[]
}

export interface Disclosed {
  readonly recipientType: string
  readonly country: string
  readonly recordings: number
}

export interface Counted {
  readonly name: string
  readonly count: number
}

/** Figures for an impact assessment; `from` and `to` are instants. */
export interface DpiaFacts {
  readonly at: string
  readonly from: string
  readonly to: string
  readonly stored: number
  readonly volumes: readonly { readonly sensitivity: string; readonly recordings: number }[]
  readonly accesses: readonly {
    readonly roles: readonly string[]
    readonly purpose: string | null
    readonly act: 'listened' | 'copied'
    readonly times: number
  }[]
  readonly overdue: number
  readonly holdsPastReview: number
  readonly openHolds: number
  readonly restricted: number
  readonly emergencies: readonly Counted[]
  readonly anomalies: readonly Counted[]
}

/** What is asked about a breach, as `/v1/breach-reports` takes it. */
export interface BreachScope {
  readonly actor?: string
  readonly sessionRef?: string
  readonly recordingIds?: readonly string[]
  readonly from: string
  readonly to: string
}

export interface BreachReport {
  readonly at: string
  readonly from: string
  readonly to: string
  readonly recordings: number
  readonly members: number
  readonly recordingsWithoutMember: number
  readonly heard: number
  readonly copied: number
  readonly changed: number
  readonly copies: number
  readonly streamedSeconds: number
  readonly sensitivities: readonly {
    readonly sensitivity: string
    readonly recordings: number
    readonly members: number
  }[]
  readonly lists: number
  readonly firstAt: string | null
  readonly lastAt: string | null
  readonly awareAt: string | null
  readonly notifyBy: string | null
}

export interface AffectedMember {
  readonly memberRef: string
  readonly entities: readonly string[]
  readonly recordings: number
  readonly sensitivities: readonly string[]
  readonly heard: boolean
  readonly copied: boolean
  readonly firstAt: string
  readonly lastAt: string
}
