import { parseArgs } from 'node:util'
import { startPostgres } from '../support/postgres.ts'
import { startRgw } from '../support/rgw.ts'
import { startService } from '../support/running-service.ts'
import { uploadInParallel } from './parallel-uploads.ts'

const MIB = 1024 * 1024

/** The long run: by default 32 uploads of 200 MB at once, within 400 MB of resident memory. */
const { values } = parseArgs({
  options: {
    uploads: { type: 'string', default: '32' },
    megabytes: { type: 'string', default: '200' },
    limit: { type: 'string', default: '400' },
  },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)

process.once('SIGINT', () => process.exit(130))
const [postgres, rgw] = await Promise.all([startPostgres(), startRgw()])
const database = await postgres.createDatabase()
const service = await startService({ databaseUrl: database.url, bucket: await rgw.createBucket() })
const plan = { uploads: Number(values.uploads), bytesEach: Number(values.megabytes) * 1e6 }
const started = performance.now()
const result = await uploadInParallel(service, plan)
const seconds = (performance.now() - started) / 1000
const stored = result.statuses.filter((status) => status === 201).length
say(
  `${stored} of ${plan.uploads} uploads of ${values.megabytes} MB stored, ${result.intact} intact, ${seconds.toFixed(1)} s`,
)
say(
  `resident memory: ${Math.round(result.residentBefore / MIB)} MiB before, at most ${Math.round(result.residentPeak / MIB)} MiB`,
)
const good = result.intact === plan.uploads && result.residentPeak < Number(values.limit) * 1e6
say(good ? 'within the limit' : `NOT within ${values.limit} MB, or not all stored`)
await service.stop()
await Promise.all([postgres.stop(), rgw.stop()])
process.exitCode = good ? 0 : 1
