import { randomUUID } from 'node:crypto'
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { Problem } from '../kernel/problem.ts'
import { SECOND } from '../kernel/units.ts'
import type { Keyring, WrappedIdentity } from './keyring.ts'

export interface KmsKeyringConfig {
  /** Id, ARN or alias of a symmetric key. */
  readonly keyId: string
  readonly region: string
  readonly endpoint?: string
  /** Else the SDK's own chain finds them. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

const DEADLINE_MS = 10 * SECOND
const MAX_ATTEMPTS = 4
const PURPOSE = 'listenback recording identity'

/**
 * Wraps identities with a key that never leaves AWS KMS. The recording id is part of the encryption
 * context, which KMS authenticates and writes to its own log of every use.
 */
export function openKmsKeyring(config: KmsKeyringConfig): Keyring {
  const { keyId, region, endpoint, credentials } = config
  const client = new KMSClient({
    region,
    maxAttempts: MAX_ATTEMPTS,
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
  })
  const context = (recordingId: string) => ({ purpose: PURPOSE, recording: recordingId })
  const deadline = () => ({ abortSignal: AbortSignal.timeout(DEADLINE_MS) })

  async function wrap(secret: Uint8Array, recordingId: string): Promise<WrappedIdentity> {
    const input = { KeyId: keyId, Plaintext: secret, EncryptionContext: context(recordingId) }
    const answer = await client.send(new EncryptCommand(input), deadline()).catch(unavailable)
    if (!answer.CiphertextBlob || !answer.KeyId)
      return unavailable(new Error('KMS answered without ciphertext'))
    return { kekId: answer.KeyId, wrapped: answer.CiphertextBlob }
  }

  async function unwrap({ kekId, wrapped }: WrappedIdentity, recordingId: string): Promise<Uint8Array> {
    const input = { KeyId: kekId, CiphertextBlob: wrapped, EncryptionContext: context(recordingId) }
    const answer = await client.send(new DecryptCommand(input), deadline()).catch(unavailable)
    return answer.Plaintext ?? unavailable(new Error('KMS answered without plaintext'))
  }

  async function check(): Promise<void> {
    const probe = randomUUID()
    const secret = Buffer.from(probe)
    const back = await unwrap(await wrap(secret, probe), probe)
    if (!secret.equals(back)) unavailable(new Error('KMS gave back another secret than it was given'))
  }

  return { wrap, unwrap, check }
}

function unavailable(cause: unknown): never {
  throw new Problem('unavailable', { cause })
}
