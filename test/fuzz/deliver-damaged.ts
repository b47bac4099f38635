import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { inParallel } from '../../src/kernel/in-parallel.ts'
import { callMetadata, deliver } from '../support/deliver.ts'
import type { RunningService } from '../support/running-service.ts'
import type { Sample } from '../support/telephone-corpus.ts'
import { persons } from '../support/tokens.ts'
import { damaged, damageOf } from './damage.ts'

export interface FuzzPlan {
  readonly samples: readonly Sample[]
  readonly files: number
  /** Number of the first damage; another one gives other files. */
  readonly firstSeed: number
  readonly say: (line: string) => void
  /** TMPDIR of the service. */
  readonly temporary: string
}

export interface FuzzResult {
  readonly stored: number
  /** Not recognised as audio of a telephone system, and so never stored. */
  readonly refused: number
  readonly playable: number
  readonly unplayable: number
  /** One line for every promise that was broken; the number makes the file again. */
  readonly broken: readonly string[]
}

const PARALLEL = 6
const MEMBER = 'M-FUZZ'
const PATIENCE_MS = 120_000

interface Stored {
  readonly id: string
  readonly seed: number
  readonly sha256: string
}

/**
 * Delivers damaged recordings to a running service and waits until it is done with them. Promised is: it stays
 * up, it ends with every one of them, and it keeps every original it took exactly as it came.
 */
export async function deliverDamaged(
  service: RunningService,
  database: pg.Pool,
  plan: FuzzPlan,
): Promise<FuzzResult> {
  const { pid } = service
  const broken: string[] = []
  const stored = await deliverAll(service, plan, broken)
  plan.say(`${stored.length} of ${plan.files} taken in; waiting for what is made of them`)
  await settled(database, plan.say)
  broken.push(...(await findStuck(database)))
  if (service.pid !== pid) broken.push('the service did not stay up')
  await inParallel(PARALLEL, stored, (one) => checkOriginal(service, one, broken))
  for (const line of service.logs().split('\n'))
    if (/unhandled|uncaught|heap out of memory/i.test(line))
      broken.push(`the log says: ${line.slice(0, 300)}`)
  for (const name of readdirSync(plan.temporary)) broken.push(`left behind: ${name}`)
  const { rows } = await database.query<{ status: string; count: string }>(
    'select status, count(*) from recording group by status',
  )
  const count = (status: string): number => Number(rows.find((row) => row.status === status)?.count ?? 0)
  return {
    stored: stored.length,
    refused: plan.files - stored.length,
    playable: count('available'),
    unplayable: count('unplayable'),
    broken,
  }
}

async function deliverAll(service: RunningService, plan: FuzzPlan, broken: string[]): Promise<Stored[]> {
  const token = service.issuer.token(persons.importer({ exp: Math.floor(Date.now() / 1000) + 7200 }))
  const stored: Stored[] = []
  const seeds = Array.from({ length: plan.files }, (_, i) => plan.firstSeed + i)
  await inParallel(PARALLEL, seeds, async (seed) => {
    const sample = plan.samples[seed % plan.samples.length]
    if (!sample) throw new Error('there are no samples to damage')
    const audio = damaged(sample.bytes, damageOf(Math.floor(seed / plan.samples.length) * 4 + (seed % 4)))
    const metadata = callMetadata({
      callId: `damaged-${seed}`,
      memberRef: MEMBER,
      // Not for training: what is masked is made in the same way, and would take as long again.
      purposes: ['fraud_prevention'],
    })
    const { baseUrl } = service
    const { status, body } = await deliver({ baseUrl, token, metadata, audio, mediaType: sample.mediaType })
    const sha256 = createHash('sha256').update(audio).digest('hex')
    if (status === 201 && body.id) stored.push({ id: body.id, seed, sha256 })
    else if (status !== 415 && status !== 422)
      broken.push(`file ${seed} (${sample.name}) was answered ${status}`)
    if (stored.length % 500 === 499) plan.say(`${stored.length} taken in`)
  })
  return stored
}

/** Waits until nothing is left to make, or nothing moves for long. */
async function settled(database: pg.Pool, say: (line: string) => void): Promise<void> {
  let fewest = Number.POSITIVE_INFINITY
  for (let still = 0; still < PATIENCE_MS; still += 1000) {
    const { rows } = await database.query<{ waiting: number }>(
      `select count(*)::int as waiting from audio_work where state = 'waiting'`,
    )
    const waiting = rows[0]?.waiting ?? 0
    if (waiting === 0) return
    if (waiting < fewest) still = 0
    if (still === 0 && waiting % 50 === 0) say(`${waiting} pieces of work to go`)
    fewest = Math.min(fewest, waiting)
    await sleep(1000)
  }
}

/** What was not ended with. Work that was put aside because the file cannot be decoded has ended. */
async function findStuck(database: pg.Pool): Promise<string[]> {
  const left = await database.query<{ call_id: string; kind: string; state: string; reason: string | null }>(
    'select r.call_id, w.kind, w.state, w.reason from audio_work w join recording r on r.id = w.recording_id where r.status <> $1 or w.state <> $2',
    ['unplayable', 'parked'],
  )
  const processing = await database.query<{ call_id: string }>(
    `select call_id from recording where status = 'processing'`,
  )
  return [
    ...left.rows.map(
      ({ call_id, kind, state, reason }) => `${call_id}: ${kind} is ${state} (${reason ?? ''})`,
    ),
    ...processing.rows.map(({ call_id }) => `${call_id} is still being processed`),
  ]
}

async function checkOriginal(
  service: RunningService,
  { id, seed, sha256 }: Stored,
  broken: string[],
): Promise<void> {
  const response = await service.call(`/v1/recordings/${id}/copy`, persons.member(MEMBER))
  if (!response.ok) {
    broken.push(`the original of file ${seed} is answered ${response.status}`)
    return
  }
  const bytes = Buffer.from(await response.arrayBuffer())
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    broken.push(`file ${seed} is not as it was delivered`)
}
