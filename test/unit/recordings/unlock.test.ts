import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { MINUTE } from '../../../src/kernel/units.ts'
import { type LockedAudio, makeUnlock } from '../../../src/recordings/unlock.ts'
import { newAgeFile } from '../../../src/storage/age/index.ts'
import type { Keyring } from '../../../src/storage/keyring.ts'
import { testClock } from '../../support/clock.ts'

/** A keyring that wraps by doing nothing, and counts what it is asked to open. */
function openKeyring(): Keyring & { asked: number; broken: boolean } {
  return {
    asked: 0,
    broken: false,
    wrap: async (secret) => ({ kekId: 'k', wrapped: secret }),
    async unwrap({ wrapped }) {
      this.asked += 1
      if (this.broken) throw new Error('the key service is away')
      return wrapped
    },
    check: async () => {},
  }
}
const lockedAudio = (): LockedAudio => {
  const { identity, header } = newAgeFile()
  return { recordingId: randomUUID(), kekId: 'k', wrapped: identity, ageHeader: header }
}

describe('unlocking audio', () => {
  it('asks the keyring once for many requests at the same time', async () => {
    const keyring = openKeyring()
    const unlock = makeUnlock({ keyring, clock: testClock('2026-11-22T11:00:00Z') })
    const audio = lockedAudio()
    const payloads = await Promise.all(Array.from({ length: 10 }, () => unlock({ ...audio })))
    expect(new Set(payloads).size).toBe(1)
    expect(keyring.asked).toBe(1)
  })

  it('forgets after five minutes', async () => {
    const keyring = openKeyring()
    const clock = testClock('2026-11-22T11:00:00Z')
    const unlock = makeUnlock({ keyring, clock })
    const audio = lockedAudio()
    await unlock(audio)
    clock.advance(5 * MINUTE)
    await unlock(audio)
    expect(keyring.asked).toBe(2)
  })

  it('does not take another key or header for the one it knows', async () => {
    const keyring = openKeyring()
    const unlock = makeUnlock({ keyring, clock: testClock('2026-11-22T11:00:00Z') })
    const audio = lockedAudio()
    await unlock(audio)
    await expect(unlock({ ...audio, wrapped: randomBytes(32) })).rejects.toMatchObject({
      code: 'damaged_recording',
    })
    await unlock({ ...audio, recordingId: randomUUID() })
    expect(keyring.asked).toBe(3)
  })

  it('does not remember a failure', async () => {
    const keyring = openKeyring()
    const unlock = makeUnlock({ keyring, clock: testClock('2026-11-22T11:00:00Z') })
    const audio = lockedAudio()
    keyring.broken = true
    await expect(unlock(audio)).rejects.toThrow()
    keyring.broken = false
    await unlock(audio)
  })

  it('keeps a bounded number of keys', async () => {
    const keyring = openKeyring()
    const unlock = makeUnlock({ keyring, clock: testClock('2026-11-22T11:00:00Z') })
    const first = lockedAudio()
    await unlock(first)
    for (let n = 0; n < 1001; n++) await unlock({ ...first, recordingId: randomUUID() })
    await unlock(first)
    expect(keyring.asked).toBe(1003)
  })
})
