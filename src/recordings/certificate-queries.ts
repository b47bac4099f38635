import { sql } from 'kysely'
import type { PublicJwk } from '../audit/sign.ts'
import type { Connection, Tx } from '../db/database.ts'
import type { Subject } from './certify.ts'

export interface SignedCertificate {
  readonly no: number
  readonly recordingId: string
  readonly subject: Subject
  readonly jws: string
}

/** The end of the chain, locked: whoever gives out the next numbers waits for who gives out these. */
export async function lockHead(tx: Tx): Promise<{ no: number; sha256: string }> {
  return tx.selectFrom('certificate_head').select(['no', 'sha256']).forUpdate().executeTakeFirstOrThrow()
}

export const lastNumber = async (connection: Connection): Promise<number> =>
  (await connection.selectFrom('certificate_head').select('no').executeTakeFirstOrThrow()).no

export async function insertCertificates(
  tx: Tx,
  certificates: readonly SignedCertificate[],
  head: { readonly no: number; readonly sha256: string },
  issuedAt: Date,
): Promise<void> {
  await sql`insert into certificate (no, recording_id, subject, jws, issued_at)
    select no, recording_id, subject, jws, ${issuedAt}::timestamptz
    from unnest(${certificates.map(({ no }) => no)}::bigint[],
      ${certificates.map(({ recordingId }) => recordingId)}::uuid[],
      ${certificates.map(({ subject }) => subject)}::text[], ${certificates.map(({ jws }) => jws)}::text[])
      as one (no, recording_id, subject, jws)`.execute(tx)
  await tx.updateTable('certificate_head').set({ no: head.no, sha256: head.sha256 }).execute()
}

/** Certificates that recordings already have of their own destruction: a restored backup may bring back what was certified before. */
export const certificatesOf = (connection: Connection, ids: readonly string[]) =>
  connection
    .selectFrom('certificate')
    .select(['no', 'recording_id as recordingId', 'subject', 'jws'])
    .where('recording_id', '=', sql<string>`any(${ids}::uuid[])`)
    .where('subject', '=', 'recording')
    .orderBy('no')
    .execute()

/** The newest certificate of replaced versions of one recording. */
export const lastVersionCertificate = (connection: Connection, recordingId: string) =>
  connection
    .selectFrom('certificate')
    .select(['no', 'recording_id as recordingId', 'subject', 'jws'])
    .where('recording_id', '=', recordingId)
    .where('subject', '=', 'version')
    .orderBy('no', 'desc')
    .limit(1)
    .executeTakeFirst()

export const certificateByNo = (connection: Connection, no: number) =>
  connection.selectFrom('certificate').select(['no', 'jws']).where('no', '=', no).executeTakeFirst()

/** What was certified of one recording, for people who have business with its entity; the oldest first. */
export const certificatesAbout = (connection: Connection, recordingId: string, entities: readonly string[]) =>
  connection
    .selectFrom('certificate')
    .innerJoin('recording', 'recording.id', 'certificate.recording_id')
    .select(['no', 'jws'])
    .where('recording_id', '=', recordingId)
    .where('entity', '=', sql<string>`any(${entities}::text[])`)
    .orderBy('no')
    .execute()

/** Certificates of some entities, the newest first, from those below a number. */
export const listCertificates = (
  connection: Connection,
  page: { readonly entities: readonly string[]; readonly below: number | null; readonly limit: number },
) =>
  connection
    .selectFrom('certificate')
    .innerJoin('recording', 'recording.id', 'certificate.recording_id')
    .select(['no', 'jws'])
    .where('entity', '=', sql<string>`any(${page.entities}::text[])`)
    .$if(page.below !== null, (query) => query.where('no', '<', page.below))
    .orderBy('no', 'desc')
    .limit(page.limit)
    .execute()

/** Keeps the public half of a signing key for as long as its signatures matter: for ever. */
export async function rememberKey(connection: Connection, jwk: PublicJwk, now: Date): Promise<void> {
  await connection
    .insertInto('signing_key')
    .values({ kid: jwk.kid, public_jwk: JSON.stringify(jwk), first_used_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function publicKeys(connection: Connection): Promise<PublicJwk[]> {
  const rows = await connection
    .selectFrom('signing_key')
    .select('public_jwk')
    .where(sql<boolean>`public_jwk ->> 'kty' = 'OKP'`)
    .orderBy('first_used_at')
    .execute()
  return rows.map(({ public_jwk }) => public_jwk as PublicJwk)
}
