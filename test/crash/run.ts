import { parseArgs } from 'node:util'
import { startPostgres } from '../support/postgres.ts'
import { startRgw } from '../support/rgw.ts'
import { seeded } from './calls.ts'
import { killCycles } from './kill-cycles.ts'
import { openSite } from './site.ts'
import { verify } from './verify.ts'

/** `npm run test:crash`: the long run. Ends with 1 when a promise was broken. */
const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const cycles = Number(values.cycles)
const say = (line: string): void => void process.stdout.write(`${line}\n`)

// The first interrupt ends the run early and still verifies it; the second one does not wait.
const stop = new AbortController()
process.once('SIGINT', () => {
  stop.abort()
  process.once('SIGINT', () => process.exit(130))
})
say(`starting PostgreSQL and Ceph; ${cycles} cycles, seed ${values.seed}`)
const [postgres, rgw] = await Promise.all([startPostgres({ durable: true }), startRgw()])
const site = await openSite(await postgres.createDatabase(), await rgw.createBucket({ versioning: true }))
const {
  calls,
  strikes,
  cycles: done,
} = await killCycles(site, {
  cycles,
  random: seeded(Number(values.seed)),
  onProgress: say,
  signal: stop.signal,
})
const broken = await verify(site, calls)
const byName = ([one]: [string, number], [other]: [string, number]) => one.localeCompare(other)
say('where the kills struck:')
for (const [where, count] of [...strikes].sort(byName)) say(`  ${String(count).padStart(6)}  ${where}`)
const due = calls.filter((call) => call.state === 'due').length
say(`${done} kills, ${calls.length} calls confirmed, ${due} of them destroyed when their time had come`)
for (const line of broken) say(`BROKEN ${line}`)
say(broken.length === 0 ? 'nothing lost, nothing left over' : `${broken.length} broken promises`)
if (broken.length > 0) say(site.service.logs().slice(-5000))
await site.close()
await Promise.all([postgres.stop(), rgw.stop()])
process.exitCode = broken.length === 0 ? 0 : 1
