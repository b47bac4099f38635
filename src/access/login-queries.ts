import type { Connection } from '../db/database.ts'

export interface LoginAttemptRow {
  readonly state_hash: Buffer
  readonly code_verifier: string
  readonly nonce: string
  readonly return_to: string
  readonly expires_at: Date
  /** The session whose person is asked to log in once more. */
  readonly session_id_hash: Buffer | null
}

export async function insertAttempt(connection: Connection, row: LoginAttemptRow): Promise<void> {
  await connection.insertInto('login_attempt').values(row).execute()
}

/** Takes the attempt out of the table: of two callbacks with the same state only one gets it. */
export function takeAttempt(connection: Connection, stateHash: Buffer): Promise<LoginAttemptRow | undefined> {
  return connection
    .deleteFrom('login_attempt')
    .where('state_hash', '=', stateHash)
    .returningAll()
    .executeTakeFirst()
}

export async function deleteExpiredAttempts(connection: Connection, now: Date): Promise<void> {
  await connection.deleteFrom('login_attempt').where('expires_at', '<=', now).execute()
}
