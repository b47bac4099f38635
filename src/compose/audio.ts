import type { Config } from '../config/config.ts'
import type { Job } from '../jobs/schedule.ts'
import { SECOND } from '../kernel/units.ts'
import type { AudioEngine } from '../media/engine.ts'
import type { AudioTasks } from '../recordings/audio-task.ts'
import { readQueue } from '../recordings/audio-work-queries.ts'
import { makeDeriveChannels } from '../recordings/derive-channels.ts'
import { makeDeriveCopy } from '../recordings/derive-copy.ts'
import { makeDeriveMasked } from '../recordings/derive-masked.ts'
import { makeDerivePlayback } from '../recordings/derive-playback.ts'
import { makeReadPlain } from '../recordings/read-plain.ts'
import { makeRedact } from '../recordings/redact.ts'
import { makeStoreRenditions } from '../recordings/store-rendition.ts'
import { makeTidyObjects } from '../recordings/tidy-objects.ts'
import { makeUnlock } from '../recordings/unlock.ts'
import { makeWorkOnAudio } from '../recordings/work-on-audio.ts'
import { measureAudioQueue, type QueueFigures } from '../telemetry/audio-queue.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Foundation } from './foundation.ts'
import { certificateOrigin } from './purge.ts'

/** What can be done to audio here; without an engine only what needs no decoding. */
export function audioTasks(
  foundation: Foundation,
  config: Pick<Config, 'storage' | 'backupDays'>,
  engine: AudioEngine | undefined,
): Partial<AudioTasks> {
  const readPlain = makeReadPlain({ store: foundation.store, unlock: makeUnlock(foundation) })
  const ports = { ...foundation, readPlain, engine }
  const always = {
    redact: makeRedact({ ...ports, origin: certificateOrigin(config) }),
    tidy: makeTidyObjects(foundation),
  }
  if (!engine) return always
  const deriving = { ...ports, engine, storeRenditions: makeStoreRenditions(foundation) }
  return {
    ...always,
    playback: makeDerivePlayback(deriving),
    channels: makeDeriveChannels(deriving),
    masked: makeDeriveMasked(deriving),
    copy: makeDeriveCopy(deriving),
  }
}

const EVERY_MS = 2 * SECOND

/** Makes of new audio what listeners need, on every instance. */
export function audioJob(
  foundation: Foundation,
  config: Config,
  engine: AudioEngine | undefined,
  metrics: Metrics,
): Job {
  measureAudioQueue(metrics, () => figures(foundation))
  const run = makeWorkOnAudio({
    ...foundation,
    tasks: audioTasks(foundation, config, engine),
    report: (kind, outcome, seconds) => metrics.audioWork.observe({ kind, outcome }, seconds),
  })
  return { name: 'derive-audio', everyMs: EVERY_MS, everywhere: true, run }
}

async function figures({ db, clock }: Foundation): Promise<QueueFigures> {
  const now = clock.now()
  const { waiting, parked, oldest } = await readQueue(db, now)
  return { waiting, parked, oldestSeconds: oldest ? (now.getTime() - oldest.getTime()) / SECOND : 0 }
}
