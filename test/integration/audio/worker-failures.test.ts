import { describe, expect, test } from 'vitest'
import { Problem } from '../../../src/kernel/problem.ts'
import { MINUTE, SECOND } from '../../../src/kernel/units.ts'
import { EngineError } from '../../../src/media/engine.ts'
import type { AudioTask } from '../../../src/recordings/audio-task.ts'
import { readQueue } from '../../../src/recordings/audio-work-queries.ts'
import { ObjectStoreError } from '../../../src/storage/object-store.ts'
import { NEVER } from './audio-stage.ts'
import { setWorkerStage } from './worker-stage.ts'

const at = setWorkerStage()

const failing =
  (error: unknown): AudioTask =>
  async () => {
    throw error
  }

describe('a failure', () => {
  test('is tried again after 5 seconds and after a minute, then put aside; the original can be heard', async () => {
    const id = await at.receive({ status: 'available' })
    await at.stage.queueFirst(id)
    const { run, asked, outcomes } = at.worker({ playback: failing(new EngineError('failed', 'killed')) })
    for (const pause of [5 * SECOND, MINUTE, MINUTE]) {
      await run()
      const before = asked.length
      at.stage.clock.advance(pause - 1)
      await run()
      expect(asked).toHaveLength(before)
      at.stage.clock.advance(1)
    }
    await run()
    expect(outcomes).toEqual(['failed', 'failed', 'parked'])
    expect(await at.stage.workOf(id)).toEqual(['playback: failed_repeatedly'])
    expect(await at.stage.statusOf(id)).toBe('available')
    expect(await readQueue(at.stage.db, at.stage.clock.now())).toEqual({
      waiting: 0,
      parked: 1,
      oldest: null,
    })
    await at.stage.queue(id, 'playback')
    await run()
    expect(outcomes).toHaveLength(4)
  })

  test('of the audio itself puts it aside at once, with the reason', async () => {
    const id = await at.receive({ status: 'available' })
    await at.stage.queueFirst(id)
    const { run, outcomes } = at.worker({ playback: async () => ({ park: 'undecodable' }) })
    await run()
    await run()
    expect(outcomes).toEqual(['parked'])
    expect(await at.stage.workOf(id)).toEqual(['playback: undecodable'])
  })

  test.each([
    new ObjectStoreError('unavailable', 'the store is away'),
    new Problem('unavailable'),
    Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
    new Error('timeout exceeded when trying to connect'),
  ])('of a part of the service (%s) is no fault of the recording, and ends the run', async (outage) => {
    const ids = [await at.receive(), await at.receive(), await at.receive()]
    for (const id of ids) await at.stage.queue(id, 'playback')
    const down = at.worker({ playback: failing(outage) })
    for (let i = 0; i < 5; i += 1) {
      await down.run()
      at.stage.clock.advance(MINUTE)
    }
    // Two side by side, in each run: a long list is not tried through while the store is away.
    expect(down.asked.length).toBeLessThanOrEqual(10)
    expect(new Set(down.outcomes)).toEqual(new Set(['postponed']))
    const up = at.worker()
    await up.run()
    expect(up.outcomes).toEqual(['done', 'done', 'done'])
  })

  test('does not keep others from their turn', async () => {
    const [bad, good] = [await at.receive(), await at.receive()]
    await at.stage.queue(bad, 'playback')
    at.stage.clock.advance(1)
    await at.stage.queue(good, 'playback')
    const { run, outcomes } = at.worker({
      playback: async (id) => {
        if (id === bad) throw new TypeError('a mistake of ours')
        return 'done'
      },
    })
    await run()
    expect(outcomes).toHaveLength(2)
    expect(new Set(outcomes)).toEqual(new Set(['done', 'failed']))
  })
})

describe('when the service stops', () => {
  test('nothing more is begun, and what is under way ends', async () => {
    const [one, two, three] = [await at.receive(), await at.receive(), await at.receive()]
    for (const id of [one, two, three]) await at.stage.queue(id, 'playback')
    const stopping = new AbortController()
    const { run, outcomes } = at.worker({
      async playback() {
        stopping.abort()
        await new Promise((resolve) => setTimeout(resolve, 50))
        return 'done'
      },
    })
    await run(stopping.signal)
    expect(outcomes.length).toBeLessThan(3)
    expect(new Set(outcomes)).toEqual(new Set(['done']))
  })

  test('what does not end in time is given back, untouched, for somebody else', async () => {
    const id = await at.receive()
    await at.stage.queue(id, 'playback')
    const deadline = new AbortController()
    const { run, outcomes } = at.worker({
      playback: (_id, signal) =>
        new Promise((_resolve, reject) => {
          signal.throwIfAborted()
          signal.addEventListener('abort', () => reject(signal.reason as Error))
          deadline.abort()
        }),
    })
    await run(NEVER, deadline.signal)
    expect(outcomes).toEqual(['postponed'])
    const row = await at.stage.db.selectFrom('audio_work').selectAll().executeTakeFirstOrThrow()
    expect(row).toMatchObject({ attempts: 0, worker: null, state: 'waiting', run_at: at.stage.clock.now() })
  })
})
