import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Keyring } from '../../../src/storage/keyring.ts'
import { openKmsKeyring } from '../../../src/storage/kms-keyring.ts'
import { type KmsServer, startKmsServer } from './kms-server.ts'

const unavailable = expect.objectContaining({ name: 'Problem', code: 'unavailable' })
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

describe('the keyring in a key server that speaks KMS', () => {
  let server: KmsServer
  let keyring: Keyring
  beforeAll(async () => {
    server = await startKmsServer()
    const { endpoint } = server
    keyring = openKmsKeyring({ keyId: 'alias/recordings', region: 'eu-central-1', endpoint, credentials })
  })
  afterAll(() => server.stop())

  it('gives back the secret and names the key itself, not its alias', async () => {
    const recordingId = randomUUID()
    const secret = randomBytes(32)
    const identity = await keyring.wrap(secret, recordingId)
    expect(identity.kekId).toBe(server.arn)
    expect(Buffer.from(await keyring.unwrap(identity, recordingId)).equals(secret)).toBe(true)
    expect(server.contexts.at(-1)).toEqual({
      purpose: 'listenback recording identity',
      recording: recordingId,
    })
    await keyring.check()
  })

  it('refuses an identity that was moved to another recording or altered', async () => {
    const recordingId = randomUUID()
    const { kekId, wrapped } = await keyring.wrap(randomBytes(32), recordingId)
    await expect(keyring.unwrap({ kekId, wrapped }, randomUUID())).rejects.toEqual(unavailable)
    const altered = Buffer.from(wrapped)
    altered.writeUInt8(altered.readUInt8(20) ^ 1, 20)
    await expect(keyring.unwrap({ kekId, wrapped: altered }, recordingId)).rejects.toEqual(unavailable)
  })

  it('tries again when the server stumbles', async () => {
    server.failNext = 2
    await keyring.check()
  })

  it('is unavailable when the server does not answer, or does not have the key', async () => {
    const region = 'eu-central-1'
    const nobody = openKmsKeyring({ keyId: 'x', region, endpoint: 'http://127.0.0.1:1', credentials })
    await expect(nobody.check()).rejects.toEqual(unavailable)
    const foreign = openKmsKeyring({ keyId: 'alias/other', region, endpoint: server.endpoint, credentials })
    await expect(foreign.wrap(randomBytes(32), randomUUID())).rejects.toEqual(unavailable)
  })
})
