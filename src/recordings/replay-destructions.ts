import { appendAudit } from '../audit/append.ts'
import { DAY } from '../kernel/units.ts'
import { insertCertificates, lastNumber, lockHead, publicKeys } from './certificate-queries.ts'
import { type Subject, sha256Of } from './certify.ts'
import type { Purge } from './purge.ts'
import { purgeEvent } from './purge-event.ts'
import type { PurgePorts } from './purge-ports.ts'
import { type Entry, readEntries, readReplaced, type SignedEntry } from './replay-lists.ts'
import { heldAmong, replayedTo, setAside, setReplayedTo } from './replay-queries.ts'
import { noteRestore } from './restore-queries.ts'

/** A list is written before its transaction commits, and clocks may differ: look a little further back. */
const OVERLAP_MS = DAY
const BATCH = 500

export type ReplayPorts = Pick<PurgePorts, 'db' | 'store' | 'clock' | 'logger' | 'signer'> & {
  readonly purge: Pick<Purge, 'claimAgain' | 'destroy'>
}

export interface Replayed {
  /** Were here again, and are gone again. */
  readonly destroyed: number
  /** Are out of everybody's reach; the sweep finishes them. */
  readonly unfinished: number
  /** Are held now, or on a list that we did not sign: a person has to decide. */
  readonly setAside: number
  /** Certificates that the restored database did not know. */
  readonly certificates: number
}

/**
 * Destroys again what a restored backup brought back: every recording that a list outside the database
 * names and that is here. Runs before anybody is served, and finds nothing when nothing was restored.
 * Throws ObjectStoreError while the lists cannot be read.
 */
export function makeReplayDestructions(ports: ReplayPorts) {
  return async function replayDestructions(): Promise<Replayed> {
    const { db, clock, signer } = ports
    const startedAt = clock.now()
    const last = await replayedTo(db)
    const since = last ? new Date(last.getTime() - OVERLAP_MS) : new Date(0)
    const keys = [...(await publicKeys(db)), signer.publicJwk]
    const known = { since, lastCertificate: await lastNumber(db) }
    const entries = await readEntries(ports, keys, known)
    const replaced = await readReplaced(ports.store, keys, known)
    const certificates = await restoreCertificates(ports, [...entries.values()], replaced)
    const here = [...entries.values()].filter(({ isHere }) => isHere)
    const done = await destroyAgain(ports, idsOf(here.filter(({ signed }) => signed !== undefined)))
    const forged = idsOf(here.filter(({ signed }) => signed === undefined))
    const aside = await putAside(ports, [...(await heldAmong(db, idsOf(here))), ...forged])
    // Only an older database lacks certificates; after a mere crash there is nothing to accept.
    if (certificates > 0) await noteRestore(db, startedAt)
    await setReplayedTo(db, startedAt)
    const replayed = { ...done, setAside: aside, certificates }
    if (here.length > 0)
      ports.logger.error('destroyed recordings had come back', {
        alarm: 'destructions_replayed',
        ...replayed,
      })
    return replayed
  }
}

const idsOf = (entries: readonly Entry[]): string[] => entries.map(({ id }) => id)

type Lost = SignedEntry & { readonly subject: Subject }

/** Puts back certificates given out after the backup was made, so that no number is given out twice. */
async function restoreCertificates(
  { db, clock }: ReplayPorts,
  entries: readonly Entry[],
  replaced: readonly SignedEntry[],
): Promise<number> {
  const all: Lost[] = [
    ...entries.flatMap(({ signed, ...one }) =>
      signed === undefined ? [] : [{ ...one, signed, subject: 'recording' as const }],
    ),
    ...replaced.map((one) => ({ ...one, subject: 'version' as const })),
  ]
  // Of a number that was tried twice only the last attempt can have committed.
  const byNo = new Map(all.sort(byTime).map((one) => [one.certificate, one]))
  return db.transaction().execute(async (tx) => {
    const head = await lockHead(tx)
    const lost = [...byNo.values()]
      .filter(({ certificate }) => certificate > head.no)
      .sort((a, b) => a.certificate - b.certificate)
    const last = lost.at(-1)
    if (!last) return 0
    const certificates = lost.map(({ id, certificate, jws, subject }) => ({
      ...{ no: certificate, recordingId: id, jws, subject },
    }))
    const newHead = { no: last.certificate, sha256: sha256Of(last.signed) }
    await insertCertificates(tx, certificates, newHead, clock.now())
    return lost.length
  })
}

const byTime = (a: Lost, b: Lost): number =>
  Number(a.writtenAt > b.writtenAt) - Number(a.writtenAt < b.writtenAt)

async function destroyAgain({ purge }: ReplayPorts, ids: readonly string[]) {
  let destroyed = 0
  let unfinished = 0
  for (let at = 0; at < ids.length; at += BATCH) {
    const claims = await purge.claimAgain(ids.slice(at, at + BATCH))
    for (const { kind } of await purge.destroy(claims)) {
      if (kind === 'destroyed') destroyed += 1
      else unfinished += 1
    }
  }
  return { destroyed, unfinished }
}

async function putAside({ db, clock, logger }: ReplayPorts, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0
  logger.error('a destroyed recording has come back and is not destroyed again: somebody has to decide', {
    alarm: 'destruction_not_replayed',
    recordingIds: ids.slice(0, 100),
    count: ids.length,
  })
  const now = clock.now()
  return db.transaction().execute(async (tx) => {
    const aside = await setAside(tx, ids, now)
    const events = aside.map((id) =>
      purgeEvent('recording.quarantined', 'error', id, now, { because: 'destroyed before' }),
    )
    if (events.length > 0) await appendAudit(tx, ...events)
    return ids.length
  })
}
