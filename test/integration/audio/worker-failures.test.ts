import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Problem } from '../../../src/kernel/problem.ts'
import { MINUTE, SECOND } from '../../../src/kernel/units.ts'
import { EngineError } from '../../../src/media/engine.ts'
import type { AudioTask, AudioTasks } from '../../../src/recordings/audio-task.ts'
import { readQueue } from '../../../src/recordings/audio-work-queries.ts'
import { makeWorkOnAudio, type WorkOutcome } from '../../../src/recordings/work-on-audio.ts'
import { ObjectStoreError } from '../../../src/storage/object-store.ts'
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

const failing =
  (error: unknown): AudioTask =>
  async () => {
    throw error
  }

describe('a failure', () => {
  test('is tried again after 5 seconds and after a minute, then put aside; the original can be heard', async () => {
    const id = await receive({ status: 'available' })
    await stage.queueFirst(id)
    const { run, asked, outcomes } = worker({ playback: failing(new EngineError('failed', 'killed')) })
    for (const pause of [5 * SECOND, MINUTE, MINUTE]) {
      await run()
      const before = asked.length
      stage.clock.advance(pause - 1)
      await run()
      expect(asked).toHaveLength(before)
      stage.clock.advance(1)
    }
    await run()
    expect(outcomes).toEqual(['failed', 'failed', 'parked'])
    expect(await stage.workOf(id)).toEqual(['playback: failed_repeatedly'])
    expect(await stage.statusOf(id)).toBe('available')
    expect(await readQueue(stage.db, stage.clock.now())).toEqual({ waiting: 0, parked: 1, oldest: null })
    await stage.queue(id, 'playback')
    await run()
    expect(outcomes).toHaveLength(4)
  })

  test('of the audio itself puts it aside at once, with the reason', async () => {
    const id = await receive({ status: 'available' })
    await stage.queueFirst(id)
    const { run, outcomes } = worker({ playback: async () => ({ park: 'undecodable' }) })
    await run()
    await run()
    expect(outcomes).toEqual(['parked'])
    expect(await stage.workOf(id)).toEqual(['playback: undecodable'])
  })

  test.each([
    new ObjectStoreError('unavailable', 'the store is away'),
    new Problem('unavailable'),
    Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
    new Error('timeout exceeded when trying to connect'),
  ])('of a part of the service (%s) is no fault of the recording, and ends the run', async (outage) => {
    const ids = [await receive(), await receive(), await receive()]
    for (const id of ids) await stage.queue(id, 'playback')
    const down = worker({ playback: failing(outage) })
    for (let i = 0; i < 5; i += 1) {
      await down.run()
      stage.clock.advance(MINUTE)
    }
    // Two side by side, in each run: a long list is not tried through while the store is away.
    expect(down.asked.length).toBeLessThanOrEqual(10)
    expect(new Set(down.outcomes)).toEqual(new Set(['postponed']))
    const up = worker()
    await up.run()
    expect(up.outcomes).toEqual(['done', 'done', 'done'])
  })

  test('does not keep others from their turn', async () => {
    const [bad, good] = [await receive(), await receive()]
    await stage.queue(bad, 'playback')
    stage.clock.advance(1)
    await stage.queue(good, 'playback')
    const { run, outcomes } = worker({
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
    const [one, two, three] = [await receive(), await receive(), await receive()]
    for (const id of [one, two, three]) await stage.queue(id, 'playback')
    const stopping = new AbortController()
    const { run, outcomes } = worker({
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
    const id = await receive()
    await stage.queue(id, 'playback')
    const deadline = new AbortController()
    const { run, outcomes } = worker({
      playback: (_id, signal) =>
        new Promise((_resolve, reject) => {
          signal.throwIfAborted()
          signal.addEventListener('abort', () => reject(signal.reason as Error))
          deadline.abort()
        }),
    })
    await run(NEVER, deadline.signal)
    expect(outcomes).toEqual(['postponed'])
    const row = await stage.db.selectFrom('audio_work').selectAll().executeTakeFirstOrThrow()
    expect(row).toMatchObject({ attempts: 0, worker: null, state: 'waiting', run_at: stage.clock.now() })
  })
})
