import type { Actor } from '../access/actor.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { type FieldError, Problem } from '../kernel/problem.ts'
import { SNIFF_BYTES, sniffAudio } from '../media/sniff.ts'
import { declaredTypeOf, type ImportEntry, type ImportRow } from './import-row.ts'
import type { ImportSource, SourceFile } from './import-source.ts'
import { digestAudio } from './ingest-audio.ts'
import { fingerprintOf, parseMetadata } from './ingest-metadata.ts'
import { findByCall } from './ingest-queries.ts'
import { makeIngestSilence } from './ingest-silence.ts'
import type { CallMetadata, DeriveRetention } from './model.ts'
import type { Converter } from './silencing.ts'

/** One thing that is wrong with a row. Names fields and never what is in them. */
export interface ImportFinding {
  /** A problem code of the API, or `file_refused` or `size_mismatch`, which only an import can meet. */
  readonly code: string
  /** Empty when it is no single field. */
  readonly field: string
  readonly message: string
}

/** A row that may be imported as far as anybody can say without its audio. */
export interface FitRow {
  readonly entry: ImportEntry
  readonly call: CallMetadata
  readonly file: SourceFile
}

export interface CheckPorts {
  readonly db: Database
  readonly clock: Clock
  readonly deriveRetention: DeriveRetention
  readonly actor: Actor
  readonly source: ImportSource
  readonly maxBytes: number
  /** As for a delivery. */
  readonly engine?: Converter | undefined
}

interface Part<T> {
  readonly value?: T
  readonly findings: readonly ImportFinding[]
}

/** Everything that can be said of a row without reading its audio, all findings at once. */
export async function checkRow(ports: CheckPorts, row: ImportRow): Promise<Part<FitRow>> {
  const { entry } = row
  if (!entry) return { findings: row.errors.map(invalid) }
  const call = readCall(ports, entry)
  const file = await findFile(ports, entry)
  const findings = [...entry.errors.map(invalid), ...call.findings, ...file.findings]
  if (findings.length > 0 || !call.value || !file.value) return { findings }
  return { value: { entry, call: call.value, file: file.value }, findings }
}

const invalid = (error: FieldError): ImportFinding => ({ code: 'invalid_metadata', ...error })

/** What a problem says, once for every field it names. */
export function findingsOf(problem: Problem): ImportFinding[] {
  const { code, errors, message } = problem
  return errors.length > 0 ? errors.map((error) => ({ code, ...error })) : [{ code, field: '', message }]
}

function readCall(
  { clock, actor, deriveRetention }: CheckPorts,
  { document }: ImportEntry,
): Part<CallMetadata> {
  try {
    const now = clock.now()
    const call = parseMetadata(document, actor, now)
    if (!actor.entities.includes(call.entity)) {
      const message = 'is not an entity that this import was given'
      return { findings: [{ code: 'forbidden', field: 'entity', message }] }
    }
    deriveRetention(call, now)
    return { value: call, findings: [] }
  } catch (error) {
    if (error instanceof Problem) return { findings: findingsOf(error) }
    throw error
  }
}

async function findFile({ source, maxBytes }: CheckPorts, entry: ImportEntry): Promise<Part<SourceFile>> {
  if (entry.file === undefined) return { findings: [] }
  const file = await source.find(entry.file)
  if (typeof file === 'string') return { findings: [{ code: 'file_refused', field: 'file', message: file }] }
  const finding = sizeFinding(file.bytes, entry.bytes, maxBytes)
  return finding ? { findings: [finding] } : { value: file, findings: [] }
}

function sizeFinding(
  bytes: number,
  expected: number | undefined,
  maxBytes: number,
): ImportFinding | undefined {
  if (expected !== undefined && bytes !== expected) {
    return { code: 'size_mismatch', field: 'bytes', message: 'differs from the size of the file' }
  }
  if (bytes === 0) return { code: 'empty_audio', field: 'file', message: 'is empty' }
  if (bytes > maxBytes) {
    return { code: 'too_large', field: 'file', message: 'is larger than this service accepts' }
  }
  return undefined
}

/**
 * What a delivery of the row would meet, without storing anything: the kind of audio by its first bytes and,
 * when there is something to compare with, every byte. Throws Problem as the delivery would.
 */
export async function rehearse(
  { db, engine }: CheckPorts,
  { entry, call, file }: FitRow,
): Promise<'new' | 'there'> {
  const declaredType = declaredTypeOf(entry)
  const head = await file.head(SNIFF_BYTES)
  const mediaType = sniffAudio(head, declaredType)
  if (!mediaType) throw new Problem('unsupported_audio')
  const existing = await findByCall(db, call)
  const isThere = existing !== undefined && existing.status !== 'receiving'
  if (!isThere && call.silence.length > 0) makeIngestSilence(call.silence, engine).choose(head, mediaType)
  if (!isThere && call.sha256 === null) return 'new'
  const sha256 = await digestAudio({ declaredType, body: file.read(), complete: Promise.resolve() })
  if (call.sha256 !== null && call.sha256 !== sha256.toString('hex')) throw new Problem('hash_mismatch')
  if (!isThere) return 'new'
  if (existing.fingerprint?.equals(fingerprintOf(call, sha256))) return 'there'
  throw new Problem('call_exists')
}
