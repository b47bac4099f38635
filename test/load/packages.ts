import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '../support/postgres.ts'
import { startRgw } from '../support/rgw.ts'
import { startService } from '../support/running-service.ts'
import { buildPackage } from './build-package.ts'

const MIB = 1024 * 1024

/** The long run: a package of 500 recordings and 5 GB, within 300 MB of resident memory, through a kill half-way. */
const { values } = parseArgs({
  options: {
    recordings: { type: 'string', default: '500' },
    megabytes: { type: 'string', default: '10' },
    limit: { type: 'string', default: '300' },
    /** `files`: in a directory, which takes what Ceph in memory cannot. */
    store: { type: 'string', default: 'files' },
  },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)

process.once('SIGINT', () => process.exit(130))
const directory = await mkdtemp(join(tmpdir(), 'listenback-package-'))
const postgres = await startPostgres()
const rgw = values.store === 's3' ? await startRgw() : undefined
const database = await postgres.createDatabase()
const bucket = await rgw?.createBucket()
const service = await startService({
  databaseUrl: database.url,
  dataDir: join(directory, 'data'),
  ...(bucket ? { bucket } : {}),
})
try {
  const plan = { recordings: Number(values.recordings), bytesEach: Number(values.megabytes) * 1e6, directory }
  const result = await buildPackage(service, plan)
  const { killedAt, bytes, seconds, firstByteMs, residentPeak, verdict } = result
  say(`killed after ${killedAt} of ${plan.recordings} recordings, and gone on`)
  say(
    `${(bytes / 1e9).toFixed(2)} GB in ${seconds.toFixed(1)} s (${(bytes / 1e6 / seconds).toFixed(0)} MB/s), first byte after ${firstByteMs.toFixed(0)} ms`,
  )
  const mib = (size: number): number => Math.round(size / MIB)
  say(
    `resident memory: ${mib(result.residentBefore)} MiB before, at most ${mib(residentPeak)} MiB, ${mib(result.residentFetching)} MiB of them while it was fetched`,
  )
  say(verdict.trim())
  const good = residentPeak < Number(values.limit) * 1e6 && firstByteMs < 2000
  say(good ? 'within the limits' : `NOT within ${values.limit} MB, or the first byte came late`)
  process.exitCode = good ? 0 : 1
} catch (error) {
  say(service.logs().split('\n').slice(-40).join('\n'))
  throw error
} finally {
  await service.stop()
  await Promise.all([postgres.stop(), rgw?.stop()])
  await rm(directory, { recursive: true, force: true })
}
