import { isDeepStrictEqual } from 'node:util'
import { appendAudit } from '../audit/append.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { FastStartError } from '../media/fast-start.ts'
import type { Keyring } from '../storage/keyring.ts'
import { renditionKey } from '../storage/keys.ts'
import { type ObjectStore, ObjectStoreError, type ObjectVersion } from '../storage/object-store.ts'
import type { AudioTask, TaskResult } from './audio-task.ts'
import { withAudioTurn } from './audio-turn-queries.ts'
import type { CertificatePorts } from './certificates-issue.ts'
import { renditionTags } from './object-tags.ts'
import { putSealed, removeQuietly } from './put-sealed.ts'
import type { ReadPlain } from './read-plain.ts'
import { destroyVersions } from './redact-destroy.ts'
import { finishRedaction, listCertificate } from './redact-finish.ts'
import {
  forgetFindings,
  noteVersion,
  type RedactionState,
  readRedaction,
  replacedOf,
  silenceOf,
} from './redact-queries.ts'
import {
  findSource,
  lockStorable,
  markObjectsChanged,
  readStorable,
  type SourceAudio,
  type Storable,
  upsertRendition,
} from './rendition-queries.ts'
import { type Converter, isHopeless, SILENCING_HEAD_BYTES, type Silencing, silencingOf } from './silencing.ts'
import { openSource } from './source-audio.ts'

export interface RedactPorts extends CertificatePorts {
  readonly db: Database
  readonly store: ObjectStore
  readonly keyring: Keyring
  readonly clock: Clock
  readonly readPlain: ReadPlain
  readonly engine: Converter | undefined
}

/** Codes of what a person has to look at; until then nobody hears the recording. */
const NO_WAY = 'cannot_silence'
const NOT_DECODABLE = 'undecodable'

/**
 * Takes what was found later out of the original: silence in a new version, then every older version gone at
 * once, whatever holds the recording, and certified. Each step is durable before the next one, and repeating
 * all of it after a crash anywhere gives the same end and one certificate.
 */
export function makeRedact(ports: RedactPorts): AudioTask {
  return async function redact(recordingId, signal) {
    await inTurn(ports, recordingId, (tx) => knowVersion(ports, tx, recordingId))
    const replaced = await inTurn(ports, recordingId, (tx) => replaceOriginal(ports, tx, recordingId, signal))
    if (replaced !== 'done') return replaced
    await inTurn(ports, recordingId, (tx) => finishRedaction(ports, tx, recordingId))
    await listCertificate(ports, recordingId)
    return 'done'
  }
}

async function inTurn<T>({ db }: RedactPorts, id: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const outcome = await withAudioTurn(db, id, work)
  if (outcome === 'busy')
    throw new ObjectStoreError('unavailable', 'somebody stores something of this recording')
  return outcome as T
}

/** Before there are two versions it is still plain which one the row means. */
async function knowVersion({ store }: RedactPorts, tx: Tx, id: string): Promise<void> {
  const state = await readRedaction(tx, id)
  if (!state || state.versionId !== null) return
  const head = await store.head(renditionKey(id, 'original'))
  if (head) await noteVersion(tx, id, head.versionId)
}

async function replaceOriginal(
  ports: RedactPorts,
  tx: Tx,
  id: string,
  signal: AbortSignal,
): Promise<TaskResult> {
  const source = await findSource(tx, id)
  const state = await readRedaction(tx, id)
  const row = await readStorable(tx, id)
  // Destroyed altogether, or replaced already by an attempt that died later.
  if (!source || !row || !state?.isFound) return 'done'
  await removeLeftovers(ports, tx, id, state)
  const silencing = await chooseSilencing(ports, source, signal)
  if (!silencing) return { park: NO_WAY }
  try {
    await storeSilenced(ports, tx, { source, state, row, silencing }, signal)
    return 'done'
  } catch (error) {
    if (isHopeless(error) || error instanceof FastStartError) return { park: NOT_DECODABLE }
    throw error
  }
}

/**
 * A newer version than the row's is what an attempt has left that died before its commit. It has to go before
 * the original is read, because the store reads the newest; never when it is all there is.
 */
async function removeLeftovers(
  { store }: RedactPorts,
  tx: Tx,
  id: string,
  { versionId, wasHeld }: RedactionState,
): Promise<void> {
  const key = renditionKey(id, 'original')
  const known = new Set((await replacedOf(tx, id)).map((one) => one.versionId))
  if (versionId === null || !(await hasVersion(store, key, versionId))) return
  const isLeftover = (version: ObjectVersion): boolean =>
    version.key === key && version.versionId !== versionId && !known.has(version.versionId)
  await destroyVersions(store, { recordingId: id, isDoomed: isLeftover, mayLift: wasHeld })
}

async function hasVersion(store: ObjectStore, key: string, versionId: string): Promise<boolean> {
  for await (const page of store.listVersions(key.slice(0, key.lastIndexOf('/') + 1)))
    if (page.some((version) => version.key === key && version.versionId === versionId)) return true
  return false
}

async function chooseSilencing(
  { readPlain, engine }: RedactPorts,
  { audio, mediaType, silence }: SourceAudio,
  signal: AbortSignal,
): Promise<Silencing | undefined> {
  const length = Math.min(SILENCING_HEAD_BYTES, audio.bytes)
  const head = await readPlain.part(audio, { offset: 0, length }, signal)
  return silencingOf(head, mediaType, silence, engine)
}

interface Replacement {
  readonly source: SourceAudio
  readonly state: RedactionState
  readonly row: Storable
  readonly silencing: Silencing
}

async function storeSilenced(
  { store, keyring, clock, readPlain }: RedactPorts,
  tx: Tx,
  { source, state, row, silencing }: Replacement,
  signal: AbortSignal,
): Promise<void> {
  const id = source.recordingId
  const key = renditionKey(id, 'original')
  const identity = await keyring.unwrap(row, id)
  const body = silencing.run(await openSource(readPlain, source, signal), signal)
  const sealed = await putSealed(store, { key, identity, body, tags: renditionTags('original', row) }, signal)
  try {
    // The old version cannot go while it alone is held, and the recording stays held without a gap.
    if (state.isHeld) await store.setHold(key, sealed.versionId, true)
    if (!(await lockStorable(tx, id))) throw new Error('the recording is being destroyed')
    if (!isDeepStrictEqual(await silenceOf(tx, id), source.silence))
      throw new Error('more was found in the recording meanwhile')
    await upsertRendition(tx, id, { ...sealed, name: 'original', mediaType: silencing.mediaType })
    await forgetFindings(tx, id, 'original')
    await markObjectsChanged(tx, id, clock.now())
    const detail = {
      bytes: sealed.plainBytes,
      mediaType: silencing.mediaType,
      silences: source.silence.length,
    }
    const event = { type: 'recording.audio_replaced', action: 'U', outcome: 'ok', actor: null } as const
    await appendAudit(tx, { ...event, at: clock.now(), recordingId: id, detail })
  } catch (error) {
    if (state.isHeld) await store.setHold(key, sealed.versionId, false)
    await removeQuietly(store, [{ key, versionId: sealed.versionId }])
    throw error
  }
}
