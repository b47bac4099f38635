import { describe, expect, test } from 'vitest'
import { registerInstance } from '../../../src/db/instance.ts'
import { SECOND } from '../../../src/kernel/units.ts'
import type { AudioTask } from '../../../src/recordings/audio-task.ts'
import { makeWorkOnAudio } from '../../../src/recordings/work-on-audio.ts'
import { NEVER } from './audio-stage.ts'
import { quietLogger, setWorkerStage } from './worker-stage.ts'

const at = setWorkerStage()

describe('a new recording', () => {
  test('is being processed until its work is done, which then leaves no trace', async () => {
    const id = await at.receive({ status: 'available' })
    await at.stage.queueFirst(id)
    expect(await at.stage.statusOf(id)).toBe('processing')
    const { run, asked, outcomes } = at.worker()
    await run()
    expect(asked).toEqual([`playback ${id}`])
    expect(outcomes).toEqual(['done'])
    expect(await at.stage.workOf(id)).toEqual([])
  })

  test('of no known member stays unlinked', async () => {
    const id = await at.receive({ status: 'unlinked' })
    await at.stage.queueFirst(id)
    expect(await at.stage.statusOf(id)).toBe('unlinked')
  })
})

describe('work', () => {
  test('is done in the order of its urgency, and of each kind the oldest first', async () => {
    const [one, other] = [await at.receive(), await at.receive()]
    await at.stage.queue(other, 'tidy')
    await at.stage.queue(other, 'masked')
    await at.stage.queue(other, 'playback')
    at.stage.clock.advance(SECOND)
    await at.stage.queue(one, 'redact')
    await at.stage.queue(one, 'playback')
    const { run, asked } = at.worker()
    await run()
    // What a redaction makes worthless is not begun before it.
    expect(asked).toEqual([`redact ${one}`, `playback ${other}`, ...asked.slice(2)])
    expect(new Set(asked.slice(2))).toEqual(new Set([`masked ${other}`, `playback ${one}`, `tidy ${other}`]))
  })

  test('is not begun of a restricted recording, except for what it needs and what its member may have', async () => {
    const id = await at.receive({ restricted: true })
    for (const kind of ['playback', 'channels', 'masked', 'copy', 'tidy'] as const)
      await at.stage.queue(id, kind)
    const { run, asked } = at.worker()
    await run()
    expect(asked).toEqual([`copy ${id}`])
    await at.stage.queue(id, 'redact')
    await run()
    expect(asked).toEqual([`copy ${id}`, `redact ${id}`])
    await at.stage.db.updateTable('recording').set({ restricted: false }).where('id', '=', id).execute()
    await run()
    expect(asked).toHaveLength(6)
  })

  test('is not begun of a recording that is being destroyed', async () => {
    const id = await at.receive({ status: 'destroying' })
    await at.stage.queue(id, 'playback')
    const { run, asked } = at.worker()
    await run()
    expect(asked).toEqual([])
  })

  test('is done at most two at a time, and each once, however many workers there are', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => at.receive()))
    for (const id of ids) await at.stage.queue(id, 'playback')
    const other = await registerInstance(at.stage.url)
    let running = 0
    let most = 0
    const playback: AudioTask = async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setTimeout(resolve, 50))
      running -= 1
      return 'done'
    }
    const [here, there] = [at.worker({ playback }), at.worker({ playback }, other)]
    // The same worker is started twice, as a queue does that lost sight of its first run.
    await Promise.all([here.run(), here.run(), there.run()])
    await other.close()
    const asked = [...here.asked, ...there.asked]
    expect(asked).toHaveLength(ids.length)
    expect(new Set(asked)).toEqual(new Set(ids.map((id) => `playback ${id}`)))
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(4)
  })

  test('that is asked for again while somebody is at it is done once more', async () => {
    const id = await at.receive()
    await at.stage.queue(id, 'masked')
    const other = await registerInstance(at.stage.url)
    const beside = at.worker({}, other)
    const seen: string[] = []
    const { run } = at.worker({
      async masked() {
        seen.push('begins')
        if (seen.length === 1) {
          await at.stage.queue(id, 'masked')
          // Neither another instance nor another lane of this one begins it meanwhile.
          await beside.run()
          await new Promise((resolve) => setTimeout(resolve, 200))
        }
        seen.push('ends')
        return 'done'
      },
    })
    await run()
    await run()
    await other.close()
    expect(seen).toEqual(['begins', 'ends', 'begins', 'ends'])
    expect(beside.asked).toEqual([])
    expect(await at.stage.workOf(id)).toEqual([])
  })

  test('of an instance that is gone is taken over at once', async () => {
    const id = await at.receive()
    await at.stage.queue(id, 'playback')
    const gone = await registerInstance(at.stage.url)
    await at.stage.db.updateTable('audio_work').set({ worker: gone.id }).execute()
    const { run, asked } = at.worker()
    await run()
    expect(asked).toEqual([])
    await gone.close()
    await run()
    expect(asked).toEqual([`playback ${id}`])
  })

  test('is not begun by an instance that the database does not see', async () => {
    await at.stage.queue(await at.receive(), 'playback')
    const { run, asked } = at.worker({}, { ...at.stage.instance, isRegistered: () => false })
    await run()
    expect(asked).toEqual([])
  })

  test('that nobody can do here waits', async () => {
    const id = await at.receive()
    await at.stage.queue(id, 'playback')
    await at.stage.queue(id, 'tidy')
    const done: string[] = []
    const tasks = {
      async tidy() {
        done.push('tidy')
        return 'done' as const
      },
    }
    await makeWorkOnAudio({
      db: at.stage.db,
      clock: at.stage.clock,
      logger: quietLogger,
      instance: at.stage.instance,
      tasks,
    })(NEVER, NEVER)
    expect(done).toEqual(['tidy'])
    expect(await at.stage.workOf(id)).toEqual(['playback'])
  })
})

describe('recordings from before there was a decoder', () => {
  test('are queued after everything new, once per start, and stay available', async () => {
    const old = await Promise.all(Array.from({ length: 25 }, () => at.receiveNew({ status: 'available' })))
    const parked = await at.receiveNew({ status: 'unplayable' })
    await at.stage.queue(parked, 'playback')
    await at.stage.db.updateTable('audio_work').set({ state: 'parked', reason: 'undecodable' }).execute()
    const fresh = await at.receive()
    await at.stage.queue(fresh, 'playback')
    const { run, asked } = at.worker({
      async playback(id) {
        if (id !== fresh) await at.noteFacts(id)
        return 'done'
      },
    })
    await run()
    expect(asked[0]).toBe(`playback ${fresh}`)
    expect(new Set(asked.slice(1))).toEqual(new Set(old.map((id) => `playback ${id}`)))
    expect(asked).toHaveLength(26)
    expect(await at.stage.statusOf(old[0] ?? '')).toBe('available')
    const later = await at.receiveNew({ status: 'available' })
    await run()
    expect(asked).toHaveLength(26)
    const { run: nextStart, asked: askedNext } = at.worker()
    await nextStart()
    expect(askedNext).toEqual([`playback ${later}`])
  })
})
