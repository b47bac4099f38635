import type { ColumnType, Generated } from 'kysely'
import type { RenditionName } from '../storage/keys.ts'

type Int8 = ColumnType<number, number, number>

/** What decoding the original showed. */
export interface AudioFactsTable {
  recording_id: string
  codec: string
  channels: number
  sample_rate: number
  duration_ms: Int8
  warning: string | null
  decoded_at: Date
}

export type AudioWorkKind = 'redact' | 'playback' | 'channels' | 'masked' | 'copy' | 'tidy'

/** Something that is still to be made of a recording; work that is done leaves no row. */
export interface AudioWorkTable {
  recording_id: string
  kind: AudioWorkKind
  /** Parked work is not tried again by itself; `reason` says what it failed on. */
  state: Generated<'waiting' | 'parked'>
  attempts: Generated<number>
  run_at: Date
  worker: number | null
  reason: string | null
}

/** A part of a call that is not to be heard in one of the things made of it; the original keeps it. */
export interface AudioSpanTable {
  recording_id: string
  kind: 'beep' | 'cut'
  from_ms: Int8
  to_ms: Int8
  /** Counted from 1; null for all channels. */
  channel: number | null
  reason: string
}

/** Stored bytes that are gone or not what was stored. */
export interface IntegrityFindingTable {
  recording_id: string
  rendition: RenditionName
  kind: 'missing' | 'changed'
  found_at: Date
  seen_at: Date
}

/** A recording whose use for training changed, or is about to end. */
export interface TrainingReviewTable {
  recording_id: string
  purpose: Generated<string>
  look_at: Date
}

/** A stored version with something in it that is to be heard no more; still to be destroyed and certified. */
export interface ReplacedVersionTable {
  recording_id: string
  name: RenditionName
  /** Empty when the store never told us one. */
  version_id: Generated<string>
  cipher_sha256: Buffer | null
  asked_by: string
  asked_at: Date
}
