import type { SilencedRange } from '../db/schema.ts'
import type { PurposeTag } from '../recordings/model.ts'
import type { Span } from '../recordings/span-list.ts'

/** A stored file that goes into a package as it is. */
export interface PackagedAudio {
  /** Its name in the package. */
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
  readonly sha256: Buffer
  readonly sha512: Buffer
}

/** Somebody who was given a call, or works with it for the organisation, by name (Art. 15(1)(c) GDPR). */
export interface Recipient {
  readonly name: string
  readonly country: string | null
  /** A processor works for the organisation; the others received something. */
  readonly kind: string
  readonly legalBasis: string | null
  readonly purpose: string | null
  /** When it was given; null for a processor, who has it all the time. */
  readonly at: Date | null
  /** Null: all calls. */
  readonly recordingId: string | null
}

/** One call as the member gets it: nothing in it names who served them. */
export interface PackagedCall {
  readonly id: string
  readonly entity: string
  readonly product: string | null
  readonly direction: 'inbound' | 'outbound' | null
  readonly language: string | null
  readonly noticeVersion: string | null
  readonly sensitivity: readonly string[]
  readonly startedAt: Date
  readonly endedAt: Date | null
  readonly receivedAt: Date
  readonly durationSeconds: number | null
  readonly keepUntil: string | null
  /** Who speaks on each channel, as the sender said. */
  readonly parties: readonly string[] | null
  /** As decoding showed; null when nobody could decode it. */
  readonly audioChannels: number | null
  readonly silence: readonly SilencedRange[]
  readonly cuts: readonly Span[]
  readonly tags: readonly PurposeTag[]
  readonly audio: PackagedAudio
  /** The same in a form that browsers play, where they do not play the original. */
  readonly playback: PackagedAudio | null
  /** Stable names that tell nobody outside who it is. */
  readonly pseudonyms: { readonly member: string; readonly agent: string | null }
}
