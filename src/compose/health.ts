import { sql } from 'kysely'
import type { Config } from '../config/config.ts'
import type { HealthCheck } from '../http/health.ts'
import type { AudioEngine } from '../media/engine.ts'
import { resolveFfmpeg } from '../media/ffmpeg.ts'
import { describeEngine, openEngine } from '../media/open-engine.ts'
import { checkKeys } from '../recordings/check-keys.ts'
import type { BucketQualification } from './bucket.ts'
import type { Foundation } from './foundation.ts'
import { composeLifecycle } from './lifecycle.ts'

export interface HealthParts {
  readonly checks: readonly HealthCheck[]
}

/** What audio is made with here. */
export interface AudioTools {
  /** Undefined: there is nothing to make it with, and only originals can be played. */
  readonly engine: AudioEngine | undefined
  /** For people: which one it is and what keeps it in, or why there is none. */
  readonly words: string
}

/** The engine as configured, tried out; throws when a configured one does not work. */
export async function findAudioTools({ ffmpegPath, searchPath }: Config): Promise<AudioTools> {
  const options = { searchPath, ...(ffmpegPath === undefined ? {} : { ffmpegPath }) }
  const found = await resolveFfmpeg(options)
  const engine = await openEngine(found)
  return { engine, words: describeEngine(found, engine) }
}

/** What the service needs, each with a question that only a working part can answer. */
export async function healthChecks(
  foundation: Foundation,
  config: Config,
  bucket: BucketQualification,
  audio: AudioTools,
): Promise<HealthParts> {
  const { db, store, instance } = foundation
  await checkKeys(foundation)
  return {
    checks: [
      {
        part: 'database',
        essential: true,
        check: async () => {
          await sql`select 1`.execute(db)
          if (!instance.isRegistered()) throw new Error('this instance is not registered with the database')
          return undefined
        },
      },
      {
        part: 'storage',
        essential: true,
        check: async (signal) => {
          await store.ping(signal)
          bucket.requirePassed()
          return store.kind === 's3' ? 'S3' : 'files'
        },
      },
      {
        part: 'keyring',
        essential: true,
        check: async () => {
          await foundation.keyring.check()
          return config.keyring.kind
        },
      },
      {
        part: 'ffmpeg',
        essential: false,
        check: async () => {
          if (!audio.engine) throw new Error(audio.words)
          return audio.words
        },
      },
      ...composeLifecycle(foundation, config).checks,
    ],
  }
}
