import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { registerInstance } from '../../../src/db/instance.ts'
import { SECOND } from '../../../src/kernel/units.ts'
import type { AudioTask, AudioTasks } from '../../../src/recordings/audio-task.ts'
import { makeWorkOnAudio, type WorkOutcome } from '../../../src/recordings/work-on-audio.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { type AudioStage, NEVER, openBucket, setAudioStage } from './audio-stage.ts'

const logger = createLogger('error')
logger.silent = true

let stage: AudioStage
let closeBucket: () => Promise<void>

beforeAll(async () => {
  const bucket = await openBucket({ versioning: true })
  closeBucket = bucket.close
  stage = await setAudioStage(bucket.store)
})
afterEach(() => stage.clear())
afterAll(async () => {
  await stage.close()
  await closeBucket()
})

/** One that nobody has decoded yet. */
const receiveNew = (wish: Parameters<AudioStage['receive']>[2] = {}) =>
  stage.receive(randomBytes(100), 'audio/wav', wish)

const noteFacts = (id: string) =>
  stage.db
    .insertInto('audio_facts')
    .values({
      ...{ recording_id: id, codec: 'gsm_ms', channels: 1, sample_rate: 8000, duration_ms: 1000 },
      ...{ warning: null, decoded_at: stage.clock.now() },
    })
    .execute()

async function receive(wish: Parameters<AudioStage['receive']>[2] = {}): Promise<string> {
  const id = await receiveNew(wish)
  await noteFacts(id)
  return id
}

/** A worker whose tasks note what they are asked for; what a test gives takes their place. */
function worker(tasks: Partial<AudioTasks> = {}, instance: typeof stage.instance = stage.instance) {
  const asked: string[] = []
  const outcomes: WorkOutcome[] = []
  const note =
    (kind: string, task: AudioTask = async () => 'done'): AudioTask =>
    (id, signal) => {
      asked.push(`${kind} ${id}`)
      return task(id, signal)
    }
  const all = Object.fromEntries(
    (['redact', 'playback', 'channels', 'masked', 'copy', 'tidy'] as const).map((kind) => [
      kind,
      note(kind, tasks[kind]),
    ]),
  ) as AudioTasks
  const run = makeWorkOnAudio({
    ...{ db: stage.db, clock: stage.clock, logger, instance, tasks: all },
    report: (_kind, outcome) => outcomes.push(outcome),
  })
  return { asked, outcomes, run: (stopping = NEVER, deadline = NEVER) => run(stopping, deadline) }
}

describe('a new recording', () => {
  test('is being processed until its work is done, which then leaves no trace', async () => {
    const id = await receive({ status: 'available' })
    await stage.queueFirst(id)
    expect(await stage.statusOf(id)).toBe('processing')
    const { run, asked, outcomes } = worker()
    await run()
    expect(asked).toEqual([`playback ${id}`])
    expect(outcomes).toEqual(['done'])
    expect(await stage.workOf(id)).toEqual([])
  })

  test('of no known member stays unlinked', async () => {
    const id = await receive({ status: 'unlinked' })
    await stage.queueFirst(id)
    expect(await stage.statusOf(id)).toBe('unlinked')
  })
})

describe('work', () => {
  test('is done in the order of its urgency, and of each kind the oldest first', async () => {
    const [one, other] = [await receive(), await receive()]
    await stage.queue(other, 'tidy')
    await stage.queue(other, 'masked')
    await stage.queue(other, 'playback')
    stage.clock.advance(SECOND)
    await stage.queue(one, 'redact')
    await stage.queue(one, 'playback')
    const { run, asked } = worker()
    await run()
    // What a redaction makes worthless is not begun before it.
    expect(asked).toEqual([`redact ${one}`, `playback ${other}`, ...asked.slice(2)])
    expect(new Set(asked.slice(2))).toEqual(new Set([`masked ${other}`, `playback ${one}`, `tidy ${other}`]))
  })

  test('is not begun of a restricted recording, except for what it needs and what its member may have', async () => {
    const id = await receive({ restricted: true })
    for (const kind of ['playback', 'channels', 'masked', 'copy', 'tidy'] as const)
      await stage.queue(id, kind)
    const { run, asked } = worker()
    await run()
    expect(asked).toEqual([`copy ${id}`])
    await stage.queue(id, 'redact')
    await run()
    expect(asked).toEqual([`copy ${id}`, `redact ${id}`])
    await stage.db.updateTable('recording').set({ restricted: false }).where('id', '=', id).execute()
    await run()
    expect(asked).toHaveLength(6)
  })

  test('is not begun of a recording that is being destroyed', async () => {
    const id = await receive({ status: 'destroying' })
    await stage.queue(id, 'playback')
    const { run, asked } = worker()
    await run()
    expect(asked).toEqual([])
  })

  test('is done at most two at a time, and each once, however many workers there are', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => receive()))
    for (const id of ids) await stage.queue(id, 'playback')
    const other = await registerInstance(stage.url)
    let running = 0
    let most = 0
    const playback: AudioTask = async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setTimeout(resolve, 50))
      running -= 1
      return 'done'
    }
    const [here, there] = [worker({ playback }), worker({ playback }, other)]
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
    const id = await receive()
    await stage.queue(id, 'masked')
    const other = await registerInstance(stage.url)
    const beside = worker({}, other)
    const seen: string[] = []
    const { run } = worker({
      async masked() {
        seen.push('begins')
        if (seen.length === 1) {
          await stage.queue(id, 'masked')
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
    expect(await stage.workOf(id)).toEqual([])
  })

  test('of an instance that is gone is taken over at once', async () => {
    const id = await receive()
    await stage.queue(id, 'playback')
    const gone = await registerInstance(stage.url)
    await stage.db.updateTable('audio_work').set({ worker: gone.id }).execute()
    const { run, asked } = worker()
    await run()
    expect(asked).toEqual([])
    await gone.close()
    await run()
    expect(asked).toEqual([`playback ${id}`])
  })

  test('is not begun by an instance that the database does not see', async () => {
    await stage.queue(await receive(), 'playback')
    const { run, asked } = worker({}, { ...stage.instance, isRegistered: () => false })
    await run()
    expect(asked).toEqual([])
  })

  test('that nobody can do here waits', async () => {
    const id = await receive()
    await stage.queue(id, 'playback')
    await stage.queue(id, 'tidy')
    const done: string[] = []
    const tasks = {
      async tidy() {
        done.push('tidy')
        return 'done' as const
      },
    }
    await makeWorkOnAudio({ db: stage.db, clock: stage.clock, logger, instance: stage.instance, tasks })(
      NEVER,
      NEVER,
    )
    expect(done).toEqual(['tidy'])
    expect(await stage.workOf(id)).toEqual(['playback'])
  })
})

describe('recordings from before there was a decoder', () => {
  test('are queued after everything new, once per start, and stay available', async () => {
    const old = await Promise.all(Array.from({ length: 25 }, () => receiveNew({ status: 'available' })))
    const parked = await receiveNew({ status: 'unplayable' })
    await stage.queue(parked, 'playback')
    await stage.db.updateTable('audio_work').set({ state: 'parked', reason: 'undecodable' }).execute()
    const fresh = await receive()
    await stage.queue(fresh, 'playback')
    const { run, asked } = worker({
      async playback(id) {
        if (id !== fresh) await noteFacts(id)
        return 'done'
      },
    })
    await run()
    expect(asked[0]).toBe(`playback ${fresh}`)
    expect(new Set(asked.slice(1))).toEqual(new Set(old.map((id) => `playback ${id}`)))
    expect(asked).toHaveLength(26)
    expect(await stage.statusOf(old[0] ?? '')).toBe('available')
    const later = await receiveNew({ status: 'available' })
    await run()
    expect(asked).toHaveLength(26)
    const { run: nextStart, asked: askedNext } = worker()
    await nextStart()
    expect(askedNext).toEqual([`playback ${later}`])
  })
})
