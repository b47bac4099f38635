import { parseArgs } from 'node:util'
import pg from 'pg'
import { startPostgres } from '../support/postgres.ts'
import { ownDirectory } from '../support/processes.ts'
import { startService } from '../support/running-service.ts'
import { telephoneCorpus } from '../support/telephone-corpus.ts'
import { deliverDamaged } from './deliver-damaged.ts'

/** The long run: 5,000 damaged recordings of every encoding, taken in, made playable or not, and kept as they came. */
const { values } = parseArgs({
  options: { files: { type: 'string', default: '5000' }, seed: { type: 'string', default: '0' } },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)

process.once('SIGINT', () => process.exit(130))
const postgres = await startPostgres()
const { url } = await postgres.createDatabase()
const temporary = ownDirectory('fuzz-tmp')
const service = await startService({ databaseUrl: url, env: { MAX_UPLOADS: '16', TMPDIR: temporary } })
const database = new pg.Pool({ connectionString: url, max: 2 })
const plan = {
  samples: await telephoneCorpus(),
  files: Number(values.files),
  firstSeed: Number(values.seed),
  say,
  temporary,
}
const { stored, refused, playable, unplayable, broken } = await deliverDamaged(service, database, plan)
say(
  `${stored} stored, ${refused} refused as no telephone audio; ${playable} can be played, ${unplayable} cannot`,
)
for (const line of broken.slice(0, 50)) say(`BROKEN: ${line}`)
say(`${broken.length} broken promises`)
await database.end()
await service.stop()
await postgres.stop()
process.exitCode = broken.length === 0 ? 0 : 1
