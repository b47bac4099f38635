import { type PublicJwk, verifySigned } from '../audit/sign.ts'
import type { Database } from '../db/database.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import { CertificateSchema } from './certify.ts'
import { type ListedDestruction, readDestructionLists, readReplacedLists } from './destruction-list.ts'
import { livingAmong } from './replay-queries.ts'

/** What a list says of a recording that is here again, or whose certificate this database does not know. */
export interface Entry extends ListedDestruction {
  readonly isHere: boolean
  /** The exact text that was signed; undefined when we did not sign the entry. */
  readonly signed: string | undefined
}

/**
 * The entries that matter to this database, by recording, from lists written at or after `since`: the last
 * one of each, because only the last attempt to finish a destruction can have committed. Throws
 * ObjectStoreError.
 */
export async function readEntries(
  { db, store }: { readonly db: Database; readonly store: ObjectStore },
  keys: readonly PublicJwk[],
  known: { readonly since: Date; readonly lastCertificate: number },
): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>()
  for await (const list of readDestructionLists(store, known.since)) {
    const here = new Set(
      await livingAmong(
        db,
        list.map(({ id }) => id),
      ),
    )
    for (const one of list) {
      if (!here.has(one.id) && one.certificate <= known.lastCertificate) continue
      const signed = signedText(one, keys)
      // What we did not sign never takes the place of what we did.
      if (signed !== undefined || !entries.has(one.id))
        entries.set(one.id, { ...one, isHere: here.has(one.id), signed })
    }
  }
  return entries
}

/** A certificate that we signed, with the exact text that was signed. */
export type SignedEntry = ListedDestruction & { readonly signed: string }

/** Certificates of replaced versions that this database does not know. Throws ObjectStoreError. */
export async function readReplaced(
  store: ObjectStore,
  keys: readonly PublicJwk[],
  known: { readonly since: Date; readonly lastCertificate: number },
): Promise<readonly SignedEntry[]> {
  const entries: SignedEntry[] = []
  for await (const list of readReplacedLists(store, known.since)) {
    for (const one of list) {
      const signed = one.certificate > known.lastCertificate ? signedText(one, keys) : undefined
      if (signed !== undefined) entries.push({ ...one, signed })
    }
  }
  return entries
}

/** Undefined unless the certificate was signed with one of the keys, and is of this recording and number. */
function signedText(
  { id, certificate, jws }: ListedDestruction,
  keys: readonly PublicJwk[],
): string | undefined {
  const signed = verifySigned(jws, keys)
  if (signed === undefined) return undefined
  const { success, data } = CertificateSchema.safeParse(JSON.parse(signed))
  return success && data.recordingId === id && data.no === certificate ? signed : undefined
}
