import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { AudioTask, AudioTasks } from '../../../src/recordings/audio-task.ts'
import { makeWorkOnAudio, type WorkOutcome } from '../../../src/recordings/work-on-audio.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { type AudioStage, NEVER, openBucket, setAudioStage } from './audio-stage.ts'

export const quietLogger = createLogger('error')
quietLogger.silent = true

type Wish = Parameters<AudioStage['receive']>[2]

/** Recordings whose audio is worked on, and workers whose tasks the test gives; opened and closed with the file. */
export function setWorkerStage() {
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
  const receiveNew = (wish: Wish = {}) => stage.receive(randomBytes(100), 'audio/wav', wish)

  const noteFacts = (id: string) =>
    stage.db
      .insertInto('audio_facts')
      .values({
        ...{ recording_id: id, codec: 'gsm_ms', channels: 1, sample_rate: 8000, duration_ms: 1000 },
        ...{ warning: null, decoded_at: stage.clock.now() },
      })
      .execute()

  return {
    get stage() {
      return stage
    },
    receiveNew,
    noteFacts,

    async receive(wish: Wish = {}): Promise<string> {
      const id = await receiveNew(wish)
      await noteFacts(id)
      return id
    },

    /** A worker whose tasks note what they are asked for; what a test gives takes their place. */
    worker(tasks: Partial<AudioTasks> = {}, instance: AudioStage['instance'] = stage.instance) {
      const asked: string[] = []
      const outcomes: WorkOutcome[] = []
      const all = noting(tasks, asked)
      const run = makeWorkOnAudio({
        ...{ db: stage.db, clock: stage.clock, logger: quietLogger, instance, tasks: all },
        report: (_kind, outcome) => outcomes.push(outcome),
      })
      return { asked, outcomes, run: (stopping = NEVER, deadline = NEVER) => run(stopping, deadline) }
    },
  }
}

function noting(tasks: Partial<AudioTasks>, asked: string[]): AudioTasks {
  const note =
    (kind: string, task: AudioTask = async () => 'done'): AudioTask =>
    (id, signal) => {
      asked.push(`${kind} ${id}`)
      return task(id, signal)
    }
  const kinds = ['redact', 'playback', 'channels', 'masked', 'copy', 'tidy'] as const
  return Object.fromEntries(kinds.map((kind) => [kind, note(kind, tasks[kind])])) as AudioTasks
}
