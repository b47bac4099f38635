import { parseArgs } from 'node:util'
import { openS3ObjectStore } from '../../src/storage/s3-object-store.ts'
import { seeded } from '../crash/calls.ts'
import { setStage } from '../integration/retention/stage.ts'
import { createTestBucket } from '../support/rgw.ts'
import { setup } from '../support/services.ts'
import { raceHoldsAgainstSweeps } from './hold-versus-sweep.ts'

/** `npm run test:races`: 10,000 holds race sweeps on PostgreSQL and a bucket with Object Lock. */
const { values } = parseArgs({
  options: {
    races: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)

process.once('SIGINT', () => process.exit(130))
say(`${values.races} races, seed ${values.seed}`)
const closeServices = await setup()
const bucket = await createTestBucket({ objectLock: true })
const { endpoint, region, accessKeyId, secretAccessKey } = bucket
const credentials = { accessKeyId, secretAccessKey }
const store = openS3ObjectStore({
  endpoint,
  region,
  forcePathStyle: true,
  credentials,
  bucket: bucket.bucket,
})
const stage = await setStage(store)
const { held, destroyed, broken } = await raceHoldsAgainstSweeps(stage, {
  races: Number(values.races),
  perRound: 200,
  random: seeded(Number(values.seed)),
  onProgress: say,
})
for (const line of broken) say(`BROKEN ${line}`)
say(`${held} won by the hold, ${destroyed} by the sweep; ${broken.length} broken promises`)
await stage.close()
store.close()
await bucket.destroy()
await closeServices?.()
process.exitCode = broken.length === 0 ? 0 : 1
