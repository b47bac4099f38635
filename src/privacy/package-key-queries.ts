import { sql } from 'kysely'
import type { DocumentJwk } from '../audit/sign-document.ts'
import type { Connection } from '../db/database.ts'

/** Keeps the public half of a key for as long as its signatures matter: for ever. */
export async function rememberDocumentKey(
  connection: Connection,
  jwk: DocumentJwk,
  now: Date,
): Promise<void> {
  await connection
    .insertInto('signing_key')
    .values({ kid: jwk.kid, public_jwk: JSON.stringify(jwk), first_used_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Every key that ever signed a package here. */
export async function documentKeys(connection: Connection): Promise<DocumentJwk[]> {
  const rows = await connection
    .selectFrom('signing_key')
    .select('public_jwk')
    .where(sql<boolean>`public_jwk ->> 'kty' = 'RSA'`)
    .orderBy('first_used_at')
    .execute()
  return rows.map(({ public_jwk }) => public_jwk as DocumentJwk)
}
