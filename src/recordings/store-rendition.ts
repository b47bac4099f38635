import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Database, Tx } from '../db/database.ts'
import type { Clock } from '../kernel/clock.ts'
import { MINUTE } from '../kernel/units.ts'
import type { Keyring } from '../storage/keyring.ts'
import { type RenditionName, recordingPrefix, renditionKey } from '../storage/keys.ts'
import type { ObjectStore, ObjectVersion } from '../storage/object-store.ts'
import { withAudioTurn } from './audio-turn-queries.ts'
import { queueWork } from './audio-work-queries.ts'
import { renditionTags } from './object-tags.ts'
import { putSealed, removeQuietly } from './put-sealed.ts'
import {
  lockStorable,
  markObjectsChanged,
  readStorable,
  type SourceAudio,
  type Storable,
  type StoredRendition,
  upsertRendition,
} from './rendition-queries.ts'

export interface NewRendition {
  readonly name: Exclude<RenditionName, 'original'>
  readonly mediaType: string
  /** Called once, when it is its turn. */
  open(): Readable
}

export interface StoreRequest {
  /** What the renditions were made of. */
  readonly source: Pick<SourceAudio, 'recordingId' | 'sha256'>
  readonly renditions: readonly NewRendition[]
  /**
   * Runs in the transaction that makes the renditions known, with the recording's row locked. `false` says
   * that they are wanted no more: then nothing of them stays, and nothing it wrote.
   */
  readonly alongside?: (tx: Tx) => Promise<boolean>
}

/**
 * `unwanted`: the recording is being destroyed, its original was or will be replaced, or `alongside` said no;
 * trying again would not help. Throws what the store, the key service or the database threw, which may pass.
 */
export type StoreRenditions = (request: StoreRequest, signal: AbortSignal) => Promise<'stored' | 'unwanted'>

export interface StoreRenditionPorts {
  readonly db: Database
  readonly store: ObjectStore
  readonly keyring: Keyring
  readonly clock: Clock
}

const BUSY_PAUSE_MS = 250
const BUSY_LIMIT_MS = 2 * MINUTE

/**
 * Stores what was made of a recording's audio, all of it or nothing. The objects come before their rows, in
 * one turn that a destruction waits for, so that nothing can appear of a recording that is being destroyed.
 */
export function makeStoreRenditions(ports: StoreRenditionPorts): StoreRenditions {
  return async function storeRenditions(request, signal) {
    for (let waited = 0; waited < BUSY_LIMIT_MS; waited += BUSY_PAUSE_MS) {
      const outcome = await withAudioTurn(ports.db, request.source.recordingId, (tx) =>
        storeInTurn(ports, tx, request, signal),
      ).catch(unwantedOrThrow)
      if (outcome !== 'busy') return outcome
      await sleep(BUSY_PAUSE_MS, undefined, { signal })
    }
    throw new Error('somebody else stores something of this recording all the time')
  }
}

/** Thrown to undo what the transaction did. */
class Unwanted extends Error {}

function unwantedOrThrow(error: unknown): 'unwanted' {
  if (error instanceof Unwanted) return 'unwanted'
  throw error
}

type Stored = StoredRendition & { readonly key: string }

async function storeInTurn(
  ports: StoreRenditionPorts,
  tx: Tx,
  request: StoreRequest,
  signal: AbortSignal,
): Promise<'stored'> {
  const { store, keyring } = ports
  const id = request.source.recordingId
  const before = await readStorable(tx, id)
  if (!before || !isWanted(before, request)) throw new Unwanted()
  const identity = await keyring.unwrap(before, id)
  await removeLeftovers(store, request, before)
  const stored: Stored[] = []
  try {
    for (const { name, mediaType, open } of request.renditions) {
      const key = renditionKey(id, name)
      const sealed = await putSealed(
        store,
        { key, identity, body: open(), tags: renditionTags(name, before) },
        signal,
      )
      stored.push({ ...sealed, name, mediaType, key })
    }
    await makeKnown(ports, tx, request, { before, stored })
    return 'stored'
  } catch (error) {
    // Still in our turn: a destruction that waits for it must find nothing that comes back.
    await removeQuietly(store, stored)
    throw error
  }
}

const isWanted = (row: Storable, { source }: StoreRequest): boolean =>
  !row.redacting && row.originalSha256 !== null && row.originalSha256.equals(source.sha256)

/** What an attempt that died has left under our keys; no row names it. */
async function removeLeftovers(store: ObjectStore, request: StoreRequest, before: Storable): Promise<void> {
  const id = request.source.recordingId
  const known = new Map(before.versions.map(({ name, versionId }) => [renditionKey(id, name), versionId]))
  const keys = new Set(request.renditions.map(({ name }) => renditionKey(id, name)))
  const isLeftover = ({ key, versionId }: ObjectVersion): boolean =>
    keys.has(key) && known.get(key) !== null && known.get(key) !== versionId
  for await (const page of store.listVersions(recordingPrefix(id)))
    await removeQuietly(store, page.filter(isLeftover))
}

async function makeKnown(
  { clock }: StoreRenditionPorts,
  tx: Tx,
  { source, renditions, alongside }: StoreRequest,
  { before, stored }: { readonly before: Storable; readonly stored: readonly Stored[] },
): Promise<void> {
  const id = source.recordingId
  const row = await lockStorable(tx, id)
  if (!row || !isWanted(row, { source, renditions })) throw new Unwanted()
  for (const one of stored) await upsertRendition(tx, id, one)
  if (alongside && !(await alongside(tx))) throw new Unwanted()
  const now = clock.now()
  const isOutdated = stored.some(
    ({ name }) => !isDeepStrictEqual(renditionTags(name, row), renditionTags(name, before)),
  )
  // A hold is also on the objects themselves: the job that keeps the store in step puts it on the new ones.
  if (isOutdated || !row.isFree) await markObjectsChanged(tx, id, now)
  const replaces = row.versions.some(({ name }) => stored.some((one) => one.name === name))
  if (replaces) await queueWork(tx, id, 'tidy', now)
}
