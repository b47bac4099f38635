/**
 * The closed set of things that can go wrong in a way a caller can act on.
 * The code is part of the public API and never changes its meaning; status follows RFC 9110.
 */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is malformed' },
  invalid_metadata: { status: 422, title: 'The metadata does not fit the schema' },
  nothing_to_keep: { status: 422, title: 'No purpose still allows this recording to be kept' },
  no_rule: { status: 422, title: 'No retention rule covers this purpose and product' },
  purpose_not_announced: { status: 409, title: 'The announced notice does not cover this purpose' },
  call_exists: { status: 409, title: 'Another recording of this call is already stored' },
  idempotency_conflict: { status: 409, title: 'This Idempotency-Key was used for another body' },
  upload_in_progress: { status: 409, title: 'This call is being uploaded right now' },
  metadata_first: { status: 400, title: 'The metadata part must come before the audio part' },
  incomplete_upload: { status: 400, title: 'The upload ended before the audio was complete' },
  hash_mismatch: { status: 422, title: 'The audio differs from the sha256 in the metadata' },
  cannot_silence: {
    status: 422,
    title: 'This audio cannot be silenced here; send it as WAV with PCM, mu-law or A-law samples',
  },
  empty_audio: { status: 422, title: 'The audio part is empty' },
  unsupported_audio: { status: 415, title: 'The audio is not a supported telephone recording' },
  unsupported_media_type: { status: 415, title: 'The content type is not supported here' },
  length_required: { status: 411, title: 'Content-Length or chunked transfer coding is required' },
  too_large: { status: 413, title: 'The body is larger than this service accepts' },
  upload_too_slow: { status: 408, title: 'The upload fell below the minimum rate' },
  too_many_uploads: { status: 429, title: 'Too many uploads at the same time' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  unauthenticated: { status: 401, title: 'Log in or send a valid access token' },
  forbidden: { status: 403, title: 'Your role does not allow this' },
  event_conflict: { status: 409, title: 'Another event was already reported under this id' },
  invalid_event: { status: 422, title: 'This event cannot have happened' },
  purpose_exists: { status: 409, title: 'The recording has, or had, this purpose already' },
  purpose_over: { status: 409, title: 'This is over and does not come back' },
  statutory_minimum: { status: 409, title: 'The law demands that this is still kept' },
  right_not_available: {
    status: 409,
    title: 'This right does not exist against the legal basis of the purpose',
  },
  invalid_privacy_request: { status: 422, title: 'This does not fit a privacy request' },
  human_required: { status: 422, title: 'This has to be decided by a person' },
  identity_required: { status: 409, title: 'It must first be certain who asks' },
  period_over: { status: 409, title: 'The day until which this was possible has passed' },
  csrf: { status: 403, title: 'The request did not come from this site' },
  purpose_required: { status: 403, title: 'State the purpose and the case for which you listen' },
  purpose_expired: { status: 403, title: 'This purpose no longer gives access to the recording' },
  step_up_required: { status: 403, title: 'Log in once more to confirm that it is you' },
  listening_suspended: {
    status: 403,
    title: 'Your listening is suspended until somebody has looked at what happened',
  },
  review_pending: { status: 409, title: 'An earlier emergency access is still to be reviewed' },
  second_person_required: { status: 403, title: 'This needs somebody other than who asked for it' },
  invalid_rules: { status: 422, title: 'These retention rules cannot be used' },
  outside_eu: { status: 422, title: 'The country is not in the European Union' },
  invalid_disclosure: { status: 422, title: 'This cannot be given to this recipient' },
  invalid_spans: { status: 422, title: 'These parts do not fit the call' },
  destroyed: { status: 410, title: 'The recording has been destroyed' },
  deletion_in_progress: { status: 409, title: 'The recording is being destroyed' },
  notice_required: { status: 409, title: 'The member has to be told before this is lifted' },
  not_open: { status: 409, title: 'This is no longer open for a decision' },
  package_not_ready: { status: 409, title: 'There is no package to fetch now; its status says why' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'This method is not supported here' },
  range_not_satisfiable: { status: 416, title: 'The requested range is outside the recording' },
  login_failed: { status: 400, title: 'The login could not be completed; start again' },
  clock_disagreement: {
    status: 503,
    title: 'The clocks cannot be trusted; nothing is deleted until they agree',
  },
  restore_unconfirmed: {
    status: 503,
    title:
      'A backup was restored; nothing is deleted until somebody has said that holds and rules are complete',
  },
  storage_full: { status: 507, title: 'The storage is full' },
  damaged_recording: { status: 502, title: 'The stored recording failed its integrity check' },
  unavailable: { status: 503, title: 'A part this needs is unavailable; try again shortly' },
  internal: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof PROBLEMS

/**
 * Which condition of listening was not met. Part of the public API: told beside the code of a refusal, and only
 * to somebody who may know that the recording exists, so never with `not_found`.
 */
export const REFUSAL_REASONS = [
  /** The role has no business with this. */
  'role',
  /** The last day on which an external may work here is over. */
  'engagement_over',
  'confidentiality_not_signed',
  /** Somebody has to look at an emergency first, or at how this person listens. */
  'listening_suspended',
  'purpose_missing',
  'case_missing',
  /** The role does not listen for that purpose. */
  'other_purpose',
  /** Health or crime is in it, and the role may not hear that. */
  'special_category',
  /** The role hears calls with health data only, and there is none in it. */
  'no_health_data',
  'restricted',
  /** No purpose is left; it waits for its destruction. */
  'quarantined',
  'not_playable',
  /** The recording was never made for that purpose. */
  'purpose_absent',
  'purpose_ended',
  /** An objection, a withdrawn consent, or a decision about one that is awaited. */
  'purpose_stopped',
  /** No sample of the coach has this call. */
  'not_assigned',
  'assignment_over',
  /** A sample gives masked voices, and nothing else. */
  'masked_only',
] as const

export type RefusalReason = (typeof REFUSAL_REASONS)[number]

/** A field of the input that is wrong, named the way the caller wrote it. */
export interface FieldError {
  readonly field: string
  readonly message: string
}

export interface ProblemOptions {
  /** Said to the caller: no secrets, no personal data, no internals. */
  readonly detail?: string
  readonly errors?: readonly FieldError[]
  readonly reason?: RefusalReason | undefined
  readonly cause?: unknown
  readonly retryAfterSeconds?: number
}

/** An expected failure; the HTTP edge renders it as an RFC 9457 problem document. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly detail: string | undefined
  readonly errors: readonly FieldError[]
  readonly reason: RefusalReason | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(options.detail ?? PROBLEMS[code].title, { cause: options.cause })
    this.code = code
    this.detail = options.detail
    this.errors = options.errors ?? []
    this.reason = options.reason
    this.retryAfterSeconds = options.retryAfterSeconds
  }

  get status(): number {
    return PROBLEMS[this.code].status
  }
}
