import { describe, expect, it, vi } from 'vitest'
import { Problem } from '../../../src/kernel/problem.ts'
import { MIB } from '../../../src/kernel/units.ts'
import { makeWatch } from '../../../src/recordings/watch.ts'

const CHUNK = 64 * 1024

/** Sends chunk after chunk the way the pipeline does, until cut or done; resolves to the bytes admitted. */
async function send(
  watch: ReturnType<typeof makeWatch>,
  stop: AbortController,
  bytes: number,
): Promise<number> {
  while (watch.admittedBytes() < bytes && !stop.signal.aborted) await watch.admit(CHUNK)
  return watch.admittedBytes()
}

describe('the watch over a delivery', () => {
  it('lets nothing through before the audit event is durable', async () => {
    let commit = (): void => {}
    const recorded = new Promise<void>((resolve) => {
      commit = resolve
    })
    const watch = makeWatch({ recorded, holds: async () => true, stop: new AbortController() })
    const first = watch.admit(CHUNK)
    await new Promise(setImmediate)
    expect(watch.admittedBytes()).toBe(0)
    commit()
    await first
    expect(watch.admittedBytes()).toBe(CHUNK)
    watch.close()
  })

  it('lets nothing through when the event could not be written', async () => {
    const watch = makeWatch({
      recorded: Promise.reject(new Error('full')),
      holds: async () => true,
      stop: new AbortController(),
    })
    await expect(watch.admit(CHUNK)).rejects.toMatchObject({ code: 'unavailable' })
    expect(watch.admittedBytes()).toBe(0)
    watch.close()
  })

  it('lets at most 4 MiB through after the access ended, at whatever point that happens', async () => {
    for (const endsAt of [0, MIB, 2 * MIB, 3 * MIB + 1, 7 * MIB]) {
      const stop = new AbortController()
      let admitted = 0
      // A check sees the state at its start and takes a while.
      const holds = async () => {
        const isStill = admitted < endsAt
        await new Promise(setImmediate)
        return isStill
      }
      const watch = makeWatch({ recorded: Promise.resolve(), holds, stop })
      await expect(
        (async () => {
          while (admitted < 64 * MIB) {
            stop.signal.throwIfAborted()
            await watch.admit(CHUNK)
            admitted = watch.admittedBytes()
          }
        })(),
      ).rejects.toMatchObject({ code: 'forbidden' })
      expect(watch.admittedBytes() - endsAt).toBeLessThanOrEqual(4 * MIB)
      watch.close()
    }
  })

  it('does not ask again for a short answer', async () => {
    const holds = vi.fn(async () => true)
    const stop = new AbortController()
    const watch = makeWatch({ recorded: Promise.resolve(), holds, stop })
    expect(await send(watch, stop, MIB)).toBe(MIB)
    expect(holds).not.toHaveBeenCalled()
    watch.close()
  })

  it('cuts the delivery when it cannot be known whether the access holds', async () => {
    const stop = new AbortController()
    const holds = () => Promise.reject(new Error('the database is away'))
    const watch = makeWatch({ recorded: Promise.resolve(), holds, stop })
    await send(watch, stop, 16 * MIB).catch(() => {})
    expect(stop.signal.reason).toBeInstanceOf(Problem)
    expect(stop.signal.reason).toMatchObject({ code: 'unavailable' })
    watch.close()
  })

  it('waits for a check that takes long instead of sending on', async () => {
    const stop = new AbortController()
    const watch = makeWatch({ recorded: Promise.resolve(), holds: () => new Promise(() => {}), stop })
    void send(watch, stop, 64 * MIB)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(watch.admittedBytes()).toBeLessThanOrEqual(4 * MIB)
    watch.close()
  })
})
