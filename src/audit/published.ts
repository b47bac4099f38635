import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { ObjectStore, ObjectVersion } from '../storage/object-store.ts'

/** Outside the recordings: nothing here belongs to one of them, and nothing here ever ends by a rule. */
const PREFIX = 'audit'
const DIGITS = 16
const MONTHS_BACK = 60

/** The origin as a path segment. */
const logOf = (origin: string): string => origin.replaceAll(/[^\w.-]/g, '_')

const monthOf = (at: Date): string => at.toISOString().slice(0, 'YYYY-MM'.length)

/** Puts a checkpoint where nobody who can change the database can change it. Throws ObjectStoreError. */
export async function publishCheckpoint(
  store: Pick<ObjectStore, 'put'>,
  { origin, size, note, at }: { origin: string; size: number; note: string; at: Date },
  signal: AbortSignal,
): Promise<void> {
  const name = String(size).padStart(DIGITS, '0')
  await store.put(
    `${PREFIX}/${logOf(origin)}/${monthOf(at)}/${name}`,
    Readable.from([Buffer.from(note)]),
    signal,
  )
}

type Reading = Pick<ObjectStore, 'listVersions' | 'open'>

/** The last note that the store has of a log; undefined when it has none. Throws ObjectStoreError. */
export async function lastPublishedNote(
  store: Reading,
  origin: string,
  now: Date,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (let back = 0; back < MONTHS_BACK; back++) {
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1))
    const last = await lastUnder(store, `${PREFIX}/${logOf(origin)}/${monthOf(month)}/`)
    if (last) return text(await store.open(last.key, { offset: 0, length: last.bytes }, signal))
  }
  return undefined
}

/** The numbers in the names have one length, so their order is that of their text. */
async function lastUnder(store: Reading, prefix: string): Promise<ObjectVersion | undefined> {
  let last: ObjectVersion | undefined
  for await (const page of store.listVersions(prefix))
    for (const one of page) if (!one.isMarker && (!last || one.key > last.key)) last = one
  return last
}
