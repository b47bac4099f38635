/** What the pages read of the public API (`/openapi.json` has the whole of it). */

export interface Me {
  /** Identifier at the identity provider. */
  readonly sub: string
  readonly displayName: string | null
  readonly roles: readonly string[]
  /** Companies and team that somebody works for. */
  readonly entities: readonly string[]
  readonly team: string | null
  /** Purposes for which they may ask to listen, with a case. */
  readonly listensFor: readonly string[]
  /** Sent back as `X-CSRF-Token` with everything that changes something. */
  readonly csrfToken: string | null
  readonly session: SessionTimes | null
  /** The service runs with invented people and calls. */
  readonly demo: boolean
  /** Mail address of whoever answers questions and requests. */
  readonly contact: string | null
}

/** When the web session ends, by the clock of the service. All are instants. */
export interface SessionTimes {
  readonly now: string
  /** Unless somebody does something before. */
  readonly idleEndsAt: string
  readonly endsAt: string
  /** Until when acts that cannot be taken back need no new login; null: they need one now. */
  readonly confirmBy: string | null
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

/** What was made of the sound that came in. */
export interface Media {
  readonly state: 'waiting' | 'ready' | 'unplayable' | 'parked' | 'originals_only'
  /** Code of what is wrong with sound that can be heard all the same. */
  readonly warning?: string
  /** How many there are in the sound. */
  readonly channels?: number
  readonly renditions: readonly string[]
}

export interface Call extends CallSummary {
  readonly audio: { readonly mediaType: string; readonly bytes: number; readonly sha256: string } | null
  /** Who speaks on each channel, in order; null when the sender did not say. */
  readonly channels: readonly string[] | null
  readonly media?: Media
  readonly allowed: readonly string[]
}

export interface CallPage {
  readonly items: readonly CallSummary[]
  readonly nextCursor: string | null
}

/** A part of a call that can be heard alone: `mix` (all voices on one channel), `1` or `2`. */
export interface ChannelChoice {
  readonly channel: string
  /** Who speaks on it, as the sender said. */
  readonly label?: string
}

/** Lowest and highest value of every stretch of sound, for a drawing (the form of BBC's audiowaveform). */
export interface Waveform {
  readonly channels: number
  /** Of the values: 8 means from -128 to 127. */
  readonly bits: number
  /** Stretches in each channel. */
  readonly length: number
  /** For each stretch, for each channel: lowest, highest. */
  readonly data: readonly number[]
}

export interface Playback {
  readonly id: string
  readonly rendition: string
  readonly audioUrl: string
  readonly waveformUrl: string | null
  readonly channels: readonly ChannelChoice[]
  readonly expiresAt: string
}

/** What staff declare when they listen: a purpose with a case, or as a coach a sample. */
export interface Intent {
  readonly purpose?: string
  readonly caseRef?: string
  readonly sampleId?: string
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

/** The same sentence in both languages of the service. */
export interface Sentence {
  readonly nl: string
  readonly en: string
}

/** Why a recording is kept until its day, step by step. */
export interface Derivation {
  readonly steps: readonly (Sentence & { readonly step: string; readonly purpose?: string })[]
  readonly changes: readonly Sentence[]
}

/** One time that somebody listened to a recording, or took a copy. */
export interface Access {
  /** Of the line, to ask who was behind it; null: of nobody here. */
  readonly id: string | null
  readonly firstAt: string
  readonly lastAt: string
  readonly action: 'listened' | 'copied' | 'disclosed' | 'automatic'
  readonly task?: 'prepared' | 'silenced'
  /** Of what was disclosed: to whom. */
  readonly recipient?: string
  readonly byYou: boolean
  /** Opened in an emergency, and so without a purpose. */
  readonly breakGlass: boolean
  readonly nameRequest?: 'open' | 'refused' | 'revealed'
  readonly name?: string
  readonly roles: readonly string[]
  readonly purpose: string | null
  readonly heardSeconds: number | null
  readonly durationSeconds: number | null
}

export interface Preferences {
  readonly training: boolean
  readonly statistics: boolean
  readonly changedAt: { readonly training: string | null; readonly statistics: string | null }
  /** Own calls that training may use today, and those of them that nothing else keeps. */
  readonly trainingCalls: number
  readonly trainingOnlyCalls: number
}

/** A message of the service, in both languages. */
export interface Notice {
  readonly id: string
  readonly about: { readonly type: string; readonly id: string | null }
  readonly at: string
  readonly readAt: string | null
  readonly nl: { readonly title: string; readonly text: string }
  readonly en: { readonly title: string; readonly text: string }
}

export interface NoticePage {
  readonly items: readonly Notice[]
  /** Of all messages, not of this page. */
  readonly unread: number
  readonly nextCursor: string | null
}

export interface MailWish {
  readonly mail: boolean
  readonly addressKnown: boolean
}
