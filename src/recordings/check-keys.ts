import type { Database } from '../db/database.ts'
import type { Keyring } from '../storage/keyring.ts'
import { oneKeyPerKek } from './sealed-queries.ts'

/**
 * Proves that the keyring opens what is stored, one recording per key-encryption key. A keyring that
 * was lost and made anew would otherwise be noticed only when somebody wants to listen.
 * Throws an Error that says what to do.
 */
export async function checkKeys({ db, keyring }: { db: Database; keyring: Keyring }): Promise<void> {
  await keyring.check()
  for (const { recording_id, kek_id, wrapped } of await oneKeyPerKek(db)) {
    try {
      await keyring.unwrap({ kekId: kek_id, wrapped }, recording_id)
    } catch (cause) {
      throw new Error(
        `the keyring cannot open recordings wrapped with key ${kek_id}; put the keyring that has it in place`,
        { cause },
      )
    }
  }
}
