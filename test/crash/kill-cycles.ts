import { setTimeout as sleep } from 'node:timers/promises'
import { callMetadata, deliver } from '../support/deliver.ts'
import { persons } from '../support/tokens.ts'
import { approveStops } from './approve-stops.ts'
import { audioOf, type Call, newCall } from './calls.ts'
import { runKilled } from './killed-command.ts'
import { listStore, type Site } from './site.ts'

export interface CrashPlan {
  readonly cycles: number
  /** Ends the run after the cycle that is under way. */
  readonly signal?: AbortSignal
  readonly random: () => number
  readonly onProgress?: (line: string) => void
}

/** Where the kills struck: how far each interrupted piece of work had come. */
export type Strikes = Map<string, number>

const UPLOADS_AT_ONCE = 4
/** One cycle in this many kills a sweep instead of the service. */
const SWEEP_EVERY = 4
const DUE_AT_ONCE = 6
/** Some lives are longer than the uploads of a cycle need, so that those are confirmed and killed at rest. */
const LONGEST_LIFE = 1.3

/**
 * Kills the service, or a sweep, at a random moment of its work, again and again. Senders repeat
 * what was not confirmed, as they would. Gives all calls, and where the kills struck.
 */
export async function killCycles(
  site: Site,
  plan: CrashPlan,
): Promise<{ calls: Call[]; strikes: Strikes; cycles: number }> {
  const calls: Call[] = []
  const strikes: Strikes = new Map()
  const tempo: Tempo = { usualMs: 0 }
  let cycle = 0
  while (cycle < plan.cycles && !plan.signal?.aborted) {
    cycle += 1
    if (cycle % SWEEP_EVERY === 0) await killSweep(site, calls, plan.random, strikes)
    else await killService(site, calls, plan, tempo, strikes)
    if (cycle % 25 === 0) {
      const stored = calls.filter((call) => call.state !== 'open').length
      plan.onProgress?.(`${cycle} of ${plan.cycles} cycles, ${calls.length} calls, ${stored} confirmed`)
    }
  }
  return { calls, strikes, cycles: cycle }
}

async function killService(site: Site, calls: Call[], plan: CrashPlan, tempo: Tempo, strikes: Strikes) {
  const open = calls.filter((call) => call.state === 'open')
  while (open.length < UPLOADS_AT_ONCE) {
    const call = newCall(`crash-${calls.length}`, plan.random)
    calls.push(call)
    open.push(call)
  }
  const started = performance.now()
  const uploads = Promise.all(open.map((call) => upload(site, call)))
  const finished = uploads.then(() => true)
  // The first batch is left alone and measured.
  const inTime = tempo.usualMs
    ? await Promise.race([finished, sleep(plan.random() * LONGEST_LIFE * tempo.usualMs, false)])
    : await finished
  tempo.usualMs = nextTempo(tempo.usualMs, inTime ? performance.now() - started : undefined, open)
  site.service.kill('SIGKILL')
  await uploads
  await site.service.ended
  for (const call of open) if (call.state === 'open') count(strikes, await ingestStep(site, call))
  await site.service.restart()
}

/** How long a batch of uploads usually takes on this machine now; the kills are spread over it. */
interface Tempo {
  usualMs: number
}

function nextTempo(usualMs: number, tookMs: number | undefined, batch: readonly Call[]): number {
  if (tookMs !== undefined) return usualMs ? 0.7 * usualMs + 0.3 * tookMs : tookMs
  // Nothing came through: the machine has become slower than it was.
  return batch.some((call) => call.state !== 'open') ? usualMs : usualMs * 1.1
}

/** Delivers and notes what the sender knows afterwards; an ended connection leaves the call open. */
export async function upload(site: Site, call: Call): Promise<void> {
  const { service } = site
  const { callId, startedAt, memberRef, pace } = call
  call.attempts += 1
  const answer = await deliver({
    baseUrl: service.baseUrl,
    token: service.issuer.token(persons.recorder()),
    metadata: callMetadata({ callId, startedAt, memberRef }),
    audio: audioOf(call),
    idempotencyKey: `key-${callId}`,
    ...(pace && call.attempts === 1 ? { pace } : {}),
  }).catch(() => undefined)
  if (answer?.status === 201 || answer?.status === 200) {
    call.state = 'stored'
    call.recordingId = answer.body.id
    return
  }
  // Between the kill and the end of recovery the earlier attempt may still be there; the sender comes back.
  const mayRepeat = answer === undefined || answer.status === 503 || answer.body.code === 'upload_in_progress'
  if (!mayRepeat) throw new Error(`${callId} was refused: ${answer.status} ${JSON.stringify(answer.body)}`)
}

async function ingestStep({ sql, bucket }: Site, { callId }: Call): Promise<string> {
  const { rows } = await sql.query('select id, status from recording where call_id = $1', [callId])
  const [row] = rows
  if (!row) return 'ingest: before its row'
  if (row.status !== 'receiving') return 'ingest: done, but not answered'
  const { versions, uploads } = await listStore(bucket)
  const has = (key: string) => key.includes(row.id)
  if ([...versions.keys()].some(has)) return 'ingest: row and object'
  return uploads.some(has) ? 'ingest: row and unfinished parts' : 'ingest: row, no object'
}

async function killSweep(site: Site, calls: Call[], random: () => number, strikes: Strikes): Promise<void> {
  const chosen = calls.filter((call) => call.state === 'stored').slice(0, DUE_AT_ONCE)
  for (const call of chosen) await makeDue(site, call)
  const ids = chosen.map(({ recordingId }) => recordingId)
  const begun = `select 1 from recording where id = any($1) and status in ('quarantined', 'destroying', 'destroyed') limit 1`
  const hasBegun = async () => (await site.sql.query(begun, [ids])).rowCount === 1
  const kill = () => runKilled(site.service.commandLine('sweep'), random(), hasBegun)
  await kill()
  if (await approveStops(site.service)) await kill()
  for (const call of chosen) count(strikes, await sweepStep(site, call))
}

/** Time cannot be moved for store and database at once, so the dates are moved instead. */
export async function makeDue({ sql }: Site, call: Call): Promise<void> {
  const id = [call.recordingId]
  await sql.query('begin')
  await sql.query(`update purpose_tag set retain_until = current_date - 10 where recording_id = $1`, id)
  await sql.query(
    `update recording set keep_until = current_date - 10, due_at = now() - interval '9 days' where id = $1`,
    id,
  )
  await sql.query('commit')
  call.state = 'due'
}

async function sweepStep({ sql, bucket }: Site, { recordingId = '' }: Call): Promise<string> {
  const { rows } = await sql.query('select status from recording where id = $1', [recordingId])
  const status: string = rows[0]?.status ?? 'no row'
  if (status !== 'destroying') return `sweep: ${status}`
  const { versions } = await listStore(bucket)
  const left = [...versions.keys()].some((key) => key.includes(recordingId))
  return left ? 'sweep: destroying, object there' : 'sweep: destroying, object gone'
}

function count(strikes: Strikes, where: string): void {
  strikes.set(where, (strikes.get(where) ?? 0) + 1)
}
