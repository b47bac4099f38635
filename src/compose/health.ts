import { sql } from 'kysely'
import type { Config } from '../config/config.ts'
import type { HealthCheck } from '../http/health.ts'
import { type Ffmpeg, resolveFfmpeg } from '../media/ffmpeg.ts'
import { checkKeys } from '../recordings/check-keys.ts'
import type { BucketQualification } from './bucket.ts'
import type { Foundation } from './foundation.ts'
import { composeLifecycle } from './lifecycle.ts'

export interface HealthParts {
  readonly checks: readonly HealthCheck[]
  readonly ffmpeg: Ffmpeg
}

/** The converter as configured; throws when a configured one does not work. */
export const findFfmpeg = ({ ffmpegPath, searchPath }: Config): Promise<Ffmpeg> =>
  resolveFfmpeg({ searchPath, ...(ffmpegPath === undefined ? {} : { ffmpegPath }) })

/** What the service needs, each with a question that only a working part can answer. */
export async function healthChecks(
  foundation: Foundation,
  config: Config,
  bucket: BucketQualification,
): Promise<HealthParts> {
  const { db, store, instance } = foundation
  await checkKeys(foundation)
  const ffmpeg = await findFfmpeg(config)
  return {
    ffmpeg,
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
          if (ffmpeg.engine === 'none') throw new Error(ffmpeg.reason)
          return `${ffmpeg.version} (${ffmpeg.source})`
        },
      },
      ...composeLifecycle(foundation, config).checks,
    ],
  }
}
