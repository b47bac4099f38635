import type { ColumnType, Generated } from 'kysely'
import type { RenditionName } from '../storage/keys.ts'

/** Tables of packages for members. */

type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>
type Int8 = ColumnType<number, number, number>

export interface PackageTable {
  id: string
  request_id: string
  member_ref: string
  kind: 'access' | 'portability'
  state: 'building' | 'ready' | 'ended'
  asked_at: Date
  run_at: Date
  worker: Optional<number>
  attempts: Generated<number>
  recordings_total: number
  recordings_done: Generated<number>
  bytes: ColumnType<number, number | undefined, number>
  sha256: Optional<Buffer>
  generated_at: Optional<Date>
  expires_at: Optional<Date>
  delivered_at: Optional<Date>
  ended_at: Optional<Date>
  ended_because: Optional<'expired' | 'recording_destroyed' | 'changed'>
  kek_id: Optional<string>
  wrapped: Optional<Buffer>
}

export interface PackageRecordingTable {
  package_id: string
  n: number
  recording_id: string
  state: Generated<'waiting' | 'included' | 'left_out'>
  left_out_because: Optional<string>
}

/** Either audio of a recording or a document of the package's own. */
export interface PackageFileTable {
  package_id: string
  position: number
  name: string
  media_type: string
  bytes: Int8
  crc32: Int8
  sha256: Buffer
  recording_id: Optional<string>
  rendition: Optional<RenditionName>
  sealed: Optional<Buffer>
}
