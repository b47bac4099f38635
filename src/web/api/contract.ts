/** What the pages read of the public API (`/openapi.json` has the whole of it). */

export interface Me {
  readonly displayName: string | null
  readonly roles: readonly string[]
  /** Sent back as `X-CSRF-Token` with everything that changes something. */
  readonly csrfToken: string | null
  /** The service runs with invented people and calls. */
  readonly demo: boolean
}

export interface Purpose {
  readonly purpose: string
  readonly legalBasis: string
  readonly product: string
  readonly trigger: string
  /** Calendar days in Europe/Amsterdam, `YYYY-MM-DD`. */
  readonly minUntil: string | null
  readonly retainUntil: string | null
  readonly state: string
}

/** A call as the list shows it. What the API calls nullable here is null for destroyed calls only. */
export interface CallSummary {
  readonly id: string
  readonly status: string
  readonly statusReason?: string | null
  readonly entity: string
  readonly product: string
  readonly direction: string
  readonly startedAt: string
  readonly durationSeconds: number | null
  readonly purposes: readonly Purpose[]
  readonly keepUntil: string | null
  readonly held: boolean
  readonly restricted: boolean
}

export interface Call extends CallSummary {
  readonly audio: { readonly mediaType: string; readonly bytes: number; readonly sha256: string } | null
  readonly allowed: readonly string[]
}

export interface CallPage {
  readonly items: readonly CallSummary[]
  readonly nextCursor: string | null
}

export interface Playback {
  readonly id: string
  readonly audioUrl: string
  readonly expiresAt: string
}

export interface LoggedOut {
  /** Where the session at the identity provider ends too; null when there is none. */
  readonly logoutUrl: string | null
}

/** Which calls to show; empty strings mean all. */
export interface CallFilter {
  readonly product: string
  /** RFC 3339 instant; calls that started before it are left out. */
  readonly from: string
}
